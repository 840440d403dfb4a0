# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Store the state of the emulated account in SQLite tables.

The store handles tables, rows and transactions; it does not depend on HTTP or the API. Services declare their tables as
SQL text and pass rows as plain dicts. Table and column names always come from code, values are always bound.

Committed transactions survive a crash of the process (with ``synchronous=OFF`` they can be lost in a power failure).
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]

# The file format versions in the header of a database (https://www.sqlite.org/fileformat.html, section 1.3.3).
_VERSIONS = slice(18, 20)
_WITHOUT_LOG = b"\x01\x01"


class StoreError(Exception):
    """The data directory cannot be used: another process uses it, or another version of the emulator wrote it."""


class Store:
    """Tables in one SQLite database.

    Conditions are keyword arguments: ``product_key="a1"`` compares, None matches NULL, and a list, tuple or set matches
    any of its values.

    Args:
        path: the database file; None to keep everything in memory.
        schemas: the ``CREATE TABLE`` texts of the services.

    Raises:
        StoreError: the file cannot be used.
    """

    def __init__(self, path: Path | None, schemas: Iterable[str]) -> None:
        if path is not None:
            # The rows contain secrets: only the owner may read them. SQLite creates its other files with the same mode.
            path.touch(mode=0o600)
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, cached_statements=512, timeout=1)
        self._db.row_factory = _to_dict
        schema = "\n".join(schemas)
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = OFF")
            # At most 64 MiB: with many devices the rows of a lookup are spread over the whole file.
            self._db.execute("PRAGMA cache_size = -65536")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._check_version(schema, path)
            self._db.executescript(schema)
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be opened; is another emulator using it? ({error})") from error

    def _check_version(self, schema: str, path: Path | None) -> None:
        """Raise StoreError if the tables have another schema, instead of failing on a missing column later."""
        fingerprint = zlib.crc32(schema.encode()) & 0x7FFFFFFF
        stored = self.value("PRAGMA user_version")
        if stored not in (0, fingerprint):
            raise StoreError(
                f"{path} was written by another version of the emulator; delete it or use another directory"
            )
        self._db.execute(f"PRAGMA user_version = {fingerprint}")

    def close(self) -> None:
        """Close the database. The store cannot be used afterwards."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block; on an exception roll back and raise it again."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # Single tables

    def insert(self, table: str, /, **row: Any) -> int:
        """Insert a row and return its row id, which is the value of an INTEGER PRIMARY KEY.

        Raises:
            sqlite3.IntegrityError: the key already exists, or the parent row does not exist.
        """
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        cursor = self._db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))
        return cursor.lastrowid or 0

    def put(self, table: str, key: tuple[str, ...], /, **row: Any) -> None:
        """Insert a row, or update the row with the same values in the columns ``key`` (a primary or unique key)."""
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name not in key)
        action = f"UPDATE SET {changes}" if changes else "NOTHING"
        self._db.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({', '.join(key)}) DO {action}",
            tuple(row.values()),
        )

    def update(self, table: str, changes: Row, /, **where: Any) -> int:
        """Update the rows that match and return their number. Does nothing if ``changes`` is empty."""
        if not changes:
            return 0
        condition, values = _where(where)
        names = ", ".join(f"{name} = ?" for name in changes)
        return self._db.execute(f"UPDATE {table} SET {names}{condition}", (*changes.values(), *values)).rowcount

    def delete(self, table: str, /, **where: Any) -> int:
        """Delete the rows that match, with cascading foreign keys, and return the number of rows that matched."""
        condition, values = _where(where)
        return self._db.execute(f"DELETE FROM {table}{condition}", values).rowcount

    def one(self, table: str, /, **where: Any) -> Row | None:
        """Return a row that matches, or None."""
        condition, values = _where(where)
        return self._db.execute(f"SELECT * FROM {table}{condition} LIMIT 1", values).fetchone()

    def require(self, table: str, /, **where: Any) -> Row:
        """Return a row that must exist.

        Raises:
            LookupError: no row matches.
        """
        row = self.one(table, **where)
        if row is None:
            raise LookupError(f"the table {table} has no row with {where}")
        return row

    def all(self, table: str, order: str = "rowid", /, **where: Any) -> list[Row]:
        """Return the rows that match, sorted by ``order`` (the text of an ORDER BY clause)."""
        condition, values = _where(where)
        return self._db.execute(f"SELECT * FROM {table}{condition} ORDER BY {order}", values).fetchall()

    def count(self, table: str, /, **where: Any) -> int:
        """Return the number of rows that match."""
        condition, values = _where(where)
        return self.value(f"SELECT count(*) FROM {table}{condition}", *values)

    def page(
        self, table: str, offset: int, size: int, order: str, columns: str = "*", /, **where: Any
    ) -> tuple[list[Row], int]:
        """Return up to ``size`` matching rows from ``offset`` (from 0) on, and the number of all matching rows."""
        condition, values = _where(where)
        return self.page_of(f"SELECT {columns} FROM {table}{condition}", values, offset, size, order)

    # SQL statements

    def page_of(self, sql: str, values: Iterable[Any], offset: int, size: int, order: str) -> tuple[list[Row], int]:
        """Return a page of any SELECT, as ``page`` does; ``order`` is separate so that counting does not sort."""
        values = tuple(values)
        rows = self._db.execute(f"{sql} ORDER BY {order} LIMIT ? OFFSET ?", (*values, size, offset)).fetchall()
        if offset == 0 and len(rows) < size:
            return rows, len(rows)
        return rows, self.value(f"SELECT count(*) FROM ({sql})", *values)

    def rows(self, sql: str, /, *values: Any) -> list[Row]:
        """Return all rows of a SELECT."""
        return self._db.execute(sql, values).fetchall()

    def value(self, sql: str, /, *values: Any) -> Any:
        """Return the first column of the first row of a SELECT, or None if there is no row."""
        row = self._db.execute(sql, values).fetchone()
        return next(iter(row.values())) if row else None

    def execute(self, sql: str, /, *values: Any) -> int:
        """Execute any other statement and return the number of rows it changed."""
        return self._db.execute(sql, values).rowcount

    # The whole database

    def tables(self) -> dict[str, list[Row]]:
        """Return all rows by table name."""
        return {name: self.rows(f"SELECT * FROM {name}") for name in self._table_names()}

    def dump(self) -> bytes:
        """Return the whole database, for ``load``. A transaction must not be open."""
        content = self._db.serialize()
        # The header of a file says that it needs a write-ahead log, which a database in memory cannot have.
        return content[: _VERSIONS.start] + _WITHOUT_LOG + content[_VERSIONS.stop :]

    def load(self, content: bytes) -> None:
        """Replace the whole database by one that ``dump`` of the same schema returned."""
        # Not deserialize on the open connection: its cached statements would refer to the database that it replaces.
        with closing(sqlite3.connect(":memory:")) as source:
            source.deserialize(content)
            source.backup(self._db)

    def clear(self) -> None:
        """Delete all rows and reset the id counters. Opens its own transaction."""
        # Without foreign keys, SQLite deletes all rows of a table without visiting each of them.
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
    """Return the conditions whose value is not None, so that a parameter that is not set does not filter."""
    return {name: value for name, value in conditions.items() if value is not None}


def _to_dict(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def _where(conditions: Row) -> tuple[str, list[Any]]:
    if not conditions:
        return "", []
    terms = []
    values: list[Any] = []
    for name, value in conditions.items():
        if value is None:
            terms.append(f"{name} IS NULL")
        elif isinstance(value, list | tuple | set | frozenset):
            # One bound value for a list of any length: the statement stays in the cache, and no SQLite limit applies.
            terms.append(f"{name} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(value)))
        else:
            terms.append(f"{name} = ?")
            values.append(value)
    return " WHERE " + " AND ".join(terms), values
