# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""X.509 certificates out of the standard library alone: ECDSA over the curve P-256 (RFC 5280, RFC 5480, RFC 5915).

They are real, so that any TLS library takes them, but they are for devices that do not exist: nothing here hides how
long it computes, which a key worth stealing would need.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

# The curve y² = x³ - 3x + b over the field of _P elements, whose point _G generates a group of _N elements.
_P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)

_BYTES = 32
_DIGIT = 4  # bits of a factor that are looked up at once
_DIGITS = 8 * _BYTES // _DIGIT

_BOOLEAN, _INTEGER, _BIT_STRING, _OCTET_STRING, _OBJECT_ID = 0x01, 0x02, 0x03, 0x04, 0x06
_UTF8_STRING, _UTC_TIME, _GENERALIZED_TIME, _SEQUENCE, _SET = 0x0C, 0x17, 0x18, 0x30, 0x31
_TAGGED = 0xA0  # explicitly, or of a constructed type
_TAGGED_PLAIN = 0x80

_P256 = (1, 2, 840, 10045, 3, 1, 7)
_EC_KEY = (1, 2, 840, 10045, 2, 1)
_ECDSA_WITH_SHA256 = (1, 2, 840, 10045, 4, 3, 2)
_COMMON_NAME = (2, 5, 4, 3)
_SUBJECT_KEY_ID = (2, 5, 29, 14)
_KEY_USAGE = (2, 5, 29, 15)
_BASIC_CONSTRAINTS = (2, 5, 29, 19)
_AUTHORITY_KEY_ID = (2, 5, 29, 35)
_EXTENDED_KEY_USAGE = (2, 5, 29, 37)
_CLIENT_AUTHENTICATION = (1, 3, 6, 1, 5, 5, 7, 3, 2)

# A bit string begins with how many bits of its last byte are unused.
_MAY_SIGN = b"\x07\x80"
_MAY_CERTIFY = b"\x02\x04"

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Key:
    """A private key: a ``number`` below the order of the group, with the public ``point`` that belongs to it."""

    number: int
    point: Point

    @classmethod
    def of(cls, number: int) -> Key:
        """The key of a number that was kept."""
        return cls(number, _times_generator(number))

    @classmethod
    def new(cls) -> Key:
        """A key that nobody had before."""
        return cls.of(_random())

    def pem(self) -> str:
        """The private key as PEM text."""
        return _pem(
            "EC PRIVATE KEY",
            _sequence(
                _integer(1),
                _der(_OCTET_STRING, self.number.to_bytes(_BYTES)),
                _der(_TAGGED, _object_id(_P256)),
                _der(_TAGGED | 1, _bits(self.encoded_point())),
            ),
        )

    def encoded_point(self) -> bytes:
        """The public key as a certificate holds it."""
        x, y = self.point
        return b"\x04" + x.to_bytes(_BYTES) + y.to_bytes(_BYTES)

    def key_id(self) -> bytes:
        """What tells the public key from others: the SHA-1 of it, as RFC 5280 suggests."""
        return hashlib.sha1(self.encoded_point(), usedforsecurity=False).digest()

    def sign(self, content: bytes) -> bytes:
        """The ECDSA signature of the SHA-256 of ``content``."""
        once = _random()
        r = _times_generator(once)[0] % _N
        digest = int.from_bytes(hashlib.sha256(content).digest())
        s = pow(once, -1, _N) * (digest + r * self.number) % _N
        return _sequence(_integer(r), _integer(s))


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs certificates, and the key to do it with."""

    name: str
    key: Key

    def own_certificate(self, serial: int, begins: int, ends: int) -> str:
        """The authority's certificate of itself as PEM text; ``begins`` and ``ends`` are in milliseconds."""
        return self._sign(
            serial,
            begins,
            ends,
            self.name,
            self.key,
            _extension(_BASIC_CONSTRAINTS, _sequence(_der(_BOOLEAN, b"\xff")), critical=True),
            _extension(_KEY_USAGE, _der(_BIT_STRING, _MAY_CERTIFY), critical=True),
            _extension(_SUBJECT_KEY_ID, _der(_OCTET_STRING, self.key.key_id())),
        )

    def certify_client(self, serial: int, begins: int, ends: int, subject: str, key: Key) -> str:
        """A certificate, as PEM text, with which the holder of ``key`` proves to a server that it is ``subject``."""
        return self._sign(
            serial,
            begins,
            ends,
            subject,
            key,
            _extension(_BASIC_CONSTRAINTS, _sequence(), critical=True),
            _extension(_KEY_USAGE, _der(_BIT_STRING, _MAY_SIGN), critical=True),
            _extension(_EXTENDED_KEY_USAGE, _sequence(_object_id(_CLIENT_AUTHENTICATION))),
            _extension(_SUBJECT_KEY_ID, _der(_OCTET_STRING, key.key_id())),
            _extension(_AUTHORITY_KEY_ID, _sequence(_der(_TAGGED_PLAIN, self.key.key_id()))),
        )

    def _sign(self, serial: int, begins: int, ends: int, subject: str, key: Key, *extensions: bytes) -> str:
        algorithm = _sequence(_object_id(_ECDSA_WITH_SHA256))
        content = _sequence(
            _der(_TAGGED, _integer(2)),  # version 3, counted from 0
            _integer(serial),
            algorithm,
            _name(self.name),
            _sequence(_time(begins), _time(ends)),
            _name(subject),
            _sequence(_sequence(_object_id(_EC_KEY), _object_id(_P256)), _bits(key.encoded_point())),
            _der(_TAGGED | 3, _sequence(*extensions)),
        )
        return _pem("CERTIFICATE", _sequence(content, algorithm, _bits(self.key.sign(content))))


# Points are added in Jacobian coordinates: (X, Y, Z) is the point (X/Z², Y/Z³), and Z = 0 the neutral one. Only
# multiples of the generator are needed: a table has their parts, and no sum adds a point to itself or its opposite.


def _random() -> int:
    return secrets.randbelow(_N - 1) + 1


def _times_generator(factor: int) -> Point:
    """``factor`` times the generator, for a factor from 1 to the order less 1."""
    total = (1, 1, 0)
    for row in _multiples():
        digit = factor % len(row)
        factor >>= _DIGIT
        if digit:
            total = _sum(total, row[digit])
    return _flat(total)


@cache
def _multiples() -> list[list[Point]]:
    """For each digit of a factor what it stands for: in row n the generator times 0 to 15 times 16 to the n."""
    rows = []
    base = _G
    for _row in range(_DIGITS):
        row = [(0, 0), base]  # the first is never looked up
        while len(row) <= 1 << _DIGIT:
            row.append(_flat(_double(base) if len(row) == 2 else _sum((*row[-1], 1), base)))
        base = row.pop()
        rows.append(row)
    return rows


def _sum(one: tuple[int, int, int], other: Point) -> tuple[int, int, int]:
    """A point plus a flat one that is not the same."""
    x, y, z = one
    if not z:
        return (*other, 1)
    zz = z * z % _P
    h = (other[0] * zz - x) % _P
    r = (other[1] * z * zz - y) % _P
    hh = h * h % _P
    hhh = h * hh % _P
    v = x * hh % _P
    x_sum = (r * r - hhh - 2 * v) % _P
    return x_sum, (r * (v - x_sum) - y * hhh) % _P, z * h % _P


def _double(point: Point) -> tuple[int, int, int]:
    x, y = point
    yy = y * y % _P
    s = 4 * x * yy % _P
    m = 3 * (x * x - 1) % _P
    x_double = (m * m - 2 * s) % _P
    return x_double, (m * (s - x_double) - 8 * yy * yy) % _P, 2 * y % _P


def _flat(point: tuple[int, int, int]) -> Point:
    x, y, z = point
    inverse = pow(z, -1, _P)
    square = inverse * inverse % _P
    return x * square % _P, y * square * inverse % _P


# DER, the encoding of all of this


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(size))) + size + content


def _sequence(*parts: bytes) -> bytes:
    return _der(_SEQUENCE, *parts)


def _integer(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1))  # one more bit, for the sign


def _bits(content: bytes) -> bytes:
    return _der(_BIT_STRING, b"\0", content)


def _object_id(numbers: tuple[int, ...]) -> bytes:
    parts = [bytes((40 * numbers[0] + numbers[1],))]
    for number in numbers[2:]:
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(0x80 | number & 0x7F)
        parts.append(bytes(reversed(digits)))
    return _der(_OBJECT_ID, *parts)


def _name(common_name: str) -> bytes:
    attribute = _sequence(_object_id(_COMMON_NAME), _der(_UTF8_STRING, common_name.encode()))
    return _sequence(_der(_SET, attribute))


def _time(milliseconds: int) -> bytes:
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    if moment.year < 2050:
        return _der(_UTC_TIME, f"{moment:%y%m%d%H%M%SZ}".encode())
    return _der(_GENERALIZED_TIME, f"{moment:%Y%m%d%H%M%SZ}".encode())


def _extension(which: tuple[int, ...], value: bytes, critical: bool = False) -> bytes:
    mark = _der(_BOOLEAN, b"\xff") if critical else b""
    return _sequence(_object_id(which), mark, _der(_OCTET_STRING, value))


def _pem(label: str, content: bytes) -> str:
    text = base64.b64encode(content).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))
