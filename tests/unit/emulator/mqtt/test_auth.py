# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who may connect, without anything that connects."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.http import control_devices
from ansible_collections.iotops.aliyun.emulator.mqtt import auth

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def admit(platform):
    """What becomes of a client; options are those in its client id."""

    def admit(names: str, password: str, client_id: str = "mac", **options: str) -> auth.Admission:
        written = ",".join(f"{name}={value}" for name, value in options.items())
        credentials = auth.parse(f"{client_id}|{written}|", names, password)
        return platform.run(lambda ctx: auth.authenticate(ctx, credentials))

    return admit


@pytest.fixture
def denied(admit):
    """Why a client may not connect."""

    def denied(*values: str, **options: str) -> str:
        with pytest.raises(auth.ConnectionDenied) as caught:
            admit(*values, **options)
        return str(caught.value)

    return denied


def names(device) -> str:
    return f"{device['DeviceName']}&{device['ProductKey']}"


def password(device, method=hashlib.sha1, client_id: str = "mac", timestamp: str = "1700000000") -> str:
    """The manual's formula for a device's own secret."""
    content = f"clientId{client_id}deviceName{device['DeviceName']}productKey{device['ProductKey']}"
    if timestamp:
        content += f"timestamp{timestamp}"
    return hmac.new(device["DeviceSecret"].encode(), content.encode(), method).hexdigest()


def of_product(product, device_name: str, random: str = "abc") -> str:
    """The formula for dynamic registration."""
    content = f"deviceName{device_name}productKey{product['ProductKey']}random{random}"
    return hmac.new(product["ProductSecret"].encode(), content.encode(), hashlib.sha256).hexdigest()


# Taking apart


def test_what_the_vendors_sdk_sends():
    client_id = "a1&lamp|securemode=3,signmethod=hmacsha1,ext=1,_ss=1,lan=Python,_v=1.2.13,timestamp=1700000000|"
    credentials = auth.parse(client_id, "lamp&a1", "secret")
    assert (credentials.client_id, credentials.product_key, credentials.device_name) == ("a1&lamp", "a1", "lamp")
    assert credentials.options["timestamp"] == "1700000000"
    assert credentials.options["signmethod"] == "hmacsha1"
    assert credentials.password == "secret"


@pytest.mark.parametrize(
    ("client_id", "username", "word"),
    [
        ("mac", "lamp&a1", "x"),
        ("|securemode=3|", "lamp&a1", "x"),
        ("mac|securemode=3|more", "lamp&a1", "x"),
        ("mac|securemode=3|", "lamp", "x"),
        ("mac|securemode=3|", "lamp&", "x"),
        ("mac|securemode=3|", "lamp&a1&b", "x"),
        ("mac|securemode=3|", None, "x"),
        ("mac|securemode=3|", "lamp&a1", ""),
        ("mac|securemode=3|", "lamp&a1", None),
    ],
)
def test_what_is_not_of_that_shape(client_id, username, word):
    with pytest.raises(auth.ConnectionDenied):
        auth.parse(client_id, username, word)


@pytest.mark.parametrize(("seconds", "good"), [(0, False), (29, False), (30, True), (1200, True), (1201, False)])
def test_the_keep_alive_has_bounds(seconds, good):
    if good:
        auth.check_keep_alive(seconds)
    else:
        with pytest.raises(auth.ConnectionDenied):
            auth.check_keep_alive(seconds)


# A secret of one's own


@pytest.mark.parametrize("method", ["md5", "sha1", "sha256"])
@pytest.mark.parametrize("upper", [True, False])
def test_a_device_proves_that_it_knows_its_secret(admit, lamp, method, upper):
    word = password(lamp, getattr(hashlib, method))
    method = f"hmac{method}"
    given = (method.upper(), word.upper()) if upper else (method, word)
    admission = admit(names(lamp), given[1], signmethod=given[0], timestamp="1700000000")
    assert admission == auth.Admission(lamp["IotId"])


def test_a_timestamp_that_is_not_given_is_not_signed(admit, denied, lamp):
    word = password(lamp, timestamp="")
    assert admit(names(lamp), word, signmethod="hmacsha1").iot_id == lamp["IotId"]
    denied(names(lamp), word, signmethod="hmacsha1", timestamp="1700000000")


def test_a_device_that_does_not_know_its_secret(denied, lamp):
    word = password(lamp)
    rest = {"signmethod": "hmacsha1", "timestamp": "1700000000"}
    assert "secret" in denied(names(lamp), "0" * 40, **rest)
    assert "secret" in denied(names(lamp), word, client_id="other", **rest)
    assert "secret" in denied(names(lamp), word, **{**rest, "timestamp": "1700000001"})
    assert "secret" in denied(names(lamp), word, **{**rest, "signmethod": "hmacsha256"})
    assert "signmethod" in denied(names(lamp), word, **{**rest, "signmethod": "sha256"})
    assert "signmethod" in denied(names(lamp), word, timestamp="1700000000")
    assert "no such device" in denied(f"other&{lamp['ProductKey']}", word, **rest)
    assert "authType" in denied(names(lamp), word, **rest, authType="magic")


def test_devices_that_may_not_connect(api, platform, denied, lamp):
    rest = {"signmethod": "hmacsha1", "timestamp": "1700000000"}
    api("DisableThing", IotId=lamp["IotId"])
    assert "disabled" in denied(names(lamp), password(lamp), **rest)
    api("EnableThing", IotId=lamp["IotId"])
    platform.run(lambda ctx: control_devices.create_devices(ctx, {"product": lamp["ProductKey"], "names": ["lamp"]}))
    assert "simulated" in denied(names(lamp), password(lamp), **rest)


def test_devices_with_certificates_have_no_secret(api, denied):
    key = api("CreateProduct", ProductName="safe", NodeType=0, AuthType="x509")["ProductKey"]
    device = api("RegisterDevice", ProductKey=key, DeviceName="lamp")["Data"]
    assert "x509" in denied(names(device), password(device), signmethod="hmacsha1", timestamp="1700000000")


# The product's secret


@pytest.fixture
def given(lamp, product):
    """User name, password and options of a device that was registered and wants to know its secret."""
    options = {"authType": "register", "random": "abc", "signmethod": "hmacsha256"}
    return (names(lamp), of_product(product, "lamp")), options


def test_a_registered_device_is_told_its_secret(admit, lamp, given):
    values, options = given
    admission = admit(*values, **options)
    assert admission.iot_id == ""
    assert admission.topic == "/ext/register"
    assert json.loads(json.dumps(admission.greeting)) == {
        "productKey": lamp["ProductKey"],
        "deviceName": "lamp",
        "deviceSecret": lamp["DeviceSecret"],
    }


def test_who_does_not_know_the_products_secret_is_told_nothing(denied, given):
    (username, word), options = given
    assert "secret" in denied(username, "0" * 64, **options)
    assert "secret" in denied(username, word, **{**options, "random": "other"})
    assert "secret" in denied(username.replace("lamp", "other"), word, **options)
    assert "iot.prod.NotExistedProduct" in denied("lamp&a1nothing", word, **options)


def test_only_devices_that_were_registered_and_never_connected(api, platform, admit, denied, lamp, given, product):
    values, options = given
    assert "NotExisted" in denied(f"other&{product['ProductKey']}", of_product(product, "other"), **options)
    platform.store.update("device", {"activated_at": 1}, iot_id=lamp["IotId"])
    assert "activated" in denied(*values, **options)
    api("ResetThing", IotId=lamp["IotId"])
    admit(*values, **options)
    api("DisableThing", IotId=lamp["IotId"])
    assert "disabled" in denied(*values, **options)


def test_a_device_that_was_not_registered_is_told_a_token(api, platform, admit, denied, product):
    username = f"new_lamp&{product['ProductKey']}"
    options = {"authType": "regnwl", "random": "abc", "signmethod": "hmacsha256"}
    admission = admit(username, of_product(product, "new_lamp"), **options)
    assert admission.topic == "/ext/regnwl"
    told = admission.greeting
    assert told.keys() == {"productKey", "deviceName", "clientId", "deviceToken"}
    iot_id = api("QueryDeviceInfo", ProductKey=product["ProductKey"], DeviceName="new_lamp")["Data"]["IotId"]
    by_token = {"client_id": told["clientId"], "authType": "connwl", "securemode": "-2"}
    assert admit(username, told["deviceToken"], **by_token) == auth.Admission(iot_id)
    assert "token" in denied(username, "other", **by_token)
    assert "client id" in denied(username, told["deviceToken"], **{**by_token, "client_id": "other"})
    assert platform.store.one("device", iot_id=iot_id)["status"] == "UNACTIVE"


def test_client_ids_of_one_name(api, admit, denied, product):
    username = f"new_lamp&{product['ProductKey']}"
    options = {"authType": "regnwl", "random": "abc", "signmethod": "hmacsha256"}
    word = of_product(product, "new_lamp")
    told = [admit(username, word, **options).greeting for _number in range(5)]
    assert "at most 5" in denied(username, word, **options)
    iot_id = api("QueryDeviceInfo", ProductKey=product["ProductKey"], DeviceName="new_lamp")["Data"]["IotId"]
    api("TransformClientId", IotId=iot_id, ClientId=told[1]["clientId"])
    for number, one in enumerate(told):
        values = (username, one["deviceToken"], one["clientId"])
        if number == 1:
            assert admit(*values, authType="connwl").iot_id == iot_id
        else:
            denied(*values, authType="connwl")


def test_names_that_devices_cannot_have(platform, denied, product):
    options = {"authType": "regnwl", "random": "abc", "signmethod": "hmacsha256"}
    denied(f"a/b&{product['ProductKey']}", of_product(product, "a/b"), **options)
    assert platform.store.count("device") == 0


def test_products_with_certificates_have_no_secret(api, denied):
    key = api("CreateProduct", ProductName="safe", NodeType=0, AuthType="x509")["ProductKey"]
    product = api("QueryProduct", ProductKey=key)["Data"]
    options = {"authType": "regnwl", "random": "abc", "signmethod": "hmacsha256"}
    assert "x509" in denied(f"new_lamp&{key}", of_product(product, "new_lamp"), **options)
