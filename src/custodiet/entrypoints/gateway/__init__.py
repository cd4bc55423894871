"""The door for devices: authenticates the sender before the body is read, answers only when durable."""
