# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of devices: groups, gateway, desired properties, client ids, reset and certificates."""

from __future__ import annotations

import re
import urllib.request
import zipfile
from io import BytesIO

import pytest

from .tasks import start_with_state

OF = {"product": "street_light", "name": "lamp-0001"}

TSL = {
    "properties": [
        {
            "identifier": identifier,
            "name": identifier,
            "accessMode": access,
            "required": False,
            "dataType": kind,
        }
        for identifier, access, kind in [
            ("text", "rw", {"type": "text", "specs": {"length": "20"}}),
            ("seen", "r", {"type": "int", "specs": {"min": "0", "max": "9", "step": "1"}}),
            *((f"level{n}", "rw", {"type": "int", "specs": {"min": "0", "max": "99", "step": "1"}}) for n in range(12)),
        ]
    ],
    "services": [],
    "events": [],
}


@pytest.fixture
def product(tasks):
    return tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]


def test_device_lifecycle(tasks, product):
    created = tasks.assert_changed_by(
        "iot_device",
        "RegisterDevice",
        "SaveDeviceProp",
        **OF,
        nickname="North_lamp",
        tags={"site": "west", "row": "1"},
    )["device"]
    assert created["status"] == "unactive"
    assert "device_secret" not in created
    tasks.assert_changed_by("iot_device", "BatchUpdateDeviceNickname", **OF, nickname="South_lamp")
    changed = tasks.assert_changed_by(
        "iot_device", "DeleteDeviceProp", "SaveDeviceProp", **OF, tags={"site": "east", "side": "a b+c&d"}
    )
    assert changed["device"]["tags"] == {"site": "east", "side": "a b+c&d"}
    tasks.assert_changed_by("iot_device", "SaveDeviceProp", **OF, tags={"row": "2"}, purge_tags=False)
    tasks.assert_changed_by("iot_device", "DisableThing", **OF, enabled=False)
    tasks.assert_changed_by("iot_device", "EnableThing", **OF, enabled=True)
    tasks.assert_unchanged("iot_device", **OF)
    tasks.assert_unchanged("iot_device", product=product, name="lamp-0001", nickname="South_lamp", enabled=True)

    for wanted in ({"name": "lamp-0001"}, {"nickname": "South_lamp"}, {"tags": {"row": 2}}, {"status": "unactive"}):
        (found,) = tasks.run_ok("iot_device_info", product="street_light", **wanted)["devices"]
        assert found["iot_id"] == created["iot_id"]
    assert tasks.run_ok("iot_device_info", product="street_light", enabled=False)["devices"] == []
    (whole,) = tasks.run_ok("iot_device_info", product="street_light", enabled=True, details=True)["devices"]
    assert whole["tags"] == {"site": "east", "side": "a b+c&d", "row": "2"}
    (returned,) = tasks.run_ok("iot_device_info", **OF, include_secrets=True)["devices"]
    assert returned["device_secret"]
    assert tasks.run_ok("iot_device", **OF, include_secrets=True)["device"]["device_secret"]

    cleared = tasks.assert_changed_by(
        "iot_device", "BatchUpdateDeviceNickname", *["DeleteDeviceProp"] * 3, **OF, nickname="", tags={}
    )
    assert (cleared["device"]["nickname"], cleared["device"]["tags"]) == ("", {})
    tasks.assert_changed_by("iot_device", "DeleteDevice", **OF, state="absent")
    tasks.assert_unchanged("iot_device", **OF, state="absent")


def test_device_groups_are_added_and_removed(tasks, product):
    join, leave = "BatchAddDeviceGroupRelations", "BatchDeleteDeviceGroupRelations"
    ids = {name: tasks.run_ok("iot_device_group", name=name)["device_group"]["group_id"] for name in ("east", "west")}

    def groups(**options) -> list:
        (found,) = tasks.run_ok("iot_device_info", **OF, include=["groups"], **options)["devices"]
        return sorted(group["name"] for group in found["groups"])

    created = tasks.assert_changed_by("iot_device", "RegisterDevice", join, **OF, groups=["west"])["device"]
    assert created["groups"] == [{"name": "west", "group_id": ids["west"]}]
    # The group can be given by its id.
    tasks.assert_unchanged("iot_device", **OF, groups=[ids["west"]])
    tasks.assert_changed_by("iot_device", join, **OF, groups=["east"], purge_groups=False)
    assert groups() == ["east", "west"]
    tasks.assert_changed_by("iot_device", leave, **OF, groups=["east"])
    assert groups() == ["east"]
    tasks.assert_changed_by("iot_device", leave, join, **OF, groups=["west"])
    (member,) = tasks.run_ok("iot_device_group_info", name="west")["device_groups"][0]["devices"]
    assert member["name"] == OF["name"]
    assert "groups" not in tasks.run_ok("iot_device", **OF)["device"]
    tasks.assert_changed_by("iot_device", leave, **OF, groups=[])
    assert groups() == []
    tasks.assert_fails("iot_device", "^groups contains a group twice", **OF, groups=["west", ids["west"]])
    tasks.assert_fails("iot_device", "^groups takes at most 10 elements", **OF, groups=[f"group{n}" for n in range(11)])
    planned = tasks.run("iot_device", True, **OF, groups=["unknown"])
    assert planned["pending"] == ["the device group unknown does not exist yet"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "abc"}, "^name must have 4 to 32 characters"),
        ({"name": "lamp 1"}, "^name has an invalid format: expected letters"),
        ({"nickname": "abc"}, "^nickname must have 4 to 64 characters"),
        ({"tags": {"a-b": "1"}}, "^tags has an invalid entry 'a-b'"),
        ({"tags": {str(number): "x" for number in range(101)}}, "^tags takes at most 100 entries"),
        ({"gateway": {"name": "hub-1"}}, "^gateway must have both product and name"),
        ({"groups": ["unknown"]}, "^the device group unknown does not exist"),
        ({"product": "unknown"}, "^the product unknown does not exist"),
    ],
)
def test_device_with_invalid_options_fails(tasks, product, options, message):
    result = tasks.run("iot_device", **{**OF, **options})
    assert result.get("failed"), result
    assert not result["changed"]
    assert re.search(message, result["msg"]), result["msg"]


# Gateway


@pytest.fixture
def gateways(tasks, product):
    """Create two gateways and a device."""
    tasks.run_ok("iot_product", name="home_hub", node_type="gateway")
    for name in ("hub-west", "hub-east"):
        tasks.run_ok("iot_device", product="home_hub", name=name)
    tasks.run_ok("iot_device", **OF)


def test_device_gateway_is_set_changed_and_cleared(tasks, gateways):
    west, east = ({"product": "home_hub", "name": name} for name in ("hub-west", "hub-east"))
    put = tasks.assert_changed_by("iot_device", "BatchAddThingTopo", **OF, gateway=west)
    assert put["device"]["gateway"]["name"] == "hub-west"
    moved = tasks.assert_changed_by("iot_device", "BatchAddThingTopo", **OF, gateway=east)
    assert moved["diff"]["before"]["gateway"]["name"] == "hub-west"
    assert moved["diff"]["after"]["gateway"]["name"] == "hub-east"
    tasks.assert_unchanged("iot_device", **OF)
    (found,) = tasks.run_ok("iot_device_info", **OF, include=["gateway"])["devices"]
    assert found["gateway"] == moved["device"]["gateway"]
    assert found["gateway"]["product"] == "home_hub"
    assert "gateway" not in tasks.run_ok("iot_device_info", **OF)["devices"][0]
    taken = tasks.assert_changed_by("iot_device", "RemoveThingTopo", **OF, gateway={})
    assert taken["device"]["gateway"] == {}
    tasks.assert_unchanged("iot_device", **OF, gateway={})


# Desired properties


@pytest.fixture
def modeled(tasks):
    """Create a product with a thing model, and a device."""
    tasks.run_ok("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")
    tasks.run_ok("iot_thing_model", product="street_light", tsl=TSL, published=True)
    tasks.run_ok("iot_device", **OF)


def test_desired_properties_are_set_kept_and_cleared(tasks, modeled):
    set_ = "SetDeviceDesiredProperty"
    tasks.assert_unchanged("iot_device", **OF, desired_properties={})
    created = tasks.assert_changed_by("iot_device", set_, **OF, desired_properties={"level1": 5, "text": "7"})
    assert created["device"]["desired_properties"] == {"level1": 5, "text": "7"}
    # Properties that are not given are kept, and unchanged ones are not set again.
    changed = tasks.assert_changed_by("iot_device", set_, **OF, desired_properties={"level1": 6, "text": "7"})
    assert changed["diff"]["before"]["desired_properties"] == {"level1": 5, "text": "7"}
    assert changed["diff"]["after"]["desired_properties"] == {"level1": 6, "text": "7"}
    tasks.assert_unchanged("iot_device", **OF, desired_properties={"text": "7"})
    assert "desired_properties" not in tasks.run_ok("iot_device", **OF)["device"]
    (found,) = tasks.run_ok("iot_device_info", **OF, include=["desired_properties"])["devices"]
    assert found["desired_properties"] == {"level1": 6, "text": "7"}
    deleted = tasks.assert_changed_by("iot_device", set_, **OF, desired_properties={"text": None})
    assert deleted["device"]["desired_properties"] == {"level1": 6}


def test_desired_properties_above_ten_are_split_into_calls(tasks, modeled):
    levels = {f"level{number}": number for number in range(12)}
    created = tasks.assert_changed_by(
        "iot_device", "SetDeviceDesiredProperty", "SetDeviceDesiredProperty", **OF, desired_properties=levels
    )
    assert created["device"]["desired_properties"] == levels


@pytest.mark.parametrize("wanted", [{"level1": 500}, {"none": 1}, {"seen": 1}])
def test_desired_properties_with_invalid_value_fail_without_change(tasks, modeled, wanted):
    result = tasks.run("iot_device", **OF, desired_properties=wanted)
    assert result["failed"]
    assert result["operation"] == "SetDeviceDesiredProperty"
    assert not result["changed"]


# Client ids


def create_device_with_client_ids(platform) -> None:
    """Give a device three client ids, which only a device can do."""
    from ansible_collections.iotops.aliyun.emulator.services.device.client_ids import add_client_id

    key = platform.call("CreateProduct", {"ProductName": "street_light", "NodeType": "0"})["ProductKey"]
    platform.call("RegisterDevice", {"ProductKey": key, "DeviceName": "lamp-0001"})
    for _number in range(3):
        platform.run(lambda ctx: add_client_id(ctx, ctx.store.one("device")))


@pytest.fixture
def prepared_tasks(launch, tmp_path):
    """Start an emulator with a device that has client ids."""
    return start_with_state(launch, tmp_path / "state", create_device_with_client_ids)


def client_ids(tasks) -> list:
    (found,) = tasks.run_ok("iot_device_info", **OF, include=["client_ids"])["devices"]
    return found["client_ids"]


def test_device_client_ids_are_returned_and_deleted(prepared_tasks):
    known = client_ids(prepared_tasks)
    assert len(set(known)) == 3
    assert "client_ids" not in prepared_tasks.run_ok("iot_device", **OF)["device"]
    prepared_tasks.assert_unchanged("iot_device", **OF, client_ids=known[::-1])
    deleted = prepared_tasks.assert_changed_by("iot_device", "DeleteClientIds", **OF, client_ids=[])
    assert deleted["device"]["client_ids"] == []
    assert client_ids(prepared_tasks) == []


def test_device_client_ids_cannot_be_added(prepared_tasks):
    known = client_ids(prepared_tasks)
    for wrong in (["other"], known[:1], [*known, "other"]):
        prepared_tasks.assert_fails("iot_device", "^client_ids must be an empty list", **OF, client_ids=wrong)
    assert client_ids(prepared_tasks) == known


def test_device_client_id_locks_other_client_ids(prepared_tasks):
    known = client_ids(prepared_tasks)
    prepared_tasks.pop_writes()
    planned = prepared_tasks.run("iot_device_client_id", True, **OF, client_id=known[1])
    assert planned["changed"]
    assert "nothing was done in check mode" in planned["msg"]
    assert prepared_tasks.pop_writes() == []
    assert prepared_tasks.run_ok("iot_device_client_id", **OF, client_id=known[1])["changed"]
    rows = prepared_tasks.server.control("GET", "state")["device_client_id"]
    assert {row["client_id"]: bool(row["shut_out"]) for row in rows} == {one: one != known[1] for one in known}
    result = prepared_tasks.run("iot_device_client_id", **OF, client_id="other")
    assert result["failed"]
    assert result["code"] == "iot.device.VerifyDeviceFailed"


# Reset


def test_device_reset_clears_activation(tasks):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    tasks.connect_devices("street_light", "lamp-0001")

    def activated() -> bool:
        (found,) = tasks.run_ok("iot_device_info", **OF)["devices"]
        return bool(found.get("activated"))

    assert activated()
    tasks.pop_writes()
    planned = tasks.run("iot_device_reset", True, **OF)
    assert (planned["changed"], planned["msg"]) == (True, "The device would be reset; nothing was done in check mode")
    assert tasks.pop_writes() == []
    assert activated()
    result = tasks.run_ok("iot_device_reset", **OF)
    assert result["changed"]
    assert tasks.pop_writes() == ["ResetThing"]
    assert not activated()


def test_device_reset_of_missing_device_fails(tasks):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    for options in (OF, {**OF, "product": "unknown"}):
        planned = tasks.run("iot_device_reset", True, **options)
        assert planned["pending"]
        result = tasks.run("iot_device_reset", **options)
        assert result["failed"]
        assert "does not exist" in result["msg"]
    tasks.assert_fails("iot_device_reset", "^name must have 4 to 32", product="street_light", name="x")
    assert tasks.pop_writes() == []


# Certificates


@pytest.fixture
def lock(tasks):
    """Create a device that authenticates with a certificate."""
    tasks.run_ok("iot_product", name="safe_lock", node_type="device", auth_type="x509")
    tasks.run_ok("iot_device", product="safe_lock", name="lock-0001")
    return {"product": "safe_lock", "name": "lock-0001", "include": ["certificate"]}


def certificate(tasks, lock, **options) -> dict:
    (found,) = tasks.run_ok("iot_device_info", **lock, **options)["devices"]
    return {name: value for name, value in found.items() if name.startswith("certificate")}


def test_device_certificate_is_returned(tasks, lock):
    assert certificate(tasks, lock) == {"certificate_status": "generating"}
    tasks.server.control("POST", "clock", {"advance": 10})
    returned = certificate(tasks, lock)
    assert set(returned) == {"certificate", "certificate_id", "certificate_status"}
    assert returned["certificate_status"] == "generated"
    assert returned["certificate"].startswith("-----BEGIN CERTIFICATE-----")
    shown = certificate(tasks, lock, include_secrets=True)
    assert "PRIVATE KEY" in shown.pop("certificate_private_key")
    assert shown == returned
    assert certificate(tasks, {**lock, "include": []}, include_secrets=True) == {}


def test_device_list_with_certificates_returns_each(tasks, lock):
    tasks.run_ok("iot_device", product="safe_lock", name="lock-0002")
    tasks.server.control("POST", "clock", {"advance": 10})
    found = tasks.run_ok("iot_device_info", product="safe_lock", include=["certificate", "gateway"])["devices"]
    assert len({one["certificate_id"] for one in found}) == 2
    assert [one["gateway"] for one in found] == [{}, {}]


def test_device_without_certificate_returns_none(tasks, lock):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    tasks.run_ok("iot_device", **OF)
    assert certificate(tasks, {**OF, "include": ["certificate"]}, include_secrets=True) == {}
    tasks.run_ok("iot_product", name="safe_lock", certificate_issuer="others")
    assert certificate(tasks, lock, include_secrets=True) == {}


def test_device_certificates_of_batch_are_downloadable(tasks):
    key = tasks.run_ok("iot_product", name="safe_lock", node_type="device", auth_type="x509")["product"]["product_key"]
    batch = tasks.run_ok("iot_api", operation="BatchRegisterDevice", params={"ProductKey": key, "Count": 2})["reply"]
    apply_id = batch["Data"]["ApplyId"]
    tasks.server.control("POST", "clock", {"advance": 60})
    hidden = tasks.run_ok("iot_device_certificates_info", apply_id=apply_id)
    assert hidden == {"changed": False, "certificates_url": "(hidden)", "calls": 1}
    shown = tasks.run_ok("iot_device_certificates_info", apply_id=apply_id, include_secrets=True)
    with urllib.request.urlopen(shown["certificates_url"]) as content:
        assert len(zipfile.ZipFile(BytesIO(content.read())).namelist()) == 4
    result = tasks.run("iot_device_certificates_info", apply_id=1)
    assert result["code"] == "iot.device.DeviceApplyIsNotFound"


@pytest.mark.parametrize(("nickname", "length"), [("a" * 33, 33), ("路" * 17, 34), ("路" * 16 + "a", 33)])
def test_nickname_that_only_a_new_device_can_have_fails_for_existing_device(tasks, product, nickname, length):
    tasks.assert_changed_by("iot_device", "RegisterDevice", **OF, nickname=nickname)
    tasks.assert_unchanged("iot_device", **OF, nickname=nickname)
    tasks.assert_changed_by("iot_device", "BatchUpdateDeviceNickname", **OF, nickname="路" * 16)
    message = f"^nickname must have 4 to 32 characters, where a Chinese character counts as 2; .* has {length}"
    assert tasks.assert_fails("iot_device", message, **OF, nickname=nickname)["field"] == "nickname"
