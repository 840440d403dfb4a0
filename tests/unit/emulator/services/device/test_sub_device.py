# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What gateways say of the devices behind them."""

from __future__ import annotations

import hmac

import pytest

from ansible_collections.iotops.aliyun.emulator.services.device import sub_device as service

CLIENT = "mac|lan=C|"


@pytest.fixture
def gateway(create_modeled_product, register):
    """A gateway that is connected."""
    return register("gateway", create_modeled_product("gateways", NodeType=1))


@pytest.fixture
def sensors(register):
    """Two devices that have never connected."""
    return [register(name, online=False) for name in ("sensor1", "sensor2")]


@pytest.fixture
def answer(publish_as_device, outbox, gateway):
    """Let the gateway say something; returns the code, and the data of the reply."""

    def answer(what: str, params) -> tuple[int, object]:
        topic = f"/ext/session/{{own}}/{what}" if what.startswith("combine/") else f"/sys/{{own}}/thing/{what}"
        publish_as_device(topic, {"id": "1", "params": params}, gateway)
        [(replied, reply)] = outbox(gateway)
        assert replied == f"{topic}_reply"
        assert reply["id"] == "1"
        return reply["code"], reply["data"]

    return answer


@pytest.fixture
def behind(api, gateway):
    """The names of the gateway's sub-devices."""

    def behind() -> list[str]:
        data = api("GetThingTopo", IotId=gateway["iot_id"], PageNo=1, PageSize=50)["Data"]
        return [each["DeviceName"] for each in data["List"]["deviceInfo"]]

    return behind


@pytest.fixture
def status(platform):
    return lambda device: platform.store.one("device", iot_id=device["iot_id"])["status"]


def named(device) -> dict[str, str]:
    return {"productKey": device["product_key"], "deviceName": device["device_name"]}


def signed(device, method: str = "sha256", **changes) -> dict[str, str]:
    """A device with its signature over client id, names and timestamp."""
    names = f"deviceName{device['device_name']}productKey{device['product_key']}"
    text = f"clientId{CLIENT}{names}timestamp99"
    sign = hmac.digest(device["device_secret"].encode(), text.encode(), method).hex()
    return {**named(device), "clientId": CLIENT, "timestamp": "99", "sign": sign, **changes}


def adding(device, **changes) -> dict[str, str]:
    return signed(device, **{"signmethod": "hmacSha256", **changes})


def login(*devices, method: str = "hmacSha256", **changes) -> dict:
    return {"signMethod": method, "deviceList": [signed(device, **changes) for device in devices]}


# Topology


def test_sub_devices_are_added_listed_and_taken_away(answer, sensors, behind):
    assert answer("topo/add", [adding(device) for device in sensors]) == (200, [named(device) for device in sensors])
    assert behind() == ["sensor1", "sensor2"]
    assert answer("topo/get", {}) == (200, [named(device) for device in sensors])
    assert answer("topo/delete", [named(sensors[0])]) == (200, [named(sensors[0])])
    assert behind() == ["sensor2"]
    assert answer("topo/get", {}) == (200, [named(sensors[1])])


@pytest.mark.parametrize("method", ["md5", "sha1", "sha256"])
def test_ways_to_sign(answer, sensors, behind, method):
    assert answer("topo/add", [signed(sensors[0], method, signmethod=f"hmac{method}")])[0] == 200
    assert behind() == ["sensor1"]


def test_a_sub_device_leaves_the_gateway_that_it_had(
    api, answer, create_modeled_product, register, gateway, sensors, behind
):
    other = register("other", gateway["product_key"])
    sign = hmac.digest(
        sensors[0]["device_secret"].encode(),
        f"deviceNamesensor1productKey{sensors[0]['product_key']}".encode(),
        "sha1",
    ).hex()
    item = {"ProductKey": sensors[0]["product_key"], "DeviceName": "sensor1", "Sign": sign, "SignMethod": "hmacSha1"}
    api("BatchAddThingTopo", GwProductKey=other["product_key"], GwDeviceName="other", TopoAddItem=[item])
    assert answer("topo/add", [adding(sensors[0])])[0] == 200
    assert behind() == ["sensor1"]
    assert answer("topo/delete", [named(sensors[0])])[0] == 200
    assert answer("topo/delete", [named(sensors[0])])[0] == 6401


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign": "0" * 64}, 401),
        ({"signmethod": "magic"}, 401),
        ({"signmethod": None}, 401),
        ({"timestamp": "100"}, 401),
        ({"clientId": "other"}, 401),
        ({"deviceName": "nothing"}, 6100),
        ({"deviceName": ""}, 460),
        ({"productKey": ""}, 460),
    ],
)
def test_one_that_cannot_be_added_keeps_all_outside(answer, sensors, behind, changes, code):
    assert answer("topo/add", [adding(sensors[0]), adding(sensors[1], **changes)])[0] == code
    assert behind() == []


def test_a_gateway_is_no_sub_device(answer, register, gateway, behind):
    other = register("other", gateway["product_key"])
    for one in (gateway, other):
        assert answer("topo/add", [adding(one)])[0] == 6402
    assert behind() == []


def test_only_gateways_have_sub_devices(publish_as_device, outbox, device, sensors):
    publish_as_device("/sys/{own}/thing/topo/add", {"id": "1", "params": [adding(sensors[0])]})
    assert outbox()[0][1]["code"] == 460


def test_a_gateway_has_only_so_many(monkeypatch, answer, sensors, behind):
    monkeypatch.setattr(service, "MAX_SUB_DEVICES", 1)
    assert answer("topo/add", [adding(device) for device in sensors])[0] == 428
    assert answer("topo/add", [adding(sensors[0])])[0] == 200
    assert answer("topo/add", [adding(sensors[1])])[0] == 428
    assert behind() == ["sensor1"]


@pytest.mark.parametrize("what", ["topo/add", "topo/delete", "sub/register", "combine/batch_logout"])
@pytest.mark.parametrize("params", [None, {}, [], ["sensor1"], [{"productKey": "a1"}]])
def test_what_is_no_list_of_devices(answer, what, params):
    assert answer(what, params)[0] == 460


# Coming and going


def test_sub_devices_are_connected_and_disconnected(answer, sensors, status):
    answer("topo/add", [adding(device) for device in sensors])
    assert answer("combine/batch_login", login(*sensors)) == (200, [named(device) for device in sensors])
    assert [status(device) for device in sensors] == ["ONLINE", "ONLINE"]
    assert answer("combine/batch_logout", [named(sensors[0])]) == (200, [named(sensors[0])])
    assert [status(device) for device in sensors] == ["OFFLINE", "ONLINE"]
    one = signed(sensors[0], signMethod="hmacSha256")
    assert answer("combine/login", one) == (200, named(sensors[0]))
    assert status(sensors[0]) == "ONLINE"
    assert answer("combine/logout", named(sensors[0])) == (200, named(sensors[0]))
    assert status(sensors[0]) == "OFFLINE"


def test_who_may_not_be_connected(api, answer, outbox, gateway, sensors, status):
    assert answer("combine/batch_login", login(*sensors))[0] == 6401
    answer("topo/add", [adding(device) for device in sensors])
    assert answer("combine/batch_login", login(*sensors, method="hmacSha1"))[0] == 401
    assert answer("combine/batch_login", login(*sensors, sign="0" * 64))[0] == 401
    assert answer("combine/batch_login", login(*sensors, deviceName="nothing"))[0] == 6100
    assert answer("combine/batch_login", {})[0] == 460
    assert answer("combine/batch_login", [])[0] == 460
    assert answer("combine/login", None)[0] == 460
    api("DisableThing", IotId=sensors[1]["iot_id"])
    outbox(gateway)
    assert answer("combine/batch_login", login(*sensors))[0] == 522
    assert status(sensors[0]) == "UNACTIVE"


def test_who_is_not_connected_cannot_be_disconnected(answer, sensors, status):
    assert answer("combine/logout", named(sensors[0]))[0] == 6401
    answer("topo/add", [adding(device) for device in sensors])
    assert answer("combine/logout", named(sensors[0]))[0] == 520
    answer("combine/batch_login", login(sensors[0]))
    assert answer("combine/batch_logout", [named(device) for device in sensors])[0] == 520
    assert status(sensors[0]) == "ONLINE"


@pytest.mark.parametrize(("clean", "waits"), [("true", False), ("false", True)])
def test_messages_wait_for_a_sub_device_unless_its_session_is_clean(platform, answer, sensors, clean, waits):
    from ansible_collections.iotops.aliyun.emulator.outbox import downlink

    answer("topo/add", [adding(sensors[0])])
    topic = f"/sys/{sensors[0]['product_key']}/sensor1/thing/service/reboot"
    platform.run(lambda ctx: downlink.send(ctx, sensors[0], topic, "waits", qos=1))
    answer("combine/batch_login", login(sensors[0], cleanSession=clean))
    assert platform.store.count("outbox", iot_id=sensors[0]["iot_id"]) == waits


# Registration


def test_devices_that_have_never_connected_get_their_secrets(api, platform, answer, sensors):
    code, data = answer("sub/register", [named(device) for device in sensors])
    assert code == 200
    assert data == [
        {"iotId": device["iot_id"], **named(device), "deviceSecret": device["device_secret"]} for device in sensors
    ]
    platform.store.update("device", {"activated_at": 1}, iot_id=sensors[1]["iot_id"])
    assert answer("sub/register", [named(device) for device in sensors]) == (401, {})
    assert answer("sub/register", [{**named(sensors[0]), "deviceName": "nothing"}]) == (6100, {})


def test_devices_that_prove_to_know_their_products_secret(api, platform, answer, sensors):
    product = platform.store.one("product", product_key=sensors[0]["product_key"])

    def proof(name: str, **changes) -> dict[str, str]:
        text = f"deviceName{name}productKey{product['product_key']}random7"
        sign = hmac.digest(product["product_secret"].encode(), text.encode(), "sha256").hex()
        names = {"productKey": product["product_key"], "deviceName": name}
        return {**names, "random": "7", "signMethod": "hmacSha256", "sign": sign, **changes}

    items = [proof("sensor1"), proof("sensor2", random="8"), proof("nothing"), proof("sensor2", sign="")]
    code, data = answer("proxy/provisioning/product_register", {"proxieds": items})
    assert code == 200
    assert [each["deviceSecret"] for each in data["successes"]] == [sensors[0]["device_secret"]]
    assert [(each["deviceName"], each["errorCode"]) for each in data["failures"]] == [
        ("sensor2", "401"),
        ("nothing", "6100"),
        ("sensor2", "401"),
    ]
    for wrong in ([], {}, {"proxieds": []}, None):
        assert answer("proxy/provisioning/product_register", wrong)[0] == 460
