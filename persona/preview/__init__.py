"""`mascot preview`: an answer as each mascot says it, before it is trained."""
