# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the recorded messages to destinations outside the platform."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.http.control_deliveries import FILTERS, list_deliveries
from ansible_collections.iotops.aliyun.emulator.outbox import external

DEVICE = {"product_key": "a1", "device_name": "lamp"}


@pytest.fixture
def record(platform):
    """Record a message to a destination."""

    def record(content: bytes = b"{}", kind: str = "MNS", source: str = external.RULE, topic: str = "/t") -> None:
        destination = external.Destination(kind, '{"themeName": "theme"}')
        sent = external.Sent(DEVICE, topic, "77")
        platform.run(
            lambda ctx: external.record(ctx, external.Source(source, "1", "billing"), destination, sent, content)
        )

    return record


@pytest.fixture
def listed(platform):
    """List messages with a query."""
    return lambda **query: platform.run(lambda ctx: list_deliveries(ctx, query))


def test_message_is_listed_with_its_source_and_destination(platform, record, listed):
    before = platform.clock.now()
    record('{"level": 1, "place": "上海"}'.encode())
    (message,) = listed()
    assert before <= message.pop("at") <= platform.clock.now()
    assert message == {
        "seq": 1,
        "source": "rule",
        "source_id": "1",
        "source_name": "billing",
        "type": "MNS",
        "configuration": {"themeName": "theme"},
        "topic": "/t",
        "product_key": "a1",
        "device_name": "lamp",
        "message_id": "77",
        "payload": '{"level": 1, "place": "上海"}',
    }


def test_binary_payload_is_listed_as_base64(record, listed):
    record(b"\xff\x00")
    (message,) = listed()
    assert (message["payload_base64"], "payload" in message) == ("/wA=", False)


def test_filters_select_messages(record, listed):
    record(kind="MNS")
    record(kind="DATAHUB", source=external.PARSER)
    record(kind="DATAHUB", topic="/other")
    assert [one["seq"] for one in listed(type="DATAHUB")] == [2, 3]
    assert [one["seq"] for one in listed(type="DATAHUB", source="rule")] == [3]
    assert [one["seq"] for one in listed(since="1", limit="1")] == [2]
    assert listed(topic="/unknown") == []
    for name in FILTERS:
        found = listed()[0]
        assert found in listed(**{name: found[name]})


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"since": "x"}, "since must be a number"),
        ({"limit": "-1"}, "limit must be a number"),
        ({"since": "9" * 40}, "since must be a number"),
        ({"limit": "²"}, "limit must be a number"),
        ({"rule": "x"}, "unknown parameter rule"),
    ],
)
def test_invalid_query_is_rejected(listed, query, reason):
    with pytest.raises(ValueError, match=reason):
        listed(**query)


def test_oldest_messages_are_deleted_beyond_maximum_number(monkeypatch, record, listed):
    monkeypatch.setattr(external, "MAX_MESSAGES", 3)
    for _number in range(5):
        record()
    assert [one["seq"] for one in listed()] == [3, 4, 5]


def test_oldest_messages_are_deleted_beyond_maximum_size(monkeypatch, record, listed):
    monkeypatch.setattr(external, "MAX_SIZE", 1000)
    for size in (400, 400, 100, 400, 2000):
        record(b"x" * size)
        assert sum(len(one["payload"]) for one in listed()) <= 1000
    assert listed() == []
    record(b"x" * 500)
    assert [one["seq"] for one in listed()] == [6]


def test_numbers_continue_after_clear(platform, record, listed):
    record()
    platform.run(external.clear)
    assert listed() == []
    record()
    assert [one["seq"] for one in listed(since="1")] == [2]


def test_message_for_subscribed_mns_queue_is_recorded(api, key, device, report, listed):
    role = {"roleName": "role", "roleArn": "acs:ram::5645:role/role"}
    text = json.dumps({"queueName": "queue", "regionName": "cn-shanghai", "role": role})
    api("CreateSubscribeRelation", ProductKey=key, Type="MNS", MnsConfiguration=text, DeviceDataFlag=True)
    message_id = report(level=1)
    (message,) = listed()
    assert (message["source"], message["source_id"], message["type"]) == ("subscription", key, "MNS")
    assert message["configuration"]["queueName"] == "queue"
    assert message["message_id"] == str(message_id)
    assert message["topic"] == f"/{key}/lamp/thing/event/property/post"
    api("UpdateSubscribeRelation", ProductKey=key, Type="MNS", MnsConfiguration=text, ThingHistoryFlag=True)
    report(level=2)
    assert len(listed()) == 1
