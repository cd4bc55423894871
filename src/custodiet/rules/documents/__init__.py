"""The documents of a scheme, made from its register (and, for one of them, its assessment) and from nothing else."""
