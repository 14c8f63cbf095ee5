"""`mascot eval`: how well customers are understood, by cross-validation and on labelled files, without rasa."""
