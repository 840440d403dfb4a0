# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of reading and writing packets, with examples written by hand from the specifications."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.emulator.mqtt import packets, properties
from ansible_collections.iotops.aliyun.emulator.mqtt.packets import MQTT_5, MQTT_31, MQTT_311
from ansible_collections.iotops.aliyun.emulator.mqtt.properties import Fields, MalformedPacket

CONNECT_311 = b"\x00\x04MQTT\x04\xc2\x00\x3c\x00\x02id\x00\x04user\x00\x02pw"
CONNECT_31 = b"\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x02id"
# With a session expiry interval of 10, a receive maximum of 5, and a will with a delay of 1.
CONNECT_5 = (
    b"\x00\x04MQTT\x05\xc6\x00\x3c\x08\x11\x00\x00\x00\x0a\x21\x00\x05\x00\x02id"
    b"\x05\x18\x00\x00\x00\x01\x00\x01t\x00\x01w\x00\x04user\x00\x02pw"
)


def test_connect_of_all_versions_is_read():
    assert packets.read_connect(CONNECT_311) == packets.Connect(MQTT_311, "id", True, 60, "user", "pw", {})
    assert packets.read_connect(CONNECT_31) == packets.Connect(MQTT_31, "id", True, 60)
    assert packets.read_connect(CONNECT_5) == packets.Connect(
        MQTT_5, "id", True, 60, "user", "pw", {"session_expiry_interval": 10, "receive_maximum": 5}
    )


@pytest.mark.parametrize(
    ("body", "level"),
    [
        (b"\x00\x04MQTT\x06\x02\x00\x3c\x00\x00", 6),
        (b"\x00\x04MQTT\x03\x02\x00\x3c\x00\x00", 3),
        (b"\x00\x06MQIsdp\x04\x02\x00\x3c\x00\x00", 4),
    ],
)
def test_connect_of_other_version_is_reported(body, level):
    with pytest.raises(packets.UnsupportedVersion) as caught:
        packets.read_connect(body)
    assert caught.value.level == level


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\x04HTTP\x04\x02\x00\x3c\x00\x00",
        b"\x00\x04MQTT\x04\x03\x00\x3c\x00\x00",  # reserved flag
        b"\x00\x04MQTT\x04\x1e\x00\x3c\x00\x00",  # will with QoS 3
        b"\x00\x04MQTT\x04\x0a\x00\x3c\x00\x00",  # QoS without a will
        b"\x00\x04MQTT\x04\x42\x00\x3c\x00\x00\x00\x00",  # password without a user name
        b"\x00\x04MQTT\x04\x82\x00\x3c\x00\x02id",  # ends early
        b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x01\xff",  # not UTF-8
        b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x01\x00",  # null character
        b"\x00\x04MQTT\x05\x02\x00\x3c\x02\x00\x00\x00\x00",  # unknown property
        b"\x00\x04MQTT\x05\x02\x00\x3c\x06\x21\x00\x05\x21\x00\x05\x00\x00",  # property twice
    ],
)
def test_malformed_connect_is_rejected(body):
    with pytest.raises(MalformedPacket):
        packets.read_connect(body)


def test_publish_is_read():
    assert packets.read_publish(0x32, b"\x00\x03a/b\x00\x07payload", MQTT_311) == packets.Publish(
        "a/b", b"payload", 1, 7
    )
    assert packets.read_publish(0x30, b"\x00\x03a/b\x00\x07payload", MQTT_311).payload == b"\x00\x07payload"
    message = packets.read_publish(0x30, b"\x00\x01a\x07\x26\x00\x01k\x00\x01vx", MQTT_5)
    assert (message.payload, message.properties) == (b"x", {"user_property": [("k", "v")]})


@pytest.mark.parametrize(
    ("first", "body", "code"),
    [
        (0x36, b"\x00\x01a\x00\x01", 0x81),  # QoS 3
        (0x32, b"\x00\x01a\x00\x00", 0x81),  # packet identifier 0
        (0x30, b"\x00\x01#", 0x90),
        (0x30, b"\x00\x03a/+", 0x90),
        (0x30, b"\x00\x00", 0x90),
    ],
)
def test_malformed_publish_is_rejected(first, body, code):
    with pytest.raises(MalformedPacket) as caught:
        packets.read_publish(first, body, MQTT_311)
    assert caught.value.code == code


def test_publish_with_topic_alias_is_rejected():
    with pytest.raises(MalformedPacket) as caught:
        packets.read_publish(0x30, b"\x00\x00\x03\x23\x00\x01", MQTT_5)
    assert caught.value.code == 0x94


def test_subscribe_and_unsubscribe_are_read():
    body = b"\x00\x01\x00\x03a/+\x01\x00\x01#\x00"
    assert packets.read_subscribe(body, MQTT_311).filters == [("a/+", 1), ("#", 0)]
    assert packets.read_subscribe(b"\x00\x01\x02\x0b\x05\x00\x01a\x2d", MQTT_5).filters == [("a", 1)]
    assert packets.read_unsubscribe(b"\x00\x01\x00\x01a\x00\x01b", MQTT_311).filters == ["a", "b"]
    assert packets.read_unsubscribe(b"\x00\x01\x00\x00\x01a", MQTT_5).filters == ["a"]


@pytest.mark.parametrize(
    "body", [b"\x00\x01", b"\x00\x00\x00\x01a\x00", b"\x00\x01\x00\x01a", b"\x00\x01\x00\x01a\x04"]
)
def test_malformed_subscribe_is_rejected(body):
    with pytest.raises(MalformedPacket):
        packets.read_subscribe(body, MQTT_311)


def test_frames_are_split_as_they_arrive():
    stream = b"\xc0\x00" + b"\x30\x80\x01" + b"x" * 128 + b"\xe0\x00"
    for size in (1, 2, 3, 50, len(stream)):
        buffer, found = bytearray(), []
        for start in range(0, len(stream), size):
            buffer += stream[start : start + size]
            found += packets.split_frames(buffer, 1000)
        assert found == [(0xC0, b""), (0x30, b"x" * 128), (0xE0, b"")]
        assert not buffer


@pytest.mark.parametrize(("data", "code"), [(b"\x30\xff\xff\xff\xff\x01", 0x81), (b"\x30\xe9\x07", 0x95)])
def test_frame_with_invalid_length_is_rejected(data, code):
    with pytest.raises(MalformedPacket) as caught:
        list(packets.split_frames(bytearray(data), 1000))
    assert caught.value.code == code


@pytest.mark.parametrize("first", [0x80, 0xA1, 0x11, 0xC5, 0x60])
def test_packet_with_invalid_flags_is_rejected(first):
    with pytest.raises(MalformedPacket):
        packets.check_flags(first)


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (packets.connack(MQTT_311, 0, True), b"\x20\x02\x01\x00"),
        (packets.connack(MQTT_31, 0, True), b"\x20\x02\x00\x00"),
        (packets.connack(MQTT_5, 0x87), b"\x20\x03\x00\x87\x00"),
        (packets.connack(MQTT_5, 0, True, {"maximum_qos": 1}), b"\x20\x05\x01\x00\x02\x24\x01"),
        (packets.puback(MQTT_311, 7, 0x87), b"\x40\x02\x00\x07"),
        (packets.puback(MQTT_5, 7, 0x87), b"\x40\x04\x00\x07\x87\x00"),
        (packets.puback(MQTT_5, 7), b"\x40\x02\x00\x07"),
        (packets.suback(MQTT_311, 7, [0, 1, 0x97]), b"\x90\x05\x00\x07\x00\x01\x80"),
        (packets.suback(MQTT_5, 7, [0, 0x97]), b"\x90\x05\x00\x07\x00\x00\x97"),
        (packets.unsuback(MQTT_311, 7, 2), b"\xb0\x02\x00\x07"),
        (packets.unsuback(MQTT_5, 7, 2), b"\xb0\x05\x00\x07\x00\x00\x00"),
        (packets.publish(MQTT_311, packets.Publish("a", b"x", 1, 7)), b"\x32\x06\x00\x01a\x00\x07x"),
        (
            packets.publish(MQTT_5, packets.Publish("a", b"x", 0, 0, {"content_type": "t"})),
            b"\x30\x09\x00\x01a\x04\x03\x00\x01tx",
        ),
        (packets.disconnect(0x8E), b"\xe0\x02\x8e\x00"),
        (packets.PINGRESP_PACKET, b"\xd0\x00"),
    ],
)
def test_packets_of_server_have_the_documented_form(packet, expected):
    assert packet == expected


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
VALUES = {
    "payload_format_indicator": st.integers(0, 1),
    "message_expiry_interval": st.integers(0, 2**32 - 1),
    "content_type": TEXTS,
    "correlation_data": st.binary(max_size=20),
    "topic_alias": st.integers(0, 65535),
    "subscription_identifier": st.lists(st.integers(0, 268_435_455), min_size=1, max_size=3),
    "user_property": st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3),
}


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional=VALUES))
def test_properties_are_read_as_they_were_written(values):
    fields = Fields(properties.encode_properties(values))
    assert properties.read_properties(fields) == values
    assert fields.is_empty


@settings(deadline=None)
@given(st.integers(0, 268_435_455))
def test_variable_numbers_are_read_as_they_were_written(number):
    assert Fields(properties.encode_variable_number(number)).variable_number() == number
