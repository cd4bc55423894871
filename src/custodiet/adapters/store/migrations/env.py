"""Alembic's entry: runs the migrations on the connection that adapters/store/migrate.py hands in."""

from alembic import context

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    from custodiet.adapters.store.postgres_migrating import put_law_into_its_words

    put_law_into_its_words(connection)
context.configure(connection=connection, target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
