# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state of the emulated account: tables in SQLite.

The store knows tables, rows and transactions, and neither HTTP nor the API. Services declare their tables as SQL text
and hand rows in and out as plain dicts. Table and column names always come from code, values are always bound.

What a committed transaction wrote survives the death of the process (``synchronous=OFF`` gives up on power cuts only).
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class StoreError(Exception):
    """The data directory cannot be used: another process holds it, or another version wrote it."""


class Store:
    """Tables in one SQLite database.

    ``path`` is the database file, or None to keep everything in memory; ``schemas`` are the services' ``CREATE TABLE``
    texts. Raises StoreError where the file cannot be used.

    Conditions are keyword arguments: ``product_key="a1"`` compares, None asks for NULL, and a list, tuple or set asks
    for any of its values.
    """

    def __init__(self, path: Path | None, schemas: Iterable[str]) -> None:
        if path is not None:
            # The rows hold secrets: only the owner may read them. SQLite gives its side files the same mode.
            path.touch(mode=0o600)
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, cached_statements=512, timeout=1)
        self._db.row_factory = _as_dict
        schema = "\n".join(schemas)
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = OFF")
            # 64 MiB at most: a large fleet's rows are looked up all over the file.
            self._db.execute("PRAGMA cache_size = -65536")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._check_version(schema, path)
            self._db.executescript(schema)
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be opened; is another emulator using it? ({error})") from error

    def _check_version(self, schema: str, path: Path | None) -> None:
        """Refuse tables of another shape now rather than fail on a missing column later."""
        fingerprint = zlib.crc32(schema.encode()) & 0x7FFFFFFF
        written = self.value("PRAGMA user_version")
        if written not in (0, fingerprint):
            raise StoreError(f"{path} was written by another version of the emulator; remove it or give another folder")
        self._db.execute(f"PRAGMA user_version = {fingerprint}")

    def close(self) -> None:
        """Close the database. Nothing can be asked of the store afterwards."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: commits at the end of the block, rolls back on any exception and passes it on."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # One table at a time

    def insert(self, table: str, /, **row: Any) -> int:
        """Add a row and return its row id, which is the value of an INTEGER PRIMARY KEY.

        Raises sqlite3.IntegrityError where a key exists already or a parent does not.
        """
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        return self._db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values())).lastrowid

    def put(self, table: str, key: tuple[str, ...], /, **row: Any) -> None:
        """Add a row, or change the one that has the same values in the columns ``key``, a primary or unique key."""
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name not in key)
        action = f"UPDATE SET {changes}" if changes else "NOTHING"
        self._db.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({', '.join(key)}) DO {action}",
            tuple(row.values()),
        )

    def update(self, table: str, changes: Row, /, **where: Any) -> int:
        """Change the rows that fit and return how many did. Without changes nothing is done."""
        if not changes:
            return 0
        condition, values = _where(where)
        names = ", ".join(f"{name} = ?" for name in changes)
        return self._db.execute(f"UPDATE {table} SET {names}{condition}", (*changes.values(), *values)).rowcount

    def delete(self, table: str, /, **where: Any) -> int:
        """Remove the rows that fit, and what hangs on them by foreign key; return how many fitted."""
        condition, values = _where(where)
        return self._db.execute(f"DELETE FROM {table}{condition}", values).rowcount

    def one(self, table: str, /, **where: Any) -> Row | None:
        """A row that fits, or None."""
        condition, values = _where(where)
        return self._db.execute(f"SELECT * FROM {table}{condition} LIMIT 1", values).fetchone()

    def all(self, table: str, order: str = "rowid", /, **where: Any) -> list[Row]:
        """The rows that fit, in the order of the ORDER BY text ``order``."""
        condition, values = _where(where)
        return self._db.execute(f"SELECT * FROM {table}{condition} ORDER BY {order}", values).fetchall()

    def count(self, table: str, /, **where: Any) -> int:
        """How many rows fit."""
        condition, values = _where(where)
        return self.value(f"SELECT count(*) FROM {table}{condition}", *values)

    def page(self, table: str, offset: int, size: int, order: str, /, **where: Any) -> tuple[list[Row], int]:
        """``size`` rows from the ``offset``-th (from 0) of those that fit, and how many fit in all."""
        condition, values = _where(where)
        return self.page_of(f"SELECT * FROM {table}{condition}", values, offset, size, order)

    # SQL of the service's own

    def page_of(self, sql: str, values: Iterable[Any], offset: int, size: int, order: str) -> tuple[list[Row], int]:
        """As ``page``, of any SELECT; ``order`` is kept apart so that counting need not sort."""
        values = tuple(values)
        rows = self._db.execute(f"{sql} ORDER BY {order} LIMIT ? OFFSET ?", (*values, size, offset)).fetchall()
        if offset == 0 and len(rows) < size:
            return rows, len(rows)
        return rows, self.value(f"SELECT count(*) FROM ({sql})", *values)

    def rows(self, sql: str, /, *values: Any) -> list[Row]:
        """All rows of a SELECT."""
        return self._db.execute(sql, values).fetchall()

    def value(self, sql: str, /, *values: Any) -> Any:
        """The first column of the first row of a SELECT, or None where there is no row."""
        row = self._db.execute(sql, values).fetchone()
        return next(iter(row.values())) if row else None

    def execute(self, sql: str, /, *values: Any) -> int:
        """Run any other statement and return how many rows it changed."""
        return self._db.execute(sql, values).rowcount

    # The whole

    def tables(self) -> dict[str, list[Row]]:
        """Everything there is, by table name."""
        return {name: self.rows(f"SELECT * FROM {name}") for name in self._table_names()}

    def clear(self) -> None:
        """Remove every row and start counting ids anew. Opens its own transaction."""
        # Where nothing refers to anything, SQLite drops a whole table's rows without looking at each.
        self._db.execute("PRAGMA foreign_keys = OFF")
        try:
            with self.transaction():
                for name in self._table_names():
                    self._db.execute(f"DELETE FROM {name}")
                if self.value("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'"):
                    self._db.execute("DELETE FROM sqlite_sequence")
        finally:
            self._db.execute("PRAGMA foreign_keys = ON")

    def _table_names(self) -> list[str]:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        return [row["name"] for row in self.rows(sql)]


def omit_none(**conditions: Any) -> Row:
    """The conditions whose value is not None: an absent parameter does not filter."""
    return {name: value for name, value in conditions.items() if value is not None}


def _as_dict(cursor: sqlite3.Cursor, values: tuple) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def _where(conditions: Row) -> tuple[str, list[Any]]:
    if not conditions:
        return "", []
    terms = []
    values = []
    for name, value in conditions.items():
        if value is None:
            terms.append(f"{name} IS NULL")
        elif isinstance(value, list | tuple | set | frozenset):
            # One bound value however long the list: the statement stays in the cache and no limit is met.
            terms.append(f"{name} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(value)))
        else:
            terms.append(f"{name} = ?")
            values.append(value)
    return " WHERE " + " AND ".join(terms), values
