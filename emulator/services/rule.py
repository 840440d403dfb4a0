# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules that forward messages (the manual's chapter 4.15). Where they forward to is told in ``rule_action``."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.services.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.rule_sql import IncorrectSql, Statement, parse
from ansible_collections.iotops.aliyun.emulator.services.shared import times
from ansible_collections.iotops.aliyun.emulator.services.shared.context import Context
from ansible_collections.iotops.aliyun.emulator.services.shared.paging import page_asked
from ansible_collections.iotops.aliyun.emulator.services.shared.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.services.shared.text import CHINESE, is_name
from ansible_collections.iotops.aliyun.emulator.services.shared.topics import DEVICE_NAME, meets_some
from ansible_collections.iotops.aliyun.emulator.store import Row, given

TABLES = """
CREATE TABLE IF NOT EXISTS rule (
    rule_id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule_name TEXT NOT NULL UNIQUE,
    data_type TEXT NOT NULL,
    description TEXT,
    product_key TEXT,  -- no foreign key: a rule can be given another product, and outlives the one it has
    short_topic TEXT,  -- below the product: +/user/get
    topic_type INTEGER,  -- set where short_topic is
    select_text TEXT,  -- what follows SELECT
    where_text TEXT,
    resource_group_id TEXT,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS rule_by_product ON rule (product_key, status);
CREATE INDEX IF NOT EXISTS rule_by_age ON rule (created_at);
"""

#: The rules that one account has.
MOST_RULES = 1000

RUNNING = "RUNNING"
STOPPED = "STOP"

JSON = "JSON"
BINARY = "BINARY"

# The types of a topic.
_SYSTEM = 0
_CUSTOM = 1
_STATUS = 2
# What is read as the type while there is no SQL.
_NO_TYPE = -1

_JAPANESE = "\u3040-\u30ff\uff66-\uff9f"
_NAME = re.compile(rf"[{CHINESE}{_JAPANESE}A-Za-z0-9_-]+")
_NAME_WIDTH = (1, 30)
_LONGEST_DESCRIPTION = 100
_LAST_PAGE = 1000

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
    # The two levels of a job's status are a firmware and a job.
    _SYSTEM: re.compile(rf"{_DEVICE}/(?:{_SYSTEM_TOPICS})|{_DEVICE}/{_DEVICE}/ota/job/status"),
    _CUSTOM: re.compile(rf"{_DEVICE}(?:/(?:\+|[A-Za-z0-9_]+))*(?:/(?:\#|\+|[A-Za-z0-9_]+))"),
    _STATUS: re.compile(_DEVICE),
}
_WRONG_TOPIC = {
    _SYSTEM: "iot.ruleng.IncorrectSysTopic",
    _CUSTOM: "iot.messagebroker.InvalidFormattedTopicName",
    _STATUS: "iot.messagebroker.InvalidFormattedTopicName",
}
_STATUS_PREFIX = "/as/mqtt/status"
# Whole topics, and the type where the beginning tells it.
_TOPICS = (
    (re.compile(r"/sys/([A-Za-z0-9]+)/(.+)"), _SYSTEM),
    (re.compile(rf"{_STATUS_PREFIX}/([A-Za-z0-9]+)/([^/]+)"), _STATUS),
    (re.compile(r"/([A-Za-z0-9]+)/([^/]+/.+)"), None),
)


def find_rule(ctx: Context, rule_id: int) -> Row:
    """The row of a rule. Raises ApiError where there is no such rule."""
    rule = ctx.store.one("rule", rule_id=rule_id)
    if rule is None:
        raise ApiError("iot.rule.NotFoundRule")
    return rule


def rules_for(ctx: Context, topic: str) -> list[Row]:
    """The running rules that a message on ``topic`` meets, the oldest first.

    What devices send on ``/sys/{productKey}/…`` the rules know by the same topic without its first level. With ``+`` in
    place of the device's name they are those that a message about some device meets.
    """
    if topic.startswith("/sys/"):
        topic = topic.removeprefix("/sys")
    levels = topic.removeprefix(_STATUS_PREFIX).split("/")
    if len(levels) < 2:
        return []
    rules = ctx.store.all("rule", "rule_id", product_key=levels[1], status=RUNNING)
    return [rule for rule in rules if meets_some(_topic_of(rule), topic)]


def statement_of(rule: Row) -> Statement:
    """The SQL of a rule that has some, ready for messages."""
    return parse(rule["select_text"], rule["where_text"] or "", rule["data_type"] == BINARY)


@operation
def create_rule(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.15.1: all but the name can follow later."""
    _check_name(ctx, p["Name"])
    _check_description(p.get("RuleDesc"))
    data_type = p.get("DataType") or JSON
    if data_type not in (JSON, BINARY):
        raise ApiError("iot.common.InvalidFormattedParameter", f"DataType is {JSON} or {BINARY}")
    if ctx.store.count("rule") >= MOST_RULES:
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
    rule.update(_source_given(ctx, p, rule))
    rule.update(_sql_given(p, rule))
    return {"RuleId": ctx.store.insert("rule", **rule)}


@operation
def delete_rule(ctx: Context, p: dict[str, Any]) -> None:
    """4.15.3: its actions go with it, and it may be running."""
    rule = find_rule(ctx, p["RuleId"])
    ctx.store.delete("rule", rule_id=rule["rule_id"])


@operation
def get_rule(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.15.5"""
    rule = find_rule(ctx, p["RuleId"])
    known = rule["select_text"] and rule["topic_type"] is not None
    return {"RuleInfo": {**_as_listed(ctx, rule), "TopicType": rule["topic_type"] if known else _NO_TYPE}}


@operation
def list_rule(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.15.7: ``Total`` counts rules, whatever the manual calls it."""
    page = page_asked(ctx, p)
    if page.number > _LAST_PAGE:
        raise ApiError("iot.common.InvalidPageParams", f"CurrentPage is at most {_LAST_PAGE}")
    wanted = given(resource_group_id=p.get("ResourceGroupId") or None)
    rules, total = ctx.store.page("rule", page.offset, page.size, "created_at DESC, rule_id DESC", **wanted)
    return {
        "Data": {"RuleInfo": [_as_listed(ctx, rule) for rule in rules]},
        "Page": page.number,
        "PageSize": page.size,
        "Total": total,
    }


@operation
def start_rule(ctx: Context, p: dict[str, Any]) -> None:
    """4.15.9"""
    rule = find_rule(ctx, p["RuleId"])
    if rule["status"] == RUNNING:
        raise ApiError("iot.ruleng.RuleAlreadyStarted")
    if not (rule["product_key"] and rule["short_topic"] and rule["select_text"]):
        raise ApiError("iot.rule.NullSqlForRule")
    find_product(ctx, rule["product_key"])
    ctx.store.update("rule", {"status": RUNNING}, rule_id=rule["rule_id"])


@operation
def stop_rule(ctx: Context, p: dict[str, Any]) -> None:
    """4.15.10: of a rule that does not run nothing is left to stop."""
    rule = find_rule(ctx, p["RuleId"])
    ctx.store.update("rule", {"status": STOPPED}, rule_id=rule["rule_id"])


@operation
def update_rule(ctx: Context, p: dict[str, Any]) -> None:
    """4.15.11: what is not given stays; ``Select``, ``Where`` and ``RuleDesc`` that are given empty are taken away."""
    rule = find_rule(ctx, p["RuleId"])
    changes = {"modified_at": ctx.now}
    if "Name" in p:
        if p["Name"] != rule["rule_name"]:
            _check_name(ctx, p["Name"])
        changes["rule_name"] = p["Name"]
    if "RuleDesc" in p:
        _check_description(p["RuleDesc"])
        changes["description"] = p["RuleDesc"] or None
    changes.update(_source_given(ctx, p, rule))
    changes.update(_sql_given(p, rule))
    if rule["status"] == RUNNING and not changes.get("select_text", rule["select_text"]):
        raise ApiError("iot.rule.NullSqlForRule", "A running rule needs its SQL")
    ctx.store.update("rule", changes, rule_id=rule["rule_id"])


def _check_name(ctx: Context, name: str) -> None:
    if not is_name(name, _NAME, *_NAME_WIDTH):
        raise ApiError(
            "iot.common.InvalidFormattedParameter",
            "Name has 1 to 30 Chinese and Japanese characters (which count 2), letters, digits, _ and -",
        )
    if ctx.store.one("rule", rule_name=name):
        raise ApiError("iot.rule.RuleNamesAlreadyExisted")


def _check_description(description: str | None) -> None:
    if description is not None and len(description) > _LONGEST_DESCRIPTION:
        message = f"RuleDesc has at most {_LONGEST_DESCRIPTION} characters"
        raise ApiError("iot.common.InvalidFormattedParameter", message)


def _source_given(ctx: Context, p: dict[str, Any], rule: Row) -> Row:
    """What a call says of where the rule's messages come from. Raises ApiError where it does not fit together.

    A type that is not given is told by the short topic.
    """
    if p.get("Topic"):
        source = _taken_apart(p["Topic"])
    else:
        short_topic = p.get("ShortTopic", "").removeprefix("/")
        source = given(
            product_key=p.get("ProductKey") or None, short_topic=short_topic or None, topic_type=p.get("TopicType")
        )
    if "short_topic" in source and "topic_type" not in source:
        source["topic_type"] = _type_of(source["short_topic"])
    topic_type = source.get("topic_type", rule["topic_type"])
    short_topic = source.get("short_topic", rule["short_topic"])
    if topic_type not in (None, *_SHORT_TOPICS) or (topic_type == _SYSTEM and rule["data_type"] == BINARY):
        raise ApiError("iot.ruleng.IncorrectType")
    if short_topic and not _SHORT_TOPICS[topic_type].fullmatch(short_topic):
        raise ApiError(_WRONG_TOPIC[topic_type])
    if "product_key" in source:
        find_product(ctx, source["product_key"])
    return source


def _taken_apart(topic: str) -> Row:
    for pattern, topic_type in _TOPICS:
        match = pattern.fullmatch(topic)
        if match:
            known = _type_of(match[2]) if topic_type is None else topic_type
            return {"product_key": match[1], "short_topic": match[2], "topic_type": known}
    raise ApiError("iot.messagebroker.InvalidFormattedTopicName")


def _type_of(short_topic: str) -> int:
    if "/" not in short_topic:
        return _STATUS
    return _SYSTEM if _SHORT_TOPICS[_SYSTEM].fullmatch(short_topic) else _CUSTOM


def _sql_given(p: dict[str, Any], rule: Row) -> Row:
    """The texts of SQL that a call gives. Raises ApiError where they are no SQL."""
    texts = {
        column: p[name] if p[name].strip() else None
        for name, column in (("Select", "select_text"), ("Where", "where_text"))
        if name in p
    }
    whole = {**rule, **texts}
    try:
        # WHERE may come before SELECT; what the columns will be does not matter to whether it can be read.
        parse(whole["select_text"] or "*", whole["where_text"] or "", rule["data_type"] == BINARY)
    except IncorrectSql as error:
        raise ApiError("iot.messagebroker.IncorrectRuleSql", str(error)) from None
    return texts


def _topic_of(rule: Row) -> str | None:
    """The whole topic of a rule, without the ``/sys`` of the devices' own; None while there is none."""
    if not (rule["product_key"] and rule["short_topic"]):
        return None
    prefix = _STATUS_PREFIX if rule["topic_type"] == _STATUS else ""
    return f"{prefix}/{rule['product_key']}/{rule['short_topic']}"


def _as_listed(ctx: Context, rule: Row) -> Row:
    return given(
        Id=rule["rule_id"],
        Name=rule["rule_name"],
        Status=rule["status"],
        DataType=rule["data_type"],
        RuleDesc=rule["description"],
        ProductKey=rule["product_key"],
        ShortTopic=rule["short_topic"],
        Topic=_topic_of(rule),
        Select=rule["select_text"],
        Where=rule["where_text"],
        CreateUserId=int(ctx.account.user_id),
        Created=times.beijing_words(rule["created_at"]),
        Modified=times.beijing_words(rule["modified_at"]),
        UtcCreated=times.utc(rule["created_at"]),
        UtcModified=times.utc(rule["modified_at"]),
    )
