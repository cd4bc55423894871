"""Who takes messages on: an SMTP server, or a folder."""
