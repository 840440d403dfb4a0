# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules that forward messages (manual chapter 4.15). The actions of rules are in ``action``."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.paging import requested_page
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE, JAPANESE, is_valid_name
from ansible_collections.iotops.aliyun.emulator.core.topics import DEVICE_NAME, filter_overlaps
from ansible_collections.iotops.aliyun.emulator.expressions.rule_sql import InvalidRuleSql, Statement, parse
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS rule (
    rule_id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule_name TEXT NOT NULL UNIQUE,
    data_type TEXT NOT NULL,
    description TEXT,
    product_key TEXT,  -- no foreign key: the product of a rule can change, and the rule outlives its product
    short_topic TEXT,  -- the part of the topic after the product key: +/user/get
    topic_type INTEGER,  -- set if short_topic is set
    select_text TEXT,  -- the text after SELECT
    where_text TEXT,
    resource_group_id TEXT,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS rule_by_product ON rule (product_key, status);
CREATE INDEX IF NOT EXISTS rule_by_age ON rule (created_at);
"""

#: Maximum number of rules of an account.
MAX_RULES = 1000

RUNNING = "RUNNING"
STOPPED = "STOP"

JSON = "JSON"
BINARY = "BINARY"

# Topic types (TopicType).
_SYSTEM = 0
_CUSTOM = 1
_STATUS = 2
# GetRule returns this topic type while the rule has no SQL.
_UNKNOWN_TYPE = -1

_NAME = re.compile(rf"[{CHINESE}{JAPANESE}A-Za-z0-9_-]+")
_NAME_WIDTH = (1, 30)
_MAX_DESCRIPTION_LENGTH = 100
_MAX_PAGE_NUMBER = 1000

_DEVICE = rf"(?:\+|{DEVICE_NAME})"
_IDENTIFIER = r"[A-Za-z0-9_:]+"
_SYSTEM_TOPICS = "|".join(
    (
        rf"thing/event/{_IDENTIFIER}(?:/history)?/post",
        "thing/lifecycle",
        "thing/downlink/reply/message",
        "thing/list/found",
        "thing/topo/lifecycle",
        "thing/deviceinfo/update",
        "ota/upgrade",
        "ota/version/post",
        rf"edge/driver/{_IDENTIFIER}/point_post",
    )
)
_SHORT_TOPICS = {
    # The first two levels of a job status topic are a firmware and a job.
    _SYSTEM: re.compile(rf"{_DEVICE}/(?:{_SYSTEM_TOPICS})|{_DEVICE}/{_DEVICE}/ota/job/status"),
    _CUSTOM: re.compile(rf"{_DEVICE}(?:/(?:\+|[A-Za-z0-9_]+))*(?:/(?:\#|\+|[A-Za-z0-9_]+))"),
    _STATUS: re.compile(_DEVICE),
}
_TOPIC_ERRORS = {
    _SYSTEM: "iot.ruleng.IncorrectSysTopic",
    _CUSTOM: "iot.messagebroker.InvalidFormattedTopicName",
    _STATUS: "iot.messagebroker.InvalidFormattedTopicName",
}
_STATUS_PREFIX = "/as/mqtt/status"
# Patterns of full topics, with the topic type if the prefix determines it.
_TOPICS = (
    (re.compile(r"/sys/([A-Za-z0-9]+)/(.+)"), _SYSTEM),
    (re.compile(rf"{_STATUS_PREFIX}/([A-Za-z0-9]+)/([^/]+)"), _STATUS),
    (re.compile(r"/([A-Za-z0-9]+)/([^/]+/.+)"), None),
)


def find_rule(ctx: Context, rule_id: int) -> Row:
    """Return the row of a rule. Raise ApiError if it does not exist."""
    rule = ctx.store.one("rule", rule_id=rule_id)
    if rule is None:
        raise ApiError("iot.rule.NotFoundRule")
    return rule


def matching_rules(ctx: Context, topic: str) -> list[Row]:
    """Return the running rules whose topic matches the topic of a message, oldest first.

    Args:
        ctx: the context.
        topic: the topic of a message. Rules match ``/sys/{productKey}/…`` by the same topic without ``/sys``. If the
            level of the device name is ``+``, rules that match the topic of any device are returned.
    """
    if topic.startswith("/sys/"):
        topic = topic.removeprefix("/sys")
    levels = topic.removeprefix(_STATUS_PREFIX).split("/")
    if len(levels) < 2:
        return []
    rules = ctx.store.all("rule", "rule_id", product_key=levels[1], status=RUNNING)
    return [rule for rule in rules if filter_overlaps(_full_topic(rule), topic)]


def parse_statement(rule: Row) -> Statement:
    """Return the parsed SQL of a rule, which must have a SELECT text."""
    return parse(rule["select_text"], rule["where_text"] or "", rule["data_type"] == BINARY)


@operation
def create_rule(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.15.1: Create a rule. Only the name is required; topic, SQL and description can be set later."""
    _check_name(ctx, p["Name"])
    _check_description(p.get("RuleDesc"))
    data_type = p.get("DataType") or JSON
    if data_type not in (JSON, BINARY):
        raise ApiError("iot.common.InvalidFormattedParameter", f"DataType must be {JSON} or {BINARY}")
    if ctx.store.count("rule") >= MAX_RULES:
        raise ApiError("iot.rule.RuleCountExceedMax")
    rule = {
        "rule_name": p["Name"],
        "data_type": data_type,
        "description": p.get("RuleDesc") or None,
        "product_key": None,
        "short_topic": None,
        "topic_type": None,
        "select_text": None,
        "where_text": None,
        "resource_group_id": p.get("ResourceGroupId") or None,
        "status": STOPPED,
        "created_at": ctx.now,
        "modified_at": ctx.now,
    }
    rule.update(_parse_source(ctx, p, rule))
    rule.update(_parse_sql(p, rule))
    return {"RuleId": ctx.store.insert("rule", **rule)}


@operation
def delete_rule(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.15.3: Delete a rule, even a running one, and its actions."""
    rule = find_rule(ctx, p["RuleId"])
    ctx.store.delete("rule", rule_id=rule["rule_id"])


@operation
def get_rule(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.15.5: Read a rule."""
    rule = find_rule(ctx, p["RuleId"])
    topic_type_known = rule["select_text"] and rule["topic_type"] is not None
    return {
        "RuleInfo": {**_to_reply(ctx, rule), "TopicType": rule["topic_type"] if topic_type_known else _UNKNOWN_TYPE}
    }


@operation
def list_rule(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.15.7: List rules.

    ``Total`` is the number of rules, although the manual calls it a number of pages.
    """
    page = requested_page(ctx, p)
    if page.number > _MAX_PAGE_NUMBER:
        raise ApiError("iot.common.InvalidPageParams", f"CurrentPage must not be greater than {_MAX_PAGE_NUMBER}")
    filters = omit_none(resource_group_id=p.get("ResourceGroupId") or None)
    rules, total = ctx.store.page("rule", page.offset, page.size, "created_at DESC, rule_id DESC", **filters)
    return {
        "Data": {"RuleInfo": [_to_reply(ctx, rule) for rule in rules]},
        "Page": page.number,
        "PageSize": page.size,
        "Total": total,
    }


@operation
def start_rule(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.15.9: Start a rule."""
    rule = find_rule(ctx, p["RuleId"])
    if rule["status"] == RUNNING:
        raise ApiError("iot.ruleng.RuleAlreadyIsStarted")
    if not (rule["product_key"] and rule["short_topic"] and rule["select_text"]):
        raise ApiError("iot.rule.NullSqlForRule")
    find_product(ctx, rule["product_key"])
    ctx.store.update("rule", {"status": RUNNING}, rule_id=rule["rule_id"])


@operation
def stop_rule(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.15.10: Stop a rule. Do nothing if the rule is not running."""
    rule = find_rule(ctx, p["RuleId"])
    ctx.store.update("rule", {"status": STOPPED}, rule_id=rule["rule_id"])


@operation
def update_rule(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.15.11: Update a rule.

    Absent parameters are left unchanged. Empty ``Select``, ``Where`` and ``RuleDesc`` clear the value.
    """
    rule = find_rule(ctx, p["RuleId"])
    changes: Row = {"modified_at": ctx.now}
    if "Name" in p:
        if p["Name"] != rule["rule_name"]:
            _check_name(ctx, p["Name"])
        changes["rule_name"] = p["Name"]
    if "RuleDesc" in p:
        _check_description(p["RuleDesc"])
        changes["description"] = p["RuleDesc"] or None
    changes.update(_parse_source(ctx, p, rule))
    changes.update(_parse_sql(p, rule))
    if rule["status"] == RUNNING and not changes.get("select_text", rule["select_text"]):
        raise ApiError(
            "iot.rule.NullSqlForRule", "Select must not be empty while the rule is running: stop the rule first"
        )
    ctx.store.update("rule", changes, rule_id=rule["rule_id"])


def _check_name(ctx: Context, name: str) -> None:
    if not is_valid_name(name, _NAME, *_NAME_WIDTH):
        raise ApiError(
            "iot.common.InvalidFormattedParameter",
            "Name must have 1 to 30 letters, digits, _, - or Chinese and Japanese characters (which count as 2)",
        )
    if ctx.store.one("rule", rule_name=name):
        raise ApiError("iot.rule.RuleNameIsAlreadyExisted")


def _check_description(description: str | None) -> None:
    if description is not None and len(description) > _MAX_DESCRIPTION_LENGTH:
        message = f"RuleDesc must not be longer than {_MAX_DESCRIPTION_LENGTH} characters"
        raise ApiError("iot.common.InvalidFormattedParameter", message)


def _parse_source(ctx: Context, p: dict[str, Any], rule: Row) -> Row:
    """Return the columns of the topic of a rule from the parameters of a request.

    If the topic type is absent, it is derived from the short topic.

    Raises:
        ApiError: the parameters do not fit together, or the product does not exist.
    """
    if p.get("Topic"):
        source = _split_topic(p["Topic"])
    else:
        short_topic = p.get("ShortTopic", "").removeprefix("/")
        source = omit_none(
            product_key=p.get("ProductKey") or None, short_topic=short_topic or None, topic_type=p.get("TopicType")
        )
    if "short_topic" in source and "topic_type" not in source:
        source["topic_type"] = _detect_topic_type(source["short_topic"])
    updated = {**rule, **source}
    topic_type, short_topic = updated["topic_type"], updated["short_topic"]
    if topic_type not in (None, *_SHORT_TOPICS) or (topic_type == _SYSTEM and rule["data_type"] == BINARY):
        raise ApiError("iot.ruleng.IncorrectType")
    if short_topic and not _SHORT_TOPICS[topic_type].fullmatch(short_topic):
        raise ApiError(_TOPIC_ERRORS[topic_type])
    if "product_key" in source:
        find_product(ctx, source["product_key"])
    return source


def _split_topic(topic: str) -> Row:
    """Return product key, short topic and topic type of a full topic. Raise ApiError if the topic is invalid."""
    for pattern, topic_type in _TOPICS:
        match = pattern.fullmatch(topic)
        if match:
            detected = _detect_topic_type(match[2]) if topic_type is None else topic_type
            return {"product_key": match[1], "short_topic": match[2], "topic_type": detected}
    raise ApiError("iot.messagebroker.InvalidFormattedTopicName")


def _detect_topic_type(short_topic: str) -> int:
    if "/" not in short_topic:
        return _STATUS
    return _SYSTEM if _SHORT_TOPICS[_SYSTEM].fullmatch(short_topic) else _CUSTOM


def _parse_sql(p: dict[str, Any], rule: Row) -> Row:
    """Return the SQL columns from the parameters of a request. Raise ApiError if the SQL is invalid."""
    texts = {
        column: p[name] if p[name].strip() else None
        for name, column in (("Select", "select_text"), ("Where", "where_text"))
        if name in p
    }
    updated = {**rule, **texts}
    try:
        # WHERE can be set before SELECT. Any column list will do to check its syntax.
        parse(updated["select_text"] or "*", updated["where_text"] or "", rule["data_type"] == BINARY)
    except InvalidRuleSql as error:
        raise ApiError("iot.messagebroker.IncorrectRuleSql", str(error)) from None
    return texts


def _full_topic(rule: Row) -> str:
    """Return the full topic without ``/sys`` of a rule, which must have a product and a short topic."""
    prefix = _STATUS_PREFIX if rule["topic_type"] == _STATUS else ""
    return f"{prefix}/{rule['product_key']}/{rule['short_topic']}"


def _to_reply(ctx: Context, rule: Row) -> Row:
    has_topic = rule["product_key"] and rule["short_topic"]
    return omit_none(
        Id=rule["rule_id"],
        Name=rule["rule_name"],
        Status=rule["status"],
        DataType=rule["data_type"],
        RuleDesc=rule["description"],
        ProductKey=rule["product_key"],
        ShortTopic=rule["short_topic"],
        Topic=_full_topic(rule) if has_topic else None,
        Select=rule["select_text"],
        Where=rule["where_text"],
        CreateUserId=int(ctx.account.user_id),
        Created=times.beijing_words(rule["created_at"]),
        Modified=times.beijing_words(rule["modified_at"]),
        UtcCreated=times.utc(rule["created_at"]),
        UtcModified=times.utc(rule["modified_at"]),
    )
