# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of topic patterns, payloads and the message trace."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.topic_patterns import Patterns
from ansible_collections.iotops.aliyun.emulator.outbox import trace

DEVICE = {"product_key": "a1", "device_name": "lamp.1"}


@pytest.fixture
def patterns():
    patterns = Patterns()
    for pattern in (
        "/sys/{pk}/{dn}/thing/event/property/post",
        "/sys/{pk}/{dn}/thing/event/{event}/post",
        "/ota/device/inform/{pk}/{dn}",
        "/ext/rrpc/{id}/sys/{pk}/{dn}/thing/service/{service}",
        "/ext/rrpc/{id}/{rest*}",
        "/sys/{pk}/{dn}/thing/{command*}_reply",
        "/plain",
    ):
        patterns.add(pattern, pattern)
    return patterns


@pytest.mark.parametrize(
    ("topic", "pattern", "names"),
    [
        ("/sys/a1/lamp.1/thing/event/property/post", "/sys/{pk}/{dn}/thing/event/property/post", {}),
        ("/sys/a1/lamp.1/thing/event/alarm/post", "/sys/{pk}/{dn}/thing/event/{event}/post", {"event": "alarm"}),
        ("/ota/device/inform/a1/lamp.1", "/ota/device/inform/{pk}/{dn}", {}),
        (
            "/ext/rrpc/12/sys/a1/lamp.1/thing/service/reboot",
            "/ext/rrpc/{id}/sys/{pk}/{dn}/thing/service/{service}",
            {"id": "12", "service": "reboot"},
        ),
        ("/sys/a1/lamp.1/thing/a/b_reply", "/sys/{pk}/{dn}/thing/{command*}_reply", {"command": "a/b"}),
        ("/plain", "/plain", {}),
    ],
)
def test_topic_pattern_matches_topic(patterns, topic, pattern, names):
    assert patterns.find(topic, DEVICE) == (pattern, names)


def test_topic_pattern_with_star_matches_remaining_levels(patterns):
    pattern, names = patterns.find("/ext/rrpc/12/x/y/z", DEVICE)
    assert (pattern, names) == ("/ext/rrpc/{id}/{rest*}", {"id": "12", "rest": "x/y/z"})
    assert patterns.find("/ext/rrpc/12/a1/lamp.1/user/get", DEVICE)[0] == "/ext/rrpc/{id}/{rest*}"


@pytest.mark.parametrize(
    "topic",
    [
        "/sys/a1/other/thing/event/property/post",
        "/sys/a1/lampx1/thing/event/property/post",
        "/sys/a1/lamp.12/thing/event/property/post",
        "/sys/a1/lamp.1/thing/event/a/b/post",
        "/sys/a1/lamp.1/thing/event//post",
        "/sys/a1/lamp.1/thing/event/property/post/",
        "/ota/device/inform/a1/lamp.12",
        "/ota/device/inform/a1",
        "/plain/",
        "",
    ],
)
def test_topic_pattern_does_not_match_topic(patterns, topic):
    assert patterns.find(topic, DEVICE) is None


@pytest.mark.parametrize("pattern", ["/plain", "/sys/{pk}/{dn}/thing/event/{event}/post"])
def test_topic_pattern_added_twice_is_rejected(patterns, pattern):
    with pytest.raises(ValueError, match="defined twice"):
        patterns.add(pattern, "other")


@pytest.mark.parametrize("payload", [b"", b"text", "路灯".encode(), b"\xff\x00", b"x" * 1000])
def test_payload_columns_are_lossless(payload):
    row = payloads.to_columns(payload)
    assert payloads.from_columns(row) == payload
    assert bool(row["is_base64"]) == (payload == b"\xff\x00")


def test_payload_is_converted_to_bytes():
    assert payloads.to_bytes(b"\xff") == b"\xff"
    assert payloads.to_bytes("路") == "路".encode()
    assert payloads.to_bytes({"a": "路", "b": [1]}) == '{"a":"路","b":[1]}'.encode()


@pytest.mark.parametrize(
    "payload", [b"", b"x", b"1", b"[1]", b'"x"', b"null", b'{"a": NaN}', b'{"a": "\\ud800"}', b"\xff", b"[" * 100_000]
)
def test_payload_without_json_object_is_none(payload):
    assert payloads.parse_json_object(payload) is None


def test_payload_with_json_object_is_parsed():
    assert payloads.parse_json_object(b' {"a": "\xe8\xb7\xaf"} ') == {"a": "路"}


@pytest.fixture
def record(platform):
    """Record a message and return its id."""

    def record(iot_id: str | None = None) -> int:
        def one(ctx) -> int:
            message_id = trace.next_id(ctx)
            trace.record(ctx, message_id, iot_id, "/topic", b"x")
            return message_id

        return platform.run(one)

    return record


def test_message_ids_are_long_and_ascend(platform, record):
    ids = [record() for _number in range(100)]
    assert ids == sorted(set(ids))
    assert {len(str(message_id)) for message_id in ids} == {19}
    platform.clock.advance(8 * 24 * 3600)
    assert record() > ids[-1]


def test_message_id_is_new_although_previous_is_not_recorded(platform):
    ids = [platform.run(trace.next_id) for _number in range(10)]
    assert ids == sorted(set(ids))


def test_response_of_device_publishes_event(platform, device, record):
    received = []
    request, response, other = record(device["iot_id"]), record(device["iot_id"]), record()
    platform.listeners.add(trace.response_event(request), received.append)
    platform.listeners.add(trace.response_event(other), received.append)

    def record_response(message_id):
        return platform.run(lambda ctx: trace.record_response(ctx, device, message_id, str(response)))

    assert record_response(str(other)) is None
    assert record_response("x") is None
    assert received == []
    assert record_response(str(request))["message_id"] == request
    assert received == [f"answer/{request}"]
    assert platform.run(lambda ctx: trace.response_payload(ctx, request)) == b"x"
    assert platform.run(lambda ctx: trace.response_payload(ctx, other)) is None
