"""What touches the world. Adapters keep the promises written on the ports in flows/ports.py and decide nothing."""
