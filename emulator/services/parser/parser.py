# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsers: the second rule engine, which forwards messages with scripts (manual chapter 4.16).

``link`` attaches data sources and destinations, ``script`` manages scripts, and ``run`` runs them on messages.
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
    data_source_id INTEGER REFERENCES data_source,  -- NULL if none is attached
    script_draft TEXT,  -- NULL until a draft is saved
    script TEXT,  -- the published script; NULL until one is published
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS parser_by_data_source ON parser (data_source_id);
"""

#: Maximum number of parsers of an account. The manual has an error code for too many rules, but no number.
MAX_PARSERS = 1000

RUNNING = "RUNNING"
STOPPED = "STOP"


def find_parser(ctx: Context, parser_id: int) -> Row:
    """Return the row of a parser. Raise ApiError if it does not exist."""
    parser = ctx.store.one("parser", parser_id=parser_id)
    if parser is None:
        raise ApiError("iot.rule.NotFoundRule", "The parser does not exist")
    return parser


def update_parser_row(ctx: Context, parser: Row, /, **changes: Any) -> None:
    """Update columns of a parser and its modification time."""
    ctx.store.update("parser", {**changes, "modified_at": ctx.now}, parser_id=parser["parser_id"])


def check_can_run(ctx: Context, parser_id: int) -> None:
    """Raise ApiError if a parser cannot run because it has no published script, data source or destination."""
    parser = find_parser(ctx, parser_id)
    if not parser["script"]:
        raise ApiError("iot.rule.EmptyScript", "The parser has no published script: publish one first")
    if parser["data_source_id"] is None:
        raise ApiError("iot.rule.DataSourceNotExists", "The parser has no data source: attach one first")
    # A failover destination is not enough: it only receives messages that failed for another destination.
    if not ctx.store.one("parser_destination", parser_id=parser_id, is_failover=False):
        raise ApiError("iot.rule.DestinationNotBound")


@operation
def create_parser(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.1: Create a parser."""
    _check_name(ctx, p["Name"])
    if ctx.store.count("parser") >= MAX_PARSERS:
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
    """Manual section 4.16.2: Update a parser. Absent parameters are left unchanged."""
    parser = find_parser(ctx, p["ParserId"])
    name = p.get("Name") or parser["name"]
    if name != parser["name"]:
        _check_name(ctx, name)
    update_parser_row(ctx, parser, **omit_none(name=name, description=p.get("Description")))


@operation
def list_parser(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.3: List parsers, oldest first."""
    page = bounded_page(ctx, p)
    parsers, total = ctx.store.page_of(
        "SELECT * FROM parser WHERE instr(name, ?)", (p.get("SearchName", ""),), page.offset, page.size, "parser_id"
    )
    return {"Data": {"ParserList": [_to_reply(parser) for parser in parsers]}, "Total": total}


@operation
def get_parser(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.4: Read a parser."""
    parser = find_parser(ctx, p["ParserId"])
    details = omit_none(
        DataSourceId=parser["data_source_id"], Script=parser["script"], ScriptDraft=parser["script_draft"]
    )
    return {"Data": {**_to_reply(parser), **details}}


@operation
def delete_parser(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.5: Delete a parser, even a running one. Its data source and destinations are not deleted."""
    parser = find_parser(ctx, p["ParserId"])
    ctx.store.delete("parser", parser_id=parser["parser_id"])


@operation
def start_parser(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.18: Start a parser."""
    parser = find_parser(ctx, p["ParserId"])
    if parser["status"] == RUNNING:
        raise ApiError("iot.ruleng.RuleAlreadyIsStarted", "The parser is already running")
    check_can_run(ctx, parser["parser_id"])
    ctx.store.update("parser", {"status": RUNNING}, parser_id=parser["parser_id"])


@operation
def stop_parser(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.19: Stop a parser. Do nothing if it is not running."""
    parser = find_parser(ctx, p["ParserId"])
    ctx.store.update("parser", {"status": STOPPED}, parser_id=parser["parser_id"])


def _check_name(ctx: Context, name: str) -> None:
    check_name(name)
    if ctx.store.one("parser", name=name):
        raise ApiError("iot.rule.RuleNameIsAlreadyExisted", "A parser with this name already exists")


def _to_reply(parser: Row) -> Row:
    return omit_none(
        ParserId=parser["parser_id"],
        Name=parser["name"],
        Description=parser["description"],
        Status=parser["status"],
        UtcCreated=times.utc(parser["created_at"]),
        UtcModified=times.utc(parser["modified_at"]),
    )
