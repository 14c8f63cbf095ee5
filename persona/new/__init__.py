"""`mascot new`: a commented file to begin with, kept in drafts/ until it is whole."""
