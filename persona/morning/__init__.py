"""`mascot report`: what the morning meeting looks at, on one page."""
