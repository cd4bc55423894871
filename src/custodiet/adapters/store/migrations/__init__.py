"""Alembic migrations of the store. Each stands alone: it repeats what it needs and imports nothing of ours."""
