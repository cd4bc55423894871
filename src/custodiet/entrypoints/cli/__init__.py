"""The command line's answers. Each verb's words on stdout; what went wrong on stderr, with a nonzero exit."""
