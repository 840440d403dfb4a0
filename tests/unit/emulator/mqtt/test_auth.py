# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the authentication of MQTT clients, without connections."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.http import control_devices
from ansible_collections.iotops.aliyun.emulator.mqtt import auth
from ansible_collections.iotops.aliyun.emulator.mqtt.client import ConnectionRefused
from ansible_collections.iotops.aliyun.emulator.mqtt.codes import Refusal

SECRET = "0123456789abcdef0123456789abcdef"


def parse(client_id: str, username: str | None, password: str | None) -> auth.Credentials:
    return auth.parse(auth.parse_client_id(client_id), username, password)


@pytest.fixture
def authenticate(platform):
    """Authenticate a client; the keyword arguments are the options in the client id."""

    def authenticate(names: str, password: str, client_id: str = "mac", **options: str) -> auth.AuthResult:
        option_text = ",".join(f"{name}={value}" for name, value in options.items())
        credentials = parse(f"{client_id}|{option_text}|", names, password)
        return platform.run(lambda ctx: auth.authenticate(ctx, credentials))

    return authenticate


@pytest.fixture
def denied(authenticate):
    """Return the reason why a client is denied."""

    def denied(*values: str, **options: str) -> str:
        with pytest.raises(ConnectionRefused) as caught:
            authenticate(*values, **options)
        return str(caught.value)

    return denied


def names(device) -> str:
    return f"{device['DeviceName']}&{device['ProductKey']}"


def password(device, method=hashlib.sha1, client_id: str = "mac", timestamp: str = "1700000000") -> str:
    """Return the signature with the device secret, by the formula of the manual."""
    content = f"clientId{client_id}deviceName{device['DeviceName']}productKey{device['ProductKey']}"
    if timestamp:
        content += f"timestamp{timestamp}"
    return hmac.new(device["DeviceSecret"].encode(), content.encode(), method).hexdigest()


def product_signature(product, device_name: str, random: str = "abc") -> str:
    """Return the signature with the product secret for dynamic registration."""
    content = f"deviceName{device_name}productKey{product['ProductKey']}random{random}"
    return hmac.new(product["ProductSecret"].encode(), content.encode(), hashlib.sha256).hexdigest()


# Parsing


def test_credentials_of_vendor_sdk_are_parsed():
    client_id = "a1&lamp|securemode=3,signmethod=hmacsha1,ext=1,_ss=1,lan=Python,_v=1.2.13,timestamp=1700000000|"
    credentials = parse(client_id, "lamp&a1", "secret")
    assert (credentials.client_id, credentials.product_key, credentials.device_name) == ("a1&lamp", "a1", "lamp")
    assert credentials.options["timestamp"] == "1700000000"
    assert credentials.options["signmethod"] == "hmacsha1"
    assert credentials.password == "secret"


@pytest.mark.parametrize(
    ("client_id", "username", "secret"),
    [
        ("mac", "lamp&a1", "x"),
        ("mac|securemode=3|", "lamp", "x"),
        ("mac|securemode=3|", "lamp&", "x"),
        ("mac|securemode=3|", "lamp&a1&b", "x"),
        ("mac|securemode=3|", None, "x"),
        ("mac|securemode=3|", "lamp&a1", ""),
        ("mac|securemode=3|", "lamp&a1", None),
    ],
)
def test_credentials_with_invalid_format_are_denied(client_id, username, secret):
    with pytest.raises(ConnectionRefused) as caught:
        parse(client_id, username, secret)
    is_malformed = username in (None, "lamp", "lamp&", "lamp&a1&b")
    assert caught.value.refusal is (Refusal.MALFORMED_CREDENTIALS if is_malformed else Refusal.NOT_AUTHORIZED)


@pytest.mark.parametrize(
    "options",
    [
        "securemode=3,signmethod=hmacsha1,sii=Eth|03ACDEFF0032|Eth|03ACDEFF0031,timestamp=789",
        "securemode=3, signmethod=hmacsha1,\n timestamp=789",
        " signmethod = hmacsha1 ,\r\ntimestamp = 789 ",
    ],
)
def test_options_with_bars_or_white_space_are_parsed(options):
    for end in ("|", ""):
        credentials = parse(f"mac|{options}{end}", "lamp&a1", "x")
        assert (credentials.options["signmethod"], credentials.options["timestamp"]) == ("hmacsha1", "789")


@pytest.mark.parametrize(
    ("options", "expected"),
    [("ext=0", False), ("ext=1", True), ("ext=2", False), ("ext=3", True), ("ext=x", False), ("a=b", False)],
)
def test_custom_rrpc_is_the_first_flag_of_ext(options, expected):
    assert auth.parse_client_id(f"mac|{options},|").has_custom_rrpc is expected


def test_client_id_without_name_or_options_is_parsed():
    assert auth.parse_client_id("|securemode=2,ext=3,|").name == ""
    assert auth.parse_client_id("mac") == auth.ClientId("mac", {})


@pytest.mark.parametrize("length", [64, 65])
def test_client_id_of_more_than_64_characters_is_denied(length):
    if length == 64:
        assert len(parse(f"{'c' * length}|a=b|", "lamp&a1", "x").client_id) == length
    else:
        with pytest.raises(ConnectionRefused) as caught:
            parse(f"{'c' * length}|a=b|", "lamp&a1", "x")
        assert caught.value.refusal is Refusal.INVALID_CLIENT_ID


@pytest.mark.parametrize(("seconds", "allowed"), [(0, False), (29, False), (30, True), (1200, True), (1201, False)])
def test_keep_alive_out_of_range_is_denied(seconds, allowed):
    if allowed:
        auth.check_keep_alive(seconds)
    else:
        with pytest.raises(ConnectionRefused):
            auth.check_keep_alive(seconds)


# Device secrets


@pytest.mark.parametrize("method", ["md5", "sha1", "sha256"])
@pytest.mark.parametrize("upper", [True, False])
def test_device_with_valid_signature_is_authenticated(authenticate, lamp, method, upper):
    secret = password(lamp, getattr(hashlib, method))
    method = f"hmac{method}"
    registration = (method.upper(), secret.upper()) if upper else (method, secret)
    result = authenticate(names(lamp), registration[1], signmethod=registration[0], timestamp="1700000000")
    assert result == auth.AuthResult(lamp["IotId"])


@pytest.mark.parametrize(("method", "digest"), [("sha256", hashlib.sha256), ("", hashlib.md5), ("sha1", hashlib.sha1)])
def test_short_or_missing_sign_method_is_accepted(authenticate, lamp, method, digest):
    options = {"signmethod": method} if method else {}
    secret = password(lamp, digest)
    assert authenticate(names(lamp), secret, timestamp="1700000000", **options).iot_id == lamp["IotId"]


def test_device_without_timestamp_is_authenticated(authenticate, denied, lamp):
    secret = password(lamp, timestamp="")
    assert authenticate(names(lamp), secret, signmethod="hmacsha1").iot_id == lamp["IotId"]
    denied(names(lamp), secret, signmethod="hmacsha1", timestamp="1700000000")


def test_device_with_invalid_signature_is_denied(denied, lamp):
    secret = password(lamp)
    options = {"signmethod": "hmacsha1", "timestamp": "1700000000"}
    assert "secret" in denied(names(lamp), "0" * 40, **options)
    assert "secret" in denied(names(lamp), secret, client_id="other", **options)
    assert "secret" in denied(names(lamp), secret, **{**options, "timestamp": "1700000001"})
    assert "secret" in denied(names(lamp), secret, **{**options, "signmethod": "hmacsha256"})
    assert "secret" in denied(names(lamp), secret, **{**options, "signmethod": "sha256"})
    assert "signmethod" in denied(names(lamp), secret, **{**options, "signmethod": "sha512"})
    assert "secret" in denied(names(lamp), secret, timestamp="1700000000")
    assert "does not exist" in denied(f"other&{lamp['ProductKey']}", secret, **options)
    assert "authType" in denied(names(lamp), secret, **options, authType="magic")


def test_disabled_or_simulated_device_is_denied(api, platform, denied, lamp):
    options = {"signmethod": "hmacsha1", "timestamp": "1700000000"}
    api("DisableThing", IotId=lamp["IotId"])
    assert "disabled" in denied(names(lamp), password(lamp), **options)
    api("EnableThing", IotId=lamp["IotId"])
    platform.run(lambda ctx: control_devices.create_devices(ctx, {"product": lamp["ProductKey"], "names": ["lamp"]}))
    assert "simulated" in denied(names(lamp), password(lamp), **options)


def test_device_with_certificate_authentication_is_denied(api, denied):
    key = api("CreateProduct", ProductName="safe", NodeType=0, AuthType="x509")["ProductKey"]
    device = api("RegisterDevice", ProductKey=key, DeviceName="lamp")["Data"]
    assert "x509" in denied(names(device), password(device), signmethod="hmacsha1", timestamp="1700000000")


# Product secrets


@pytest.fixture
def registration(lamp, product):
    """Return user name, password and options of a registered device that requests its secret."""
    options = {"authType": "register", "random": "abc", "signmethod": "hmacsha256"}
    return (names(lamp), product_signature(product, "lamp")), options


def test_register_sends_device_secret(authenticate, lamp, registration):
    values, options = registration
    result = authenticate(*values, **options)
    assert result.iot_id == ""
    assert result.topic == "/ext/register"
    assert json.loads(json.dumps(result.message)) == {
        "productKey": lamp["ProductKey"],
        "deviceName": "lamp",
        "deviceSecret": lamp["DeviceSecret"],
    }


def test_register_with_invalid_signature_is_denied(denied, registration):
    (username, secret), options = registration
    assert "secret" in denied(username, "0" * 64, **options)
    assert "secret" in denied(username, secret, **{**options, "random": "other"})
    assert "secret" in denied(username.replace("lamp", "other"), secret, **options)
    assert "iot.prod.NotExistedProduct" in denied("lamp&a1nothing", secret, **options)


def test_register_of_unknown_or_activated_device_is_denied(
    api, platform, authenticate, denied, lamp, registration, product
):
    values, options = registration
    assert "NotExisted" in denied(f"other&{product['ProductKey']}", product_signature(product, "other"), **options)
    platform.store.update("device", {"activated_at": 1}, iot_id=lamp["IotId"])
    assert "activated" in denied(*values, **options)
    api("ResetThing", IotId=lamp["IotId"])
    authenticate(*values, **options)
    api("DisableThing", IotId=lamp["IotId"])
    assert "disabled" in denied(*values, **options)


def test_regnwl_sends_token(api, platform, authenticate, denied, product):
    username = f"new_lamp&{product['ProductKey']}"
    options = {"authType": "regnwl", "random": "abc", "signmethod": "hmacsha256"}
    result = authenticate(username, product_signature(product, "new_lamp"), **options)
    assert result.topic == "/ext/regnwl"
    token = result.message
    assert token.keys() == {"productKey", "deviceName", "clientId", "deviceToken"}
    iot_id = api("QueryDeviceInfo", ProductKey=product["ProductKey"], DeviceName="new_lamp")["Data"]["IotId"]
    token_options = {"client_id": token["clientId"], "authType": "connwl", "securemode": "-2"}
    assert authenticate(username, token["deviceToken"], **token_options) == auth.AuthResult(iot_id)
    assert "token" in denied(username, "other", **token_options)
    assert "client id" in denied(username, token["deviceToken"], **{**token_options, "client_id": "other"})
    assert platform.store.one("device", iot_id=iot_id)["status"] == "UNACTIVE"


def test_regnwl_allows_five_client_ids_per_device(api, authenticate, denied, product):
    username = f"new_lamp&{product['ProductKey']}"
    options = {"authType": "regnwl", "random": "abc", "signmethod": "hmacsha256"}
    secret = product_signature(product, "new_lamp")
    token = [authenticate(username, secret, **options).message for _number in range(5)]
    assert "at most 5" in denied(username, secret, **options)
    iot_id = api("QueryDeviceInfo", ProductKey=product["ProductKey"], DeviceName="new_lamp")["Data"]["IotId"]
    api("TransformClientId", IotId=iot_id, ClientId=token[1]["clientId"])
    for number, one in enumerate(token):
        values = (username, one["deviceToken"], one["clientId"])
        if number == 1:
            assert authenticate(*values, authType="connwl").iot_id == iot_id
        else:
            denied(*values, authType="connwl")


def test_regnwl_with_invalid_device_name_is_denied(platform, denied, product):
    options = {"authType": "regnwl", "random": "abc", "signmethod": "hmacsha256"}
    denied(f"a/b&{product['ProductKey']}", product_signature(product, "a/b"), **options)
    assert platform.store.count("device") == 0


def test_regnwl_of_product_with_certificates_is_denied(api, denied):
    key = api("CreateProduct", ProductName="safe", NodeType=0, AuthType="x509")["ProductKey"]
    product = api("QueryProduct", ProductKey=key)["Data"]
    options = {"authType": "regnwl", "random": "abc", "signmethod": "hmacsha256"}
    assert "x509" in denied(f"new_lamp&{key}", product_signature(product, "new_lamp"), **options)
