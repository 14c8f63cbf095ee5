"""`mascot desk`: one local page for editors who use no terminal. The same functions as the command line."""
