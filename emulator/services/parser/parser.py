# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsers: the second rules engine, which forwards messages by scripts (the manual's chapter 4.16).

What a parser is attached to is told in ``parser_link``, its script in ``parser_script``, and what becomes of messages
in ``parser_run``.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.common.forwarding import bounded_page, check_name

TABLES = """
CREATE TABLE IF NOT EXISTS parser (
    parser_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    data_source_id INTEGER REFERENCES data_source,  -- NULL while none is attached
    script_draft TEXT,  -- NULL before the first time; the same of the following
    script TEXT,  -- the one that is in force
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS parser_by_data_source ON parser (data_source_id);
"""

#: The parsers that one account has. The manual has an error code for more rules than that, and does not say how many.
MOST_PARSERS = 1000

RUNNING = "RUNNING"
STOPPED = "STOP"


def find_parser(ctx: Context, parser_id: int) -> Row:
    """The row of a parser. Raises ApiError where there is no such parser."""
    parser = ctx.store.one("parser", parser_id=parser_id)
    if parser is None:
        raise ApiError("iot.rule.NotFoundRule", "The parser does not exist")
    return parser


def change_parser(ctx: Context, parser: Row, /, **changes: Any) -> None:
    """Change columns of a parser, which then counts as modified."""
    ctx.store.update("parser", {**changes, "modified_at": ctx.now}, parser_id=parser["parser_id"])


def check_can_run(ctx: Context, parser_id: int) -> None:
    """Raise ApiError where a parser lacks what it needs in order to run: a script, a data source, a destination."""
    parser = find_parser(ctx, parser_id)
    if not parser["script"]:
        raise ApiError("iot.rule.EmptyScript", "The parser has no published script")
    if parser["data_source_id"] is None:
        raise ApiError("iot.rule.DataSourceNotExists", "The parser has no data source attached to it")
    # What failed elsewhere can go to a destination only if there is an elsewhere.
    if not ctx.store.one("parser_destination", parser_id=parser_id, is_failover=False):
        raise ApiError("iot.rule.DestinationNotBound")


@operation
def create_parser(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.16.1"""
    _check_name(ctx, p["Name"])
    if ctx.store.count("parser") >= MOST_PARSERS:
        raise ApiError("iot.rule.RuleCountExceedMax")
    parser_id = ctx.store.insert(
        "parser",
        name=p["Name"],
        description=p.get("Description"),
        status=STOPPED,
        created_at=ctx.now,
        modified_at=ctx.now,
    )
    return {"ParserId": parser_id}


@operation
def update_parser(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.2: what is not given stays."""
    parser = find_parser(ctx, p["ParserId"])
    name = p.get("Name") or parser["name"]
    if name != parser["name"]:
        _check_name(ctx, name)
    change_parser(ctx, parser, **omit_none(name=name, description=p.get("Description")))


@operation
def list_parser(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.16.3: the oldest first."""
    page = bounded_page(ctx, p)
    parsers, total = ctx.store.page_of(
        "SELECT * FROM parser WHERE instr(name, ?)", (p.get("SearchName", ""),), page.offset, page.size, "parser_id"
    )
    return {"Data": {"ParserList": [_as_listed(parser) for parser in parsers]}, "Total": total}


@operation
def get_parser(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.16.4"""
    parser = find_parser(ctx, p["ParserId"])
    more = omit_none(DataSourceId=parser["data_source_id"], Script=parser["script"], ScriptDraft=parser["script_draft"])
    return {"Data": {**_as_listed(parser), **more}}


@operation
def delete_parser(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.5: it may be running; what it was attached to stays."""
    parser = find_parser(ctx, p["ParserId"])
    ctx.store.delete("parser", parser_id=parser["parser_id"])


@operation
def start_parser(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.18"""
    parser = find_parser(ctx, p["ParserId"])
    if parser["status"] == RUNNING:
        raise ApiError("iot.ruleng.RuleAlreadyStarted", "The parser is already running")
    check_can_run(ctx, parser["parser_id"])
    ctx.store.update("parser", {"status": RUNNING}, parser_id=parser["parser_id"])


@operation
def stop_parser(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.19: of a parser that does not run nothing is left to stop."""
    parser = find_parser(ctx, p["ParserId"])
    ctx.store.update("parser", {"status": STOPPED}, parser_id=parser["parser_id"])


def _check_name(ctx: Context, name: str) -> None:
    check_name(name)
    if ctx.store.one("parser", name=name):
        raise ApiError("iot.rule.RuleNamesAlreadyExisted", "A parser of this name already exists")


def _as_listed(parser: Row) -> Row:
    return omit_none(
        ParserId=parser["parser_id"],
        Name=parser["name"],
        Description=parser["description"],
        Status=parser["status"],
        UtcCreated=times.utc(parser["created_at"]),
        UtcModified=times.utc(parser["modified_at"]),
    )
