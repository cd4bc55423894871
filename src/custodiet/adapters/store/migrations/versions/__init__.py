"""Forms of the store, in order. Forward only."""
