"""One verb phrase a file: the order of steps. Gather, decide, record, keep, tell. No flow knows an adapter."""
