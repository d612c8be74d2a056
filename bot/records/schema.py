"""What all tables share: the declarative base and the column types.

Texts are ``TEXT`` without a length everywhere, because SQLite would not enforce one and PostgreSQL
would: the same rows must fit in both.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, Integer, MetaData, Text, false
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from bot.records.vault import TOKEN_PREFIX


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware on the way in, aware UTC on the way out, UTC in storage."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC.

        Raises:
            ValueError: it carries no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """A token of :class:`~bot.records.vault.Vault`; refuses plain text, so that none slips in.

    Sealing and opening are written out where they happen; key rotation finds columns by this type.
    """

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the token unchanged.

        Raises:
            ValueError: it is not a token.
        """
        if value is not None and not value.startswith(TOKEN_PREFIX):
            raise ValueError("plain text given for a sealed column")
        return value

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the token as stored."""
        return value


_ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
#: A surrogate key; 64 bits in PostgreSQL, SQLite's row id otherwise.
RowId = Annotated[int, mapped_column(_ROW_ID, primary_key=True)]
#: The key of a row elsewhere.
OtherId = Annotated[int, mapped_column(_ROW_ID)]


class Base(DeclarativeBase):
    """Base of all tables.

    A table says in its docstring how long its rows are kept, beginning with ``Retention:``, and
    :meth:`expired` is that sentence for the nightly job. A row that belongs to a resident names him
    in a column ``ref``; :func:`bot.records.residents.erase` must know the table.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        bool: Boolean(),
        int: Integer(),
        datetime: UtcDateTime(),
    }

    @classmethod
    def expired(cls, now: datetime) -> ColumnElement[bool]:  # noqa: ARG003 - for those who override
        """Return the condition that holds for rows whose time is over; none unless overridden."""
        return false()
