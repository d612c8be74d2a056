"""Migrations: safe to repeat, and what the models say."""

import inspect

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.records import migrate
from bot.records.database import open_engine
from bot.records.schema import Base
from bot.records.tables import TABLES


def test_empty_database_is_brought_to_head_and_stays_there(empty_url):
    """`db upgrade` may run at every start."""
    assert migrate.current(empty_url) is None
    assert migrate.upgrade(empty_url) == migrate.head()
    assert migrate.upgrade(empty_url) == migrate.head()
    assert migrate.current(empty_url) == migrate.head()


def test_models_and_migrations_agree(url):
    """Nobody changes a model without a migration, or the other way round."""
    engine = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_every_table_is_listed():
    """Retention and key rotation go through all tables."""
    assert {model.__tablename__ for model in TABLES} == set(Base.metadata.tables)


def test_every_table_states_its_retention():
    """Each table's docstring says how long its rows are kept."""
    for model in TABLES:
        assert "Retention: " in inspect.getdoc(model), model.__tablename__
