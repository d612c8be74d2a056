"""What must last: SQLAlchemy models and queries, one module per aggregate (DESIGN.md §6).

Every function takes a :class:`~bot.records.database.Database` and opens its own transaction; the
few that a larger transaction is composed of take a ``Session``. Rows leave this package as frozen
dataclasses, errors as :mod:`bot.domain.errors`. SQLite and PostgreSQL behave alike.

Time is stored in UTC. What is personal is sealed (:mod:`bot.records.vault`), found by a keyed hash,
forgotten on request (:func:`bot.records.residents.erase`) and when its time is over
(:func:`bot.records.retention.purge`).
"""
