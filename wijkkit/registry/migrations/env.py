"""Run by Alembic, on the connection that `wijkkit.registry.store` gives it."""

from alembic import context

from wijkkit.registry.store import metadata

# Importing this module outside Alembic does nothing.
if hasattr(context, "config"):
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
