# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a parser is attached to: one data source, and destinations (the manual's chapter 4.16).

A parser that runs keeps what it needs in order to run: to take that away it must be stopped first.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.parser.data_source import find_data_source
from ansible_collections.iotops.aliyun.emulator.services.parser.destination import destination_written, find_destination
from ansible_collections.iotops.aliyun.emulator.services.parser.parser import (
    RUNNING,
    change_parser,
    check_can_run,
    find_parser,
)

TABLES = """
CREATE TABLE IF NOT EXISTS parser_destination (
    parser_id INTEGER NOT NULL REFERENCES parser ON DELETE CASCADE,
    destination_id INTEGER NOT NULL REFERENCES destination,
    is_failover INTEGER NOT NULL,  -- whether it gets what could not be sent to the others
    PRIMARY KEY (parser_id, destination_id)
);
CREATE INDEX IF NOT EXISTS parser_destination_by_destination ON parser_destination (destination_id, is_failover);
"""

#: The destinations of one parser, the one for failures included. The manual says so of rules, whose error codes
#: parsers share.
MOST_DESTINATIONS = 10


@operation
def attach_parser_data_source(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.21: a parser has one data source; another can only come when that is detached."""
    parser = find_parser(ctx, p["ParserId"])
    source = find_data_source(ctx, p["DataSourceId"])
    if parser["data_source_id"] not in (None, source["data_source_id"]):
        message = f"The parser has data source {parser['data_source_id']}: detach it first"
        raise ApiError("iot.system.IllegalRequest", message)
    change_parser(ctx, parser, data_source_id=source["data_source_id"])


@operation
def detach_parser_data_source(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.26"""
    parser = find_parser(ctx, p["ParserId"])
    source = find_data_source(ctx, p["DataSourceId"])
    if parser["data_source_id"] != source["data_source_id"]:
        raise ApiError("iot.rule.DataSourceNotExists", "The parser does not have this data source")
    change_parser(ctx, parser, data_source_id=None)
    _check_still_runs(ctx, parser)


@operation
def attach_destination(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.22: a destination that the parser has already is used as this call says from now on."""
    parser = find_parser(ctx, p["ParserId"])
    destination = find_destination(ctx, p["DestinationId"])
    link = {
        "parser_id": parser["parser_id"],
        "destination_id": destination["destination_id"],
        "is_failover": p["IsFailover"],
    }
    ctx.store.put("parser_destination", ("parser_id", "destination_id"), **link)
    if ctx.store.count("parser_destination", parser_id=parser["parser_id"]) > MOST_DESTINATIONS:
        raise ApiError("iot.rule.TooManyRuleAction", f"A parser has at most {MOST_DESTINATIONS} destinations")
    if ctx.store.count("parser_destination", parser_id=parser["parser_id"], is_failover=True) > 1:
        raise ApiError("iot.ruleng.OnlyAllowOneErrorAction", "A parser has one destination for failures at most")
    change_parser(ctx, parser)
    _check_still_runs(ctx, parser)


@operation
def detach_destination(ctx: Context, p: dict[str, Any]) -> None:
    """4.16.23"""
    parser = find_parser(ctx, p["ParserId"])
    destination = find_destination(ctx, p["DestinationId"])
    link = {"parser_id": parser["parser_id"], "destination_id": destination["destination_id"]}
    if not ctx.store.delete("parser_destination", **link):
        raise ApiError("iot.rule.DestinationNotBound", "The parser does not have this destination")
    change_parser(ctx, parser)
    _check_still_runs(ctx, parser)


@operation
def list_parser_destination(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.16.27: either the one for failures or, without being asked for it, the others."""
    parser = find_parser(ctx, p["ParserId"])
    is_failover = p.get("IsFailover", False)
    destinations = ctx.store.rows(
        "SELECT destination.* FROM destination JOIN parser_destination USING (destination_id) "
        "WHERE parser_id = ? AND is_failover = ? ORDER BY parser_destination.rowid",
        parser["parser_id"],
        is_failover,
    )
    listed = [
        {**destination_written(destination, is_failover), "UtcModified": times.utc(destination["modified_at"])}
        for destination in destinations
    ]
    return {"Data": {"destinations": listed}}


def _check_still_runs(ctx: Context, parser: Row) -> None:
    """Raise ApiError, which undoes the call, where it took from a running parser what that needs."""
    if parser["status"] == RUNNING:
        check_can_run(ctx, parser["parser_id"])
