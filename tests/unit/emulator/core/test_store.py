# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the store: rows, transactions and the database file."""

from __future__ import annotations

import sqlite3
import stat

import pytest

from ansible_collections.iotops.aliyun.emulator.core.store import Store, StoreError, omit_none

SCHEMA = """
CREATE TABLE IF NOT EXISTS shelf (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, size INTEGER);
CREATE TABLE IF NOT EXISTS book (
    shelf INTEGER NOT NULL REFERENCES shelf ON DELETE CASCADE,
    title TEXT NOT NULL,
    PRIMARY KEY (shelf, title)
);
CREATE TABLE IF NOT EXISTS wall (shelf INTEGER NOT NULL REFERENCES shelf);
"""


@pytest.fixture
def store():
    store = Store(None, [SCHEMA])
    for number in range(1, 6):
        assert store.insert("shelf", name=f"s{number}", size=number % 2) == number
    yield store
    store.close()


def names(rows) -> list[str]:
    return [row["name"] for row in rows]


def test_store_conditions_select_rows(store):
    assert store.one("shelf", name="s2") == {"id": 2, "name": "s2", "size": 0}
    assert store.one("shelf", name="s9") is None
    assert names(store.all("shelf", "id DESC", size=1)) == ["s5", "s3", "s1"]
    assert names(store.all("shelf", name=["s4", "s1", "s9"])) == ["s1", "s4"]
    assert names(store.all("shelf", id={2, 3})) == ["s2", "s3"]
    assert store.count("shelf", size=[]) == 0
    store.update("shelf", {"size": None}, id=3)
    assert names(store.all("shelf", size=None)) == ["s3"]
    assert store.all("shelf", **omit_none(name=None, id=1)) == [{"id": 1, "name": "s1", "size": 1}]


def test_store_page_returns_rows_and_total(store):
    rows, total = store.page("shelf", 2, 2, "id")
    assert (names(rows), total) == (["s3", "s4"], 5)
    assert store.page("shelf", 0, 10, "id", size=0)[1] == 2
    assert store.page("shelf", 10, 10, "id") == ([], 5)
    rows, total = store.page_of("SELECT name FROM shelf WHERE size = ?", [1], 1, 1, "id DESC")
    assert (rows, total) == ([{"name": "s3"}], 3)


def test_store_changes_return_row_count(store):
    assert store.update("shelf", {"size": 7}, size=0) == 2
    assert store.update("shelf", {}, size=0) == 0
    assert store.delete("shelf", size=7) == 2
    assert store.value("SELECT count(*) FROM shelf") == 3
    assert store.execute("UPDATE shelf SET size = size + 1") == 3
    assert store.value("SELECT name FROM shelf WHERE id = ?", 9) is None


def test_put_inserts_or_updates_row(store):
    store.put("shelf", ("name",), name="s1", size=9)
    store.put("shelf", ("name",), name="new", size=9)
    store.put("book", ("shelf", "title"), shelf=1, title="t")
    store.put("book", ("shelf", "title"), shelf=1, title="t")
    assert names(store.all("shelf", size=9)) == ["s1", "new"]
    assert store.count("book") == 1


def test_delete_cascades_to_referencing_rows(store):
    store.insert("book", shelf=1, title="t")
    with pytest.raises(sqlite3.IntegrityError):
        store.insert("book", shelf=99, title="t")
    store.delete("shelf", id=1)
    assert store.count("book") == 0


def test_transaction_with_error_is_rolled_back(store):
    def fail():
        with store.transaction():
            assert store.delete("shelf", id=1) == 1
            store.insert("shelf", name="s2")

    with pytest.raises(sqlite3.IntegrityError):
        fail()
    assert store.count("shelf") == 5
    with store.transaction():
        store.delete("shelf")
    assert store.count("shelf") == 0


def test_clear_deletes_rows_and_resets_ids(store):
    store.insert("wall", shelf=1)
    store.insert("book", shelf=1, title="t")
    store.clear()
    assert store.tables() == {"book": [], "shelf": [], "wall": []}
    assert store.insert("shelf", name="s") == 1


def test_load_replaces_all_rows_by_dumped_ones(store):
    store.insert("shelf", name="dumped")
    before = store.tables()
    content = store.dump()
    store.clear()
    store.insert("shelf", name="other")
    store.load(content)
    assert store.tables() == before


def test_store_file_is_persistent_and_private(tmp_path):
    path = tmp_path / "state"
    store = Store(path, [SCHEMA])
    store.insert("shelf", name="s")
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    store.close()
    reopened = Store(path, [SCHEMA])
    assert names(reopened.all("shelf")) == ["s"]
    reopened.close()


def test_store_file_in_use_is_rejected(tmp_path):
    path = tmp_path / "state"
    store = Store(path, [SCHEMA])
    with pytest.raises(StoreError, match="another emulator"):
        Store(path, [SCHEMA])
    store.close()


def test_store_file_with_other_schema_is_rejected(tmp_path):
    path = tmp_path / "state"
    Store(path, [SCHEMA]).close()
    with pytest.raises(StoreError, match="another version"):
        Store(path, [SCHEMA, "CREATE TABLE more (id)"])


def test_require_without_matching_row_raises_error(store):
    assert store.require("shelf", name="s2")["id"] == 2
    with pytest.raises(LookupError, match="shelf has no row"):
        store.require("shelf", name="s9")
