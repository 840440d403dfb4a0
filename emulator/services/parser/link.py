# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Attachments of parsers: one data source, and destinations (manual chapter 4.16).

A running parser must keep its data source and at least one destination: stop it before you detach them.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.parser.data_source import find_data_source
from ansible_collections.iotops.aliyun.emulator.services.parser.destination import (
    destination_to_reply,
    find_destination,
)
from ansible_collections.iotops.aliyun.emulator.services.parser.parser import (
    RUNNING,
    check_can_run,
    find_parser,
    update_parser_row,
)

TABLES = """
CREATE TABLE IF NOT EXISTS parser_destination (
    parser_id INTEGER NOT NULL REFERENCES parser ON DELETE CASCADE,
    destination_id INTEGER NOT NULL REFERENCES destination,
    is_failover INTEGER NOT NULL,  -- whether it receives messages that could not be sent to other destinations
    PRIMARY KEY (parser_id, destination_id)
);
CREATE INDEX IF NOT EXISTS parser_destination_by_destination ON parser_destination (destination_id, is_failover);
"""

#: Maximum number of destinations of a parser, including the failover destination. The manual documents this limit for
#: rules, which share their error codes with parsers.
MAX_DESTINATIONS = 10


@operation
def attach_parser_data_source(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.21: Attach a data source to a parser.

    A parser has at most one data source: detach it before you attach another one.
    """
    parser = find_parser(ctx, p["ParserId"])
    source = find_data_source(ctx, p["DataSourceId"])
    if parser["data_source_id"] not in (None, source["data_source_id"]):
        message = f"The parser already has data source {parser['data_source_id']}: detach it first"
        raise ApiError("iot.system.IllegalRequest", message)
    update_parser_row(ctx, parser, data_source_id=source["data_source_id"])


@operation
def detach_parser_data_source(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.26: Detach the data source of a parser."""
    parser = find_parser(ctx, p["ParserId"])
    source = find_data_source(ctx, p["DataSourceId"])
    if parser["data_source_id"] != source["data_source_id"]:
        raise ApiError("iot.rule.DataSourceNotExists", "The data source is not attached to the parser")
    update_parser_row(ctx, parser, data_source_id=None)
    _check_running_parser(ctx, parser)


@operation
def attach_destination(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.22: Attach a destination to a parser.

    If it is already attached, ``IsFailover`` of this request replaces the previous value.
    """
    parser = find_parser(ctx, p["ParserId"])
    destination = find_destination(ctx, p["DestinationId"])
    link = {
        "parser_id": parser["parser_id"],
        "destination_id": destination["destination_id"],
        "is_failover": p["IsFailover"],
    }
    ctx.store.put("parser_destination", ("parser_id", "destination_id"), **link)
    if ctx.store.count("parser_destination", parser_id=parser["parser_id"]) > MAX_DESTINATIONS:
        raise ApiError("iot.rule.TooManyRuleAction", f"A parser can have at most {MAX_DESTINATIONS} destinations")
    if ctx.store.count("parser_destination", parser_id=parser["parser_id"], is_failover=True) > 1:
        raise ApiError("iot.ruleng.OnlyAllowOneErrorAction", "A parser can have at most one failover destination")
    update_parser_row(ctx, parser)
    _check_running_parser(ctx, parser)


@operation
def detach_destination(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.16.23: Detach a destination from a parser."""
    parser = find_parser(ctx, p["ParserId"])
    destination = find_destination(ctx, p["DestinationId"])
    link = {"parser_id": parser["parser_id"], "destination_id": destination["destination_id"]}
    if not ctx.store.delete("parser_destination", **link):
        raise ApiError("iot.rule.DestinationNotBound", "The destination is not attached to the parser")
    update_parser_row(ctx, parser)
    _check_running_parser(ctx, parser)


@operation
def list_parser_destination(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.16.27: List the failover destination of a parser or, by default, its other destinations."""
    parser = find_parser(ctx, p["ParserId"])
    is_failover = p.get("IsFailover", False)
    destinations = ctx.store.rows(
        "SELECT destination.* FROM destination JOIN parser_destination USING (destination_id) "
        "WHERE parser_id = ? AND is_failover = ? ORDER BY parser_destination.rowid",
        parser["parser_id"],
        is_failover,
    )
    listed = [
        {**destination_to_reply(destination, is_failover), "UtcModified": times.utc(destination["modified_at"])}
        for destination in destinations
    ]
    return {"Data": {"destinations": listed}}


def _check_running_parser(ctx: Context, parser: Row) -> None:
    """Raise ApiError, which rolls back the transaction, if a running parser lost something that it needs."""
    if parser["status"] == RUNNING:
        check_can_run(ctx, parser["parser_id"])
