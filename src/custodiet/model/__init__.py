"""Nouns of the field. Frozen; legal when they exist. Nothing here reads a clock, a disk or a network."""
