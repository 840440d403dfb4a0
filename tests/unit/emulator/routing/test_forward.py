# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of rules that forward messages of devices."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue


@pytest.fixture
def rule(api, key):
    """Create and start a rule; each action is a tuple of type, configuration and error action flag."""

    def rule(select: str, *actions, where: str = "", short_topic: str = "+/thing/event/property/post", **params) -> int:
        source = {"ProductKey": key, "ShortTopic": short_topic, "Select": select, "Where": where}
        rule_id = api("CreateRule", Name="rule_1", **source, **params)["RuleId"]
        for kind, configuration, on_error in actions:
            api(
                "CreateRuleAction",
                RuleId=rule_id,
                Type=kind,
                Configuration=json.dumps(configuration),
                ErrorActionFlag=on_error,
            )
        api("StartRule", RuleId=rule_id)
        return rule_id

    return rule


@pytest.fixture
def group(api) -> str:
    return api("CreateConsumerGroup", GroupName="group")["GroupId"]


@pytest.fixture
def queue(platform, group):
    """Return the topics and contents in the queue of the group."""

    def queue():
        waiting = platform.run(lambda ctx: consumer_queue.queued_messages(ctx, group, 100))
        return [(message["topic"], message["payload"]) for message in waiting]

    return queue


@pytest.fixture
def subscriber(api, key, register):
    """Register a second device that subscribes to its topic ``user/get``, and return its row."""
    device = register("subscriber")
    api("SubscribeTopic", ProductKey=key, DeviceName="subscriber", Topic=[f"/{key}/subscriber/user/get"])
    return device


def republish(topic: str, topic_type: int, on_error: bool = False):
    return ("REPUBLISH", {"topic": topic, "topicType": topic_type}, on_error)


def test_rule_republishes_to_other_device(key, rule, report, subscriber, outbox):
    rule("items.level.value as level, deviceName() as name", republish(f"/{key}/subscriber/user/get", 1))
    report(level=5)
    assert outbox(subscriber) == [("/{own}/user/get", {"level": 5, "name": "lamp"})]


def test_rule_topic_placeholder_is_replaced(key, rule, report, subscriber, outbox):
    rule("items.label.value as label", republish(f"/{key}/${{label}}/user/get", 1))
    report(label="subscriber")
    assert outbox(subscriber) == [("/{own}/user/get", {"label": "subscriber"})]


def test_rule_sets_properties_of_other_device(key, rule, report, subscriber, outbox):
    rule("items.level.value as level", republish(f"/sys/{key}/subscriber/thing/service/property/set", 0))
    report(level=5)
    ((topic, message),) = outbox(subscriber)
    assert topic == "/sys/{own}/thing/service/property/set"
    assert (message["method"], message["params"]) == ("thing.service.property.set", {"level": 5})


def test_rule_with_complete_alink_message_sends_it_unchanged(key, rule, report, subscriber, outbox):
    select = "'thing.service.property.set' as method, items.level.value as params"
    rule(select, republish(f"/sys/{key}/subscriber/thing/service/property/set", 0))
    report(level=5)
    assert outbox(subscriber)[0][1] == {"method": "thing.service.property.set", "params": 5}


def test_rule_command_is_executed_by_simulated_device(api, key, rule, report, simulate, advance_clock):
    simulate(product=key, names=["follower"])
    topic = f"/sys/{key}/follower/thing/service/property/set"
    rule("items.level.value as level", republish(topic, 0), short_topic="lamp/thing/event/property/post")
    report(level=5)
    advance_clock(1)
    status = api("QueryDevicePropertyStatus", ProductKey=key, DeviceName="follower")["Data"]["List"]
    assert {one["Identifier"]: one.get("Value") for one in status["PropertyStatusInfo"]}["level"] == "5"


def test_rule_loop_of_simulated_device_is_limited(platform, key, rule, publish_as_device, simulate, advance_clock):
    simulate(product=key, names=["follower"])
    rule("items.level.value as level", republish(f"/sys/{key}/follower/thing/service/property/set", 0))
    follower = platform.store.one("device", device_name="follower")
    publish_as_device("/sys/{own}/thing/event/property/post", {"params": {"level": 1}}, follower)
    advance_clock(0.1)
    assert 2 <= platform.store.count("property_value", iot_id=follower["iot_id"]) <= 30


def test_rule_message_without_meaning_is_ignored_by_simulated_device(
    key, rule, publish_as_device, simulate, advance_clock, caplog
):
    simulate(product=key, names=["follower"])
    topic = f"/sys/{key}/follower/thing/service/property/set"
    rule("payload() as method", republish(topic, 0), short_topic="+/user/update")
    publish_as_device("/{own}/user/update", {"a": 1})
    advance_clock(1)
    assert caplog.text == ""


def test_rule_condition_filters_messages(key, rule, report, queue, group):
    rule("*", ("AMQP", {"groupId": group}, False), where="items.level.value > 10")
    report(level=10)
    assert queue() == []
    report(level=11)
    ((topic, content),) = queue()
    assert topic == f"/{key}/lamp/thing/event/property/post"
    assert json.loads(content)["items"]["level"]["value"] == 11


def test_rule_selects_tags_and_message_id(api, device, rule, report, queue, group):
    api("SaveDeviceProp", IotId=device["iot_id"], Props='{"floor": "3"}')
    rule("attribute('floor') as floor, messageId() as id", ("AMQP", {"groupId": group}, False))
    message_id = report(level=1)
    assert json.loads(queue()[0][1]) == {"floor": "3", "id": str(message_id)}


def test_rule_forwards_binary_data_unchanged(rule, publish_as_device, queue, group):
    rule("*", ("AMQP", {"groupId": group}, False), short_topic="lamp/user/update", DataType="BINARY")
    publish_as_device("/{own}/user/update", b"\xff\x00")
    assert [content for _topic, content in queue()] == [b"\xff\x00"]


def test_rule_with_unreadable_message_forwards_nothing(rule, publish_as_device, queue, group):
    rule("a as a", ("AMQP", {"groupId": group}, False), short_topic="lamp/user/update")
    publish_as_device("/{own}/user/update", b"no json")
    assert queue() == []
    publish_as_device("/{own}/user/update", b'{"a": 1}')
    assert len(queue()) == 1


def test_rule_output_to_other_service_is_counted(platform, rule, report):
    role = {"roleName": "role", "roleArn": "acs:ram::5645:role/role"}
    configuration = {"themeName": "theme", "regionName": "cn-shanghai", "role": role}
    rule("items.level.value as level", ("MNS", configuration, False))
    report(level=1)
    report(level=2)
    (row,) = platform.store.all("rule_output")
    assert row["sent"] == 2
    assert payloads.from_columns(row) == b'{"level":2}'
    sent = platform.store.all("external_message")
    assert [(one["source"], one["source_name"], one["type"]) for one in sent] == [("rule", "rule_1", "MNS")] * 2
    assert [payloads.from_columns(one) for one in sent] == [b'{"level":1}', b'{"level":2}']
    assert json.loads(sent[0]["configuration"])["themeName"] == "theme"


def test_rule_failure_is_sent_to_error_action(key, rule, report, queue, group):
    rule_actions = [republish(f"/{key}/missing/user/get", 1), ("AMQP", {"groupId": group}, True)]
    rule("items.level.value as level", *rule_actions)
    message_id = report(level=1)
    ((topic, content),) = queue()
    error_message = json.loads(content)
    assert topic == error_message["topic"] == f"/{key}/lamp/thing/event/property/post"
    assert (error_message["ruleName"], error_message["productKey"], error_message["deviceName"]) == (
        "rule_1",
        key,
        "lamp",
    )
    assert error_message["messageId"] == str(message_id)
    assert json.loads(base64.b64decode(error_message["base64OriginalPayload"]))["items"]["level"]["value"] == 1
    (failure,) = error_message["failures"]
    assert (failure["actionType"], failure["actionResource"]) == ("REPUBLISH", f"/{key}/missing/user/get")
    assert "NotExistedDevice" in failure["errorMessage"]


def test_rule_topic_with_missing_column_is_sent_to_error_action(key, rule, report, queue, group):
    rule("items.level.value as level", republish(f"/{key}/${{name}}/user/get", 1), ("AMQP", {"groupId": group}, True))
    report(level=1)
    assert "name" in json.loads(queue()[0][1])["failures"][0]["errorMessage"]


def test_rule_error_action_with_failure_drops_message(key, rule, report, caplog):
    rule("*", republish(f"/{key}/missing/user/get", 1), republish(f"/{key}/also_missing/user/get", 1, on_error=True))
    report(level=1)
    assert caplog.text == ""


def test_rule_error_action_without_failure_is_not_run(rule, report, queue, group, api):
    other = api("CreateConsumerGroup", GroupName="other_group")["GroupId"]
    rule("*", ("AMQP", {"groupId": other}, False), ("AMQP", {"groupId": group}, True))
    report(level=1)
    assert queue() == []


def test_stopped_rule_forwards_nothing(api, rule, report, queue, group):
    rule_id = rule("*", ("AMQP", {"groupId": group}, False))
    api("StopRule", RuleId=rule_id)
    report(level=1)
    assert queue() == []
