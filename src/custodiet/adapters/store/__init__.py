"""The store: SQLAlchemy Core on SQLite, one writer at a time, every commit durable before it returns."""
