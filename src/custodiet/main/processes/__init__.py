"""Our processes, joined: a module each, of which `run` runs one."""
