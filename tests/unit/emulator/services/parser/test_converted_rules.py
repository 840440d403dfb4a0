# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test that the parsers that replace rules deliver the same messages.

A rule and its parser run at the same time and send to the same destination, so that each message arrives twice: first
from the rule, then from the parser. The time and the ID of a message are the same for both.
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest

from .converted_rules import (
    BINARY_STATEMENTS,
    MESSAGES,
    NEVER_MET,
    PROPERTIES,
    PROPERTY_STATEMENTS,
    STATEMENTS,
    Installation,
)

ROLE = {"roleArn": "acs:ram::1234:role/iot", "roleName": "iot"}
CLOUD = {"regionName": "cn-shanghai", "role": ROLE}
#: SQL whose result differs each time.
RANDOM = ("rand()", "newuuid()")


@pytest.fixture
def installation(api, device):
    """Return what creates rules and their parsers; the device has the tag site."""
    api("SaveDeviceProp", IotId=device["iot_id"], Props=json.dumps({"site": "west"}))
    return Installation(api, {device["product_key"]: "thermometer"})


@pytest.fixture
def take(platform):
    """Remove and return the topics and payloads that are queued for a consumer group."""
    from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

    def take(group: str) -> list[tuple[str, bytes]]:
        def run(ctx):
            rows = consumer_queue.queued_messages(ctx, group, 100)
            consumer_queue.consume(ctx, group, "client", [row["id"] for row in rows])
            return rows

        return [(row["topic"], row["payload"]) for row in platform.run(run)]

    return take


@pytest.fixture
def recorded(platform):
    """Remove and return what rules and parsers have sent to other services: source, type, configuration, content."""
    from ansible_collections.iotops.aliyun.emulator.outbox import external

    def recorded() -> list[tuple[str, str, dict, Any]]:
        rows = platform.run(lambda ctx: external.recorded(ctx, 0, 100))
        platform.run(external.clear)
        return [
            (row["source"], row["type"], json.loads(row["configuration"]), json.loads(row["content"])) for row in rows
        ]

    return recorded


def is_same(one: bytes, other: bytes) -> bool:
    """Return whether two payloads are equal, except for the notation of numbers and the last digit of functions."""
    try:
        return one == other or _is_same_value(json.loads(one), json.loads(other))
    except ValueError:
        return False


def _is_same_value(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_is_same_value(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same_value, one, other))
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (one, other)):
        return math.isclose(one, other, rel_tol=1e-14)
    return type(one) is type(other) and one == other


def amqp(group: str, **params: Any) -> dict[str, Any]:
    return {"Type": "AMQP", "Configuration": json.dumps({"groupId": group}), **params}


def action(kind: str, **configuration: Any) -> dict[str, Any]:
    return {"Type": kind, "Configuration": json.dumps(configuration)}


class Comparison:
    """Rules with their parsers, each pair with a consumer group of its own."""

    def __init__(self, api: Any, installation: Installation, take: Any) -> None:
        self._api = api
        self._installation = installation
        self._take = take
        self._groups: dict[tuple[str, str], str] = {}
        #: The number of forwarded messages by SELECT and WHERE.
        self.forwarded: dict[tuple[str, str], int] = {}

    def add(self, statement: tuple[str, str], **params: Any) -> None:
        """Create a rule and its parser."""
        number = len(self._groups)
        group = self._api("CreateConsumerGroup", GroupName=f"group_{number}")["GroupId"]
        select, where = statement
        rule = self._installation.create(f"rule_{number}", [amqp(group)], Select=select, Where=where, **params)
        assert self._installation.install(rule), self._installation.conversion.not_converted
        self._groups[statement] = group
        self.forwarded[statement] = 0

    def compare(self, publish: Any, messages: list[Any]) -> list[tuple]:
        """Publish messages one after the other; return the statements that forward them differently."""
        different = []
        for message in messages:
            publish(message)
            for statement, group in self._groups.items():
                delivered = self._take(group)
                self.forwarded[statement] += bool(delivered)
                if len(delivered) not in (0, 2):
                    different.append((*statement, message, delivered))
                elif delivered and not statement[0].startswith(RANDOM):
                    (topic, by_rule), (other_topic, by_parser) = delivered
                    if topic != other_topic or not is_same(by_rule, by_parser):
                        different.append((*statement, message, by_rule, by_parser))
        return different


@pytest.fixture
def comparison(api, installation, take):
    return Comparison(api, installation, take)


def test_parsers_of_converted_sql_forward_the_same_messages(comparison, device, publish_as_device):
    source = {"ProductKey": device["product_key"], "ShortTopic": "+/user/update"}
    for statement in (*STATEMENTS, *NEVER_MET):
        comparison.add(statement, **source)
    assert comparison.compare(lambda message: publish_as_device("/{own}/user/update", message), MESSAGES) == []
    # Rules that forward nothing would compare nothing.
    assert {statement for statement, count in comparison.forwarded.items() if not count} == set(NEVER_MET)


def test_parsers_of_converted_property_rules_forward_the_same_messages(comparison, device, report):
    for statement in PROPERTY_STATEMENTS:
        comparison.add(statement, ProductKey=device["product_key"], ShortTopic="+/thing/event/property/post")
    assert comparison.compare(lambda properties: report(**properties), PROPERTIES) == []
    assert min(comparison.forwarded.values()) > 0


def test_parsers_of_converted_binary_rules_forward_the_same_bytes(comparison, device, publish_as_device):
    source = {"ProductKey": device["product_key"], "ShortTopic": "lamp/user/#", "DataType": "BINARY"}
    for statement in BINARY_STATEMENTS:
        comparison.add(statement, **source)
    assert comparison.compare(lambda message: publish_as_device("/{own}/user/update", message), MESSAGES) == []
    assert [count > 0 for count in comparison.forwarded.values()] == [True, True, False, True, True]


@pytest.mark.parametrize("short_topic", ["+/user/update", "lamp/user/update", "+/user/#", "lamp/user/+", "+/user/+"])
def test_data_source_of_custom_topic_receives_the_same_messages(
    comparison, device, register, publish_as_device, short_topic
):
    comparison.add(("topic() as topic", ""), ProductKey=device["product_key"], ShortTopic=short_topic)
    other = register("other", device["product_key"])
    senders = [(device, "update"), (device, "get"), (other, "update")]

    def publish(sent: tuple) -> None:
        publish_as_device(f"/{{own}}/user/{sent[1]}", b"{}", sent[0])

    assert comparison.compare(publish, senders) == []
    assert sum(comparison.forwarded.values()) > 0


def test_data_source_of_status_topic_receives_the_same_messages(platform, comparison, device):
    from ansible_collections.iotops.aliyun.emulator.routing.connection import connect, disconnect

    comparison.add(("status, topic(4) as key", ""), ProductKey=device["product_key"], ShortTopic="+", TopicType=2)
    comparison.add(("status", "deviceName = 'lamp'"), ProductKey=device["product_key"], ShortTopic="lamp", TopicType=2)
    switch = {"offline": disconnect, "online": lambda ctx, who: connect(ctx, who, "10.0.0.1")}

    def change(state: str) -> None:
        platform.run(lambda ctx: switch[state](ctx, platform.store.one("device", iot_id=device["iot_id"])))

    assert comparison.compare(change, ["offline", "online"]) == []
    assert set(comparison.forwarded.values()) == {2}


CLOUD_ACTIONS = {
    "MNS": {"themeName": "alarms"},
    "FC": {"serviceName": "weather", "functionName": "forecast"},
    "ONS": {"instanceId": "MQ_INST", "topic": "alarms", "tag": "lamp-${name}"},
}


@pytest.mark.parametrize(("kind", "target"), CLOUD_ACTIONS.items())
@pytest.mark.parametrize("select", ["*", "deviceName() as name, a"])
def test_cloud_destination_receives_what_the_action_sends(
    installation, device, publish_as_device, recorded, kind, target, select
):
    source = {"ProductKey": device["product_key"], "ShortTopic": "+/user/update", "Select": select}
    script = installation.install(installation.create("rule", [action(kind, **target, **CLOUD)], **source))
    for message in (b'{"a": 1}', b"[1, 2]"):
        publish_as_device("/{own}/user/update", message)
        by_rule, by_parser = recorded()
        assert (by_rule[0], by_parser[0]) == ("rule", "parser")
        assert by_rule[1] == by_parser[1]
        assert by_parser[2] == {name: by_rule[2][name] for name in by_parser[2]}
        assert set(by_rule[2]) - set(by_parser[2]) <= {"tag"}
        assert by_rule[3] == by_parser[3]
    assert ('["lamp-", "name", ""]' in script) is (kind == "ONS")


def test_datahub_columns_are_members_of_what_the_script_sends(installation, device, publish_as_device, recorded):
    columns = [
        {"name": "device", "value": "${name}", "type": "STRING"},
        {"name": "at", "value": "${at}", "type": "TIMESTAMP"},
        {"name": "level", "value": "${level}", "type": "DOUBLE"},
        {"name": "label", "value": "lamp ${name}: ${level}", "type": "STRING"},
        {"name": "version", "value": "2", "type": "BIGINT"},
        {"name": "missing", "value": "${flag}", "type": "BOOLEAN"},
    ]
    hub = action("DATAHUB", projectName="iot", topicName="lamps", schemaVals=columns, **CLOUD)
    select = "deviceName() as name, timestamp() as at, level, flag"
    source = {"ProductKey": device["product_key"], "ShortTopic": "+/user/update", "Select": select}
    installation.install(installation.create("rule", [hub], **source))
    publish_as_device("/{own}/user/update", {"level": "36.5"})
    by_rule, by_parser = recorded()
    assert by_parser[2] == {"projectName": "iot", "topicName": "lamps", **CLOUD}
    assert by_parser[3] == {
        "device": "lamp",
        "at": by_rule[3]["at"],
        "level": 36.5,
        "label": "lamp lamp: 36.5",
        "version": 2,
        "missing": None,
    }


def test_table_store_row_contains_the_selected_columns_and_the_primary_key(
    installation, device, publish_as_device, recorded
):
    keys = [
        {"columnType": "STRING", "columnName": "device", "columnValue": "${name}", "option": ""},
        {"columnType": "INTEGER", "columnName": "at", "columnValue": "${at}"},
        {"columnType": "INTEGER", "columnName": "id", "columnValue": "", "option": "AUTO_INCREMENT"},
    ]
    table = action("OTS", instanceName="iot", tableName="lamps", primaryKeys=keys, **CLOUD)
    select = "deviceName() as name, timestamp() as at, level"
    source = {"ProductKey": device["product_key"], "ShortTopic": "+/user/update", "Select": select}
    installation.install(installation.create("rule", [table], **source))
    publish_as_device("/{own}/user/update", {"level": 3})
    by_rule, by_parser = recorded()
    assert by_parser[2] == {"instanceName": "iot", "tableName": "lamps", **CLOUD}
    assert by_parser[3] == {**by_rule[3], "device": "lamp", "at": by_rule[3]["at"]}
    assert "the script does not set the primary key that Table Store increments" in _differences(installation)


def _differences(installation: Installation) -> list[str]:
    return [note.text for note in installation.conversion.differences]


@pytest.mark.parametrize(
    ("topic", "select"),
    [
        ("/{key}/receiver/user/get", "*"),
        ("/{key}/receiver/user/get", "deviceName() as name, a"),
        ("/{key}/${{to}}/user/get", "to, a"),
        ("/{key}/${{to}}/user/${{what}}", "*"),
    ],
)
def test_republished_message_has_the_same_topic_and_payload(
    platform, installation, device, register, publish_as_device, outbox, topic, select
):
    from ansible_collections.iotops.aliyun.emulator.outbox import downlink

    receiver = register("receiver", device["product_key"])
    platform.run(lambda ctx: downlink.subscribe(ctx, receiver, f"/{device['product_key']}/receiver/user/#"))
    republish = action("REPUBLISH", topic=topic.format(key=device["product_key"]), topicType=1)
    source = {"ProductKey": device["product_key"], "ShortTopic": "lamp/user/update", "Select": select}
    installation.install(installation.create("rule", [republish], **source))
    delivered = 0
    for message in (b'{"to": "receiver", "what": "get", "a": 1.5}', b'{"to": "missing", "what": 5}', b"[1]", b"{}"):
        publish_as_device("/{own}/user/update", message)
        received = outbox(receiver, raw=True)
        assert received[::2] == received[1::2]
        delivered += len(received)
    assert delivered >= 2


@pytest.mark.parametrize("select", ["level as level", "'thing.service.property.set' as method, level as params"])
def test_republished_command_has_the_same_parameters(installation, device, register, publish_as_device, outbox, select):
    receiver = register("receiver", device["product_key"])
    topic = f"/sys/{device['product_key']}/receiver/thing/service/property/set"
    source = {"ProductKey": device["product_key"], "ShortTopic": "lamp/user/update", "Select": select}
    installation.install(installation.create("rule", [action("REPUBLISH", topic=topic, topicType=0)], **source))
    publish_as_device("/{own}/user/update", {"level": 5})
    (one_topic, one), (other_topic, other) = outbox(receiver)
    assert one_topic == other_topic
    ids = [message.pop("id", None) for message in (one, other)]
    assert one == other
    assert all(identifier is None or int(identifier) < 2**32 for identifier in ids)


@pytest.mark.parametrize(
    ("topic", "is_failure"),
    [("/{key}/missing/user/get", True), ("/{key}/${{to}}/user/get", True), ("/{key}/lamp/user/get", False)],
)
def test_failover_destination_receives_what_the_error_action_receives(
    api, installation, device, publish_as_device, take, topic, is_failure
):
    errors = api("CreateConsumerGroup", GroupName="errors")["GroupId"]
    republish = action("REPUBLISH", topic=topic.format(key=device["product_key"]), topicType=1)
    source = {"ProductKey": device["product_key"], "ShortTopic": "lamp/user/update", "Select": "a, to"}
    rule = installation.create("rule", [republish, amqp(errors, ErrorActionFlag=True)], **source)
    installation.install(rule)
    publish_as_device("/{own}/user/update", b'{"a": 1}')
    reports = [json.loads(payload) for _topic, payload in take(errors)]
    assert len(reports) == (2 if is_failure else 0)
    if is_failure:
        by_rule, by_parser = reports
        same = ("topic", "productKey", "deviceName", "messageId", "base64OriginalPayload")
        assert {name: by_rule[name] for name in same} == {name: by_parser[name] for name in same}
        assert base64.b64decode(by_parser["base64OriginalPayload"]) == b'{"a": 1}'
        assert by_rule["ruleName"] == by_parser["parserName"] == "rule"
    assert any("the report about a failure has the format of parsers" in text for text in _differences(installation))


def test_message_for_which_sql_fails_does_not_reach_the_failover_destination(
    api, installation, device, publish_as_device, take
):
    group, errors = (api("CreateConsumerGroup", GroupName=name)["GroupId"] for name in ("console", "errors"))
    source = {"ProductKey": device["product_key"], "ShortTopic": "+/user/update", "Select": "lower(a) as a"}
    rule = installation.create("rule", [amqp(group), amqp(errors, ErrorActionFlag=True)], **source)
    installation.install(rule)
    publish_as_device("/{own}/user/update", b'{"a": 1}')
    assert take(group) + take(errors) == []


def test_all_actions_of_a_rule_are_calls_of_one_script(api, installation, device, publish_as_device, take, recorded):
    group = api("CreateConsumerGroup", GroupName="console")["GroupId"]
    topics = [action("ONS", instanceId="MQ", topic="alarms", tag=tag, **CLOUD) for tag in ("one", "two")]
    mns = action("MNS", themeName="alarms", **CLOUD)
    source = {"ProductKey": device["product_key"], "ShortTopic": "+/user/update", "Select": "a"}
    installation.install(installation.create("rule", [amqp(group), *topics, mns], **source))
    publish_as_device("/{own}/user/update", b'{"a": 1}')
    assert [payload for _topic, payload in take(group)] == [b'{"a":1}'] * 2
    kinds = [(source, kind) for source, kind, _configuration, _content in recorded()]
    sent = ["ONS", "ONS", "MNS"]
    assert kinds == [(source, kind) for source in ("rule", "parser") for kind in sent]
    # The tags are arguments of the calls, so both actions share a destination.
    assert [one["name"] for one in installation.conversion.destinations].count("ons_alarms") == 1
