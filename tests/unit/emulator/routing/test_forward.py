# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where messages of devices go on to by rules."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue


@pytest.fixture
def rule(api, key):
    """Make a rule that runs; its actions are given as type, configuration and whether they are for errors."""

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
    """The topics and contents that wait for the group."""

    def queue():
        waiting = platform.run(lambda ctx: consumer_queue.queued_messages(ctx, group, 100))
        return [(message["topic"], message["payload"]) for message in waiting]

    return queue


@pytest.fixture
def listener(api, key, register):
    """The row of a second device, which has subscribed to its topic ``user/get``."""
    device = register("listener")
    api("SubscribeTopic", ProductKey=key, DeviceName="listener", Topic=[f"/{key}/listener/user/get"])
    return device


def republish(topic: str, topic_type: int, on_error: bool = False):
    return ("REPUBLISH", {"topic": topic, "topicType": topic_type}, on_error)


def test_a_rule_publishes_to_another_device(key, rule, report, listener, outbox):
    rule("items.level.value as level, deviceName() as name", republish(f"/{key}/listener/user/get", 1))
    report(level=5)
    assert outbox(listener) == [("/{own}/user/get", {"level": 5, "name": "lamp"})]


def test_the_message_says_where_to(key, rule, report, listener, outbox):
    rule("items.label.value as label", republish(f"/{key}/${{label}}/user/get", 1))
    report(label="listener")
    assert outbox(listener) == [("/{own}/user/get", {"label": "listener"})]


def test_a_rule_sets_properties_of_another_device(key, rule, report, listener, outbox):
    rule("items.level.value as level", republish(f"/sys/{key}/listener/thing/service/property/set", 0))
    report(level=5)
    ((topic, message),) = outbox(listener)
    assert topic == "/sys/{own}/thing/service/property/set"
    assert (message["method"], message["params"]) == ("thing.service.property.set", {"level": 5})


def test_a_whole_message_of_the_thing_model_stays_as_it_is(key, rule, report, listener, outbox):
    select = "'thing.service.property.set' as method, items.level.value as params"
    rule(select, republish(f"/sys/{key}/listener/thing/service/property/set", 0))
    report(level=5)
    assert outbox(listener)[0][1] == {"method": "thing.service.property.set", "params": 5}


def test_what_a_simulated_device_is_told_by_a_rule_it_does(api, key, rule, report, simulate, advance_clock):
    simulate(product=key, names=["follower"])
    topic = f"/sys/{key}/follower/thing/service/property/set"
    rule("items.level.value as level", republish(topic, 0), short_topic="lamp/thing/event/property/post")
    report(level=5)
    advance_clock(1)
    status = api("QueryDevicePropertyStatus", ProductKey=key, DeviceName="follower")["Data"]["List"]
    assert {one["Identifier"]: one.get("Value") for one in status["PropertyStatusInfo"]}["level"] == "5"


def test_a_device_that_follows_itself_does_not_stop_time(
    platform, key, rule, publish_as_device, simulate, advance_clock
):
    simulate(product=key, names=["follower"])
    rule("items.level.value as level", republish(f"/sys/{key}/follower/thing/service/property/set", 0))
    follower = platform.store.one("device", device_name="follower")
    publish_as_device("/sys/{own}/thing/event/property/post", {"params": {"level": 1}}, follower)
    advance_clock(0.1)
    assert 2 <= platform.store.count("property_value", iot_id=follower["iot_id"]) <= 30


def test_a_simulated_device_overhears_what_it_cannot_understand(
    key, rule, publish_as_device, simulate, advance_clock, caplog
):
    simulate(product=key, names=["follower"])
    topic = f"/sys/{key}/follower/thing/service/property/set"
    rule("payload() as method", republish(topic, 0), short_topic="+/user/update")
    publish_as_device("/{own}/user/update", {"a": 1})
    advance_clock(1)
    assert caplog.text == ""


def test_the_condition_decides(key, rule, report, queue, group):
    rule("*", ("AMQP", {"groupId": group}, False), where="items.level.value > 10")
    report(level=10)
    assert queue() == []
    report(level=11)
    ((topic, content),) = queue()
    assert topic == f"/{key}/lamp/thing/event/property/post"
    assert json.loads(content)["items"]["level"]["value"] == 11


def test_tags_and_ids_can_be_selected(api, device, rule, report, queue, group):
    api("SaveDeviceProp", IotId=device["iot_id"], Props='{"floor": "3"}')
    rule("attribute('floor') as floor, messageId() as id", ("AMQP", {"groupId": group}, False))
    message_id = report(level=1)
    assert json.loads(queue()[0][1]) == {"floor": "3", "id": str(message_id)}


def test_binary_data_goes_on_as_it_is(rule, publish_as_device, queue, group):
    rule("*", ("AMQP", {"groupId": group}, False), short_topic="lamp/user/update", DataType="BINARY")
    publish_as_device("/{own}/user/update", b"\xff\x00")
    assert [content for _topic, content in queue()] == [b"\xff\x00"]


def test_a_message_that_a_rule_cannot_read_is_not_forwarded(rule, publish_as_device, queue, group):
    rule("a as a", ("AMQP", {"groupId": group}, False), short_topic="lamp/user/update")
    publish_as_device("/{own}/user/update", b"no json")
    assert queue() == []
    publish_as_device("/{own}/user/update", b'{"a": 1}')
    assert len(queue()) == 1


def test_what_leaves_the_platform_is_counted(platform, rule, report):
    role = {"roleName": "role", "roleArn": "acs:ram::5645:role/role"}
    configuration = {"themeName": "theme", "regionName": "cn-shanghai", "role": role}
    rule("items.level.value as level", ("MNS", configuration, False))
    report(level=1)
    report(level=2)
    (row,) = platform.store.all("rule_output")
    assert row["sent"] == 2
    assert payloads.from_columns(row) == b'{"level":2}'


def test_what_cannot_be_forwarded_goes_to_the_action_for_errors(key, rule, report, queue, group):
    rule_actions = [republish(f"/{key}/nobody/user/get", 1), ("AMQP", {"groupId": group}, True)]
    rule("items.level.value as level", *rule_actions)
    message_id = report(level=1)
    ((topic, content),) = queue()
    told = json.loads(content)
    assert topic == told["topic"] == f"/{key}/lamp/thing/event/property/post"
    assert (told["ruleName"], told["productKey"], told["deviceName"]) == ("rule_1", key, "lamp")
    assert told["messageId"] == str(message_id)
    assert json.loads(base64.b64decode(told["base64OriginalPayload"]))["items"]["level"]["value"] == 1
    (failure,) = told["failures"]
    assert (failure["actionType"], failure["actionResource"]) == ("REPUBLISH", f"/{key}/nobody/user/get")
    assert "NotExistedDevice" in failure["errorMessage"]


def test_a_column_that_the_topic_needs_may_be_missing(key, rule, report, queue, group):
    rule("items.level.value as level", republish(f"/{key}/${{name}}/user/get", 1), ("AMQP", {"groupId": group}, True))
    report(level=1)
    assert "name" in json.loads(queue()[0][1])["failures"][0]["errorMessage"]


def test_an_action_for_errors_that_fails_loses_the_message(key, rule, report, caplog):
    rule("*", republish(f"/{key}/nobody/user/get", 1), republish(f"/{key}/nobody_else/user/get", 1, on_error=True))
    report(level=1)
    assert caplog.text == ""


def test_without_errors_the_action_for_errors_does_nothing(rule, report, queue, group, api):
    other = api("CreateConsumerGroup", GroupName="other_group")["GroupId"]
    rule("*", ("AMQP", {"groupId": other}, False), ("AMQP", {"groupId": group}, True))
    report(level=1)
    assert queue() == []


def test_a_rule_that_is_stopped_does_nothing(api, rule, report, queue, group):
    rule_id = rule("*", ("AMQP", {"groupId": group}, False))
    api("StopRule", RuleId=rule_id)
    report(level=1)
    assert queue() == []
