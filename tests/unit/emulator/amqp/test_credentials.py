# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the credentials of consumers."""

from __future__ import annotations

import random

import pytest

from ansible_collections.iotops.aliyun.emulator.amqp.credentials import InvalidCredentials, check
from ansible_collections.iotops.aliyun.emulator.core.access_keys import TOLERANCE, AccessKeys

from ....amqp_client import METHODS, credentials
from ....conftest import KEY

KEYS = AccessKeys({KEY: KEY})

# The time of the example in the vendor's documentation; the signatures were computed with OpenSSL.
VENDOR_TIME = 1573489088171
VENDOR_NAME = (
    "client|iotInstanceId=iot-1,authMode=aksign,signMethod={},consumerGroupId=group,authId=accessKey,"
    "timestamp=1573489088171|"
)


@pytest.mark.parametrize("method", METHODS)
def test_valid_credentials_are_accepted(method):
    assert check(KEYS, *credentials("group", "one", signMethod=method)) == ("one", "group")


def test_credentials_with_security_token_are_accepted():
    assert check(KEYS, *credentials("group", authMode="ststoken", securityToken="CAIS+/=")) == ("client", "group")


@pytest.mark.parametrize(
    ("method", "password"),
    [
        ("hmacmd5", "y9Z7ycSYb12UdRfC9XU/TA=="),
        ("hmacsha1", "D0dzxLCB4RyxJ5Zps2RdEZwvrHk="),
        ("hmacsha256", "wyu28Dpq/SM8GUZj/FqbP2uB/hH+W8TdAanl7X27J5g="),
    ],
)
def test_signature_of_known_text_is_accepted(method, password):
    keys = AccessKeys({"accessKey": "accessSecret"}, clock=lambda: VENDOR_TIME / 1000)
    assert check(keys, VENDOR_NAME.format(method), password) == ("client", "group")


def test_options_are_accepted_in_any_order_and_case_of_method():
    username, password = credentials("group", signMethod="Hmacsha1")
    client, options, _end = username.split("|")
    parts = options.split(",")
    random.Random(1).shuffle(parts)
    assert check(KEYS, f"{client}|{', '.join(parts)}|", password) == ("client", "group")
    assert check(KEYS, f"{client}|{','.join(parts)}", password) == ("client", "group")


@pytest.mark.parametrize("age", [TOLERANCE - 60, 60 - TOLERANCE])
def test_timestamp_within_tolerance_is_accepted(age):
    assert check(KEYS, *credentials("group", age=age))


def test_old_timestamp_is_accepted_from_client_that_reconnects():
    login = credentials("group", age=TOLERANCE + 60)
    assert check(KEYS, *login, is_reconnect=True) == ("client", "group")
    with pytest.raises(InvalidCredentials, match="password"):
        check(KEYS, login[0], "wrong", is_reconnect=True)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"secret": "wrong"}, "password"),
        ({"authId": "unknown"}, "AccessKey"),
        ({"authId": ""}, "authId missing"),
        ({"age": TOLERANCE + 60}, "timestamp"),
        ({"age": -TOLERANCE - 60}, "timestamp"),
        ({"timestamp": "1e3"}, "timestamp"),
        ({"timestamp": "9" * 400}, "timestamp"),
        ({"timestamp": None}, "timestamp"),
        ({"signMethod": "hmacsha512"}, "signMethod"),
        ({"signMethod": None}, "signMethod"),
        ({"authMode": "aksign2"}, "authMode"),
        ({"authMode": "ststoken"}, "securityToken"),
        ({"consumerGroupId": None}, "consumerGroupId"),
        ({"client": ""}, "client id"),
        ({"client": "x" * 65}, "client id"),
    ],
    ids=str,
)
def test_invalid_credentials_are_refused_with_reason(options, reason):
    username, password = credentials("group", **options)
    with pytest.raises(InvalidCredentials, match=reason) as raised:
        check(KEYS, username, password)
    assert password not in str(raised.value)


@pytest.mark.parametrize("username", ["", "client", "|", "client|", "client||", "client|,=,|"])
def test_malformed_user_name_is_refused(username):
    with pytest.raises(InvalidCredentials):
        check(KEYS, username, "x")


def test_password_outside_ascii_is_refused():
    with pytest.raises(InvalidCredentials):
        check(KEYS, credentials("group")[0], "Passwort für alle")
