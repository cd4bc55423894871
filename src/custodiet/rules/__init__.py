"""What follows from the facts on the table; no clock, chance, disk, socket or log is in reach."""
