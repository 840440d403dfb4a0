# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a device has beside its registration: client ids, a certificate, and being as new again."""

from __future__ import annotations

import urllib.request
import zipfile
from io import BytesIO

import pytest

from .tasks import start_with_state

OF = {"product": "street_light", "name": "lamp-0001"}


# Client ids


def register_dynamically(platform) -> None:
    """What only a device can do: it gets three client ids."""
    from ansible_collections.iotops.aliyun.emulator.services.device.client_ids import add_client_id

    key = platform.call("CreateProduct", {"ProductName": "street_light", "NodeType": "0"})["ProductKey"]
    platform.call("RegisterDevice", {"ProductKey": key, "DeviceName": "lamp-0001"})
    for _number in range(3):
        platform.run(lambda ctx: add_client_id(ctx, ctx.store.one("device")))


@pytest.fixture
def lamp(launch, tmp_path):
    """A platform with a lamp that has client ids."""
    return start_with_state(launch, tmp_path / "state", register_dynamically)


def client_ids(tasks) -> list:
    (found,) = tasks.run_ok("iot_device_info", **OF, include=["client_ids"])["devices"]
    return found["client_ids"]


def test_client_ids_are_told_and_taken_away(lamp):
    known = client_ids(lamp)
    assert len(set(known)) == 3
    assert "client_ids" not in lamp.run_ok("iot_device", **OF)["device"]
    lamp.assert_unchanged("iot_device", **OF, client_ids=known[::-1])
    gone = lamp.assert_changed_by("iot_device", "DeleteClientIds", **OF, client_ids=[])
    assert gone["device"]["client_ids"] == []
    assert client_ids(lamp) == []


def test_client_ids_cannot_be_given(lamp):
    known = client_ids(lamp)
    for wrong in (["other"], known[:1], [*known, "other"]):
        lamp.assert_fails("iot_device", "^client_ids cannot be given to a device", **OF, client_ids=wrong)
    assert client_ids(lamp) == known


def test_one_client_id_is_the_right_one(lamp):
    known = client_ids(lamp)
    lamp.pop_writes()
    planned = lamp.run("iot_device_client_id", True, **OF, client_id=known[1])
    assert planned["changed"]
    assert "nothing was done in check mode" in planned["msg"]
    assert lamp.pop_writes() == []
    assert lamp.run_ok("iot_device_client_id", **OF, client_id=known[1])["changed"]
    rows = lamp.server.control("GET", "state")["device_client_id"]
    assert {row["client_id"]: bool(row["shut_out"]) for row in rows} == {one: one != known[1] for one in known}
    result = lamp.run("iot_device_client_id", **OF, client_id="other")
    assert result["failed"]
    assert result["code"] == "iot.device.VerifyDeviceFailed"


# Reset


def test_a_device_is_reset(tasks):
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


def test_a_device_that_is_not_there_cannot_be_reset(tasks):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    for options in (OF, {**OF, "product": "nobody"}):
        planned = tasks.run("iot_device_reset", True, **options)
        assert planned["pending"]
        result = tasks.run("iot_device_reset", **options)
        assert result["failed"]
        assert "there is no" in result["msg"]
    tasks.assert_fails("iot_device_reset", "^name must have 4 to 32", product="street_light", name="x")
    assert tasks.pop_writes() == []


# Certificates


@pytest.fixture
def lock(tasks):
    """A device that proves who it is with a certificate."""
    tasks.run_ok("iot_product", name="safe_lock", node_type="device", auth_type="x509")
    tasks.run_ok("iot_device", product="safe_lock", name="lock-0001")
    return {"product": "safe_lock", "name": "lock-0001", "include": ["certificate"]}


def certificate(tasks, lock, **options) -> dict:
    (found,) = tasks.run_ok("iot_device_info", **lock, **options)["devices"]
    return {name: value for name, value in found.items() if name.startswith("certificate")}


def test_the_certificate_of_a_device(tasks, lock):
    assert certificate(tasks, lock) == {"certificate_status": "generating"}
    tasks.server.control("POST", "clock", {"advance": 10})
    told = certificate(tasks, lock)
    assert set(told) == {"certificate", "certificate_id", "certificate_status"}
    assert told["certificate_status"] == "generated"
    assert told["certificate"].startswith("-----BEGIN CERTIFICATE-----")
    shown = certificate(tasks, lock, include_secrets=True)
    assert "PRIVATE KEY" in shown.pop("certificate_private_key")
    assert shown == told
    assert certificate(tasks, {**lock, "include": []}, include_secrets=True) == {}


def test_a_list_tells_certificates_too(tasks, lock):
    tasks.run_ok("iot_device", product="safe_lock", name="lock-0002")
    tasks.server.control("POST", "clock", {"advance": 10})
    found = tasks.run_ok("iot_device_info", product="safe_lock", include=["certificate", "gateway"])["devices"]
    assert len({one["certificate_id"] for one in found}) == 2
    assert [one["gateway"] for one in found] == [{}, {}]


def test_who_has_no_certificate(tasks, lock):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    tasks.run_ok("iot_device", **OF)
    assert certificate(tasks, {**OF, "include": ["certificate"]}, include_secrets=True) == {}
    tasks.run_ok("iot_product", name="safe_lock", certificate_issuer="others")
    assert certificate(tasks, lock, include_secrets=True) == {}


def test_the_certificates_of_a_batch(tasks):
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
