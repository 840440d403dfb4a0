# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the SASL layer of AMQP."""

from __future__ import annotations

import random

import pytest

from ansible_collections.iotops.aliyun.emulator.amqp.sasl import Sasl, SaslError

from ....amqp_client import frame
from .conftest import sasl_header, sasl_init

ACCEPTED, REFUSED = b"\x50\x00", b"\x50\x01"


@pytest.fixture
def sasl():
    """Create the server's side; the only valid user is ``me`` with the password ``secret``."""

    def create():
        written: list[bytes] = []
        return Sasl(written.append, lambda *given: given == ("me", "secret")), written

    return create


def test_valid_password_completes_and_returns_following_bytes(sasl):
    layer, written = sasl()
    start = sasl_header() + sasl_init("PLAIN", b"\0me\0secret")
    assert layer.feed(start + b"AMQP\0") == b"AMQP\0"
    assert layer.is_complete
    assert written[0] == sasl_header()
    assert b"PLAIN" in written[1]
    assert written[2].endswith(ACCEPTED)


def test_bytes_may_arrive_one_by_one(sasl):
    layer, written = sasl()
    for byte in sasl_header() + sasl_init("PLAIN", b"ignored\0me\0secret"):
        assert not layer.is_complete
        assert layer.feed(bytes([byte])) == b""
    assert layer.is_complete
    assert written[-1].endswith(ACCEPTED)


@pytest.mark.parametrize(
    ("mechanism", "response"),
    [
        ("PLAIN", b"\0me\0wrong"),
        ("PLAIN", b"\0other\0secret"),
        ("PLAIN", b"me\0secret"),
        ("PLAIN", b""),
        ("PLAIN", b"\0me\0\xff"),
        ("ANONYMOUS", b"\0me\0secret"),
    ],
)
def test_invalid_credentials_are_refused(sasl, mechanism, response):
    layer, written = sasl()
    with pytest.raises(SaslError):
        layer.feed(sasl_header() + sasl_init(mechanism, response))
    assert not layer.is_complete
    assert written[-1].endswith(REFUSED)


@pytest.mark.parametrize("start", [b"AMQP\0\1\0\0", b"AMQP\3\0\x09\1", b"GET / HTTP/1.1\r\n", b"\x10\x10\0\4MQTT"])
def test_other_protocol_receives_supported_header(sasl, start):
    layer, written = sasl()
    with pytest.raises(SaslError):
        layer.feed(start)
    assert written == [sasl_header()]


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\0\2\1\0\0",
        b"\0\0\0\4\2\1\0\0",
        b"\xff\xff\xff\xff\2\1\0\0",
        b"\0\0\0\x10\xff\1\0\0" + bytes(8),
        frame(b"\0\x53\x10\x45"),
        frame(b"", kind=1),
        frame(b"\x40", kind=1),
        frame(b"\0\x53\x41\x45", kind=1),
        frame(b"\0\x53\x41\x40", kind=1),
        frame(b"\0\x53\x41\xc0\x04\x02\x43\x43", kind=1),
        frame(b"\0\x53\x44\xc0\x03\x01\xa3\x00", kind=1),
        frame(b"\xff" * 20, kind=1),
    ],
    ids=lambda data: data.hex()[:40],
)
def test_invalid_frame_is_an_error(sasl, data):
    layer, _written = sasl()
    with pytest.raises(SaslError):
        layer.feed(sasl_header() + data)


def test_random_frames_are_errors(sasl):
    generator = random.Random(7)
    valid = bytearray(sasl_init("PLAIN", b"\0me\0wrong"))
    for _number in range(500):
        data = bytearray(valid)
        for _change in range(3):
            data[generator.randrange(8, len(data))] = generator.randrange(256)
        layer, _written = sasl()
        with pytest.raises(SaslError):
            layer.feed(sasl_header() + bytes(data))
