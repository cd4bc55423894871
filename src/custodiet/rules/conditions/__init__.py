"""What follows from a condition, its hours and the facts it is held against."""
