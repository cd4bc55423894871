"""What happens inside the vault process. Nothing here is called from any other process."""
