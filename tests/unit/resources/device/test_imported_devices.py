# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Imported devices: which of them are imported in one request, and that secrets are sent but not returned."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.imported_devices import (
    ImportedDevices,
    Imports,
)
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

DEVICES = ImportedDevices()
KIND = Imports()


def account(*devices: dict, **replies) -> FakeClient:
    """Return a client of an account whose product meter has these devices."""

    def details(params):
        return {"Data": {"Data": [row for row in devices if row["DeviceName"] in params["DeviceName"]]}}

    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "meter"}], BatchQueryDeviceDetail=details, **replies
    )


def meters(*numbers: int, **options) -> list:
    """Return devices as a task sets them."""
    return [{"name": f"meter_{number}", "device_secret": f"s3cret{number}", **options} for number in numbers]


def import_devices(client, devices: list, check_mode=False, **options) -> dict:
    return converge(DEVICES, {"product": "meter", "devices": devices, **options}, client, check_mode)


def test_single_device_is_imported_without_batch():
    client = account()
    import_devices(client, [*meters(1, serial_number="S_1"), {**meters(2)[0], "nickname": None}])
    device_list = [
        {"DeviceName": "meter_1", "DeviceSecret": "s3cret1", "Sn": "S_1"},
        {"DeviceName": "meter_2", "DeviceSecret": "s3cret2", "Sn": None},
    ]
    assert client.sent[2:4] == [
        ("BatchCheckImportDevice", {"ProductKey": "a1", "DeviceList": device_list}),
        ("BatchImportDevice", {"ProductKey": "a1", "DeviceList": device_list}),
    ]
    client = account()
    import_devices(client, meters(1, nickname="one"))
    assert client.sent[2] == (
        "ImportDevice",
        {"ProductKey": "a1", "DeviceName": "meter_1", "DeviceSecret": "s3cret1", "Sn": None, "Nickname": "one"},
    )


def test_details_are_read_for_up_to_100_devices_per_request():
    client = account()
    import_devices(client, meters(*range(101)), check_mode=True)
    assert [len(params["DeviceName"]) for name, params in client.sent if name == "BatchQueryDeviceDetail"] == [100, 1]


@pytest.mark.parametrize("check_mode", [True, False])
def test_secrets_are_returned_only_on_request(check_mode):
    meter = {"DeviceName": "meter_1", "DeviceSecret": "s3cret1"}
    assert "s3cret" not in str(import_devices(account(meter), meters(1, 2, 3), check_mode))
    result = import_devices(account(meter), meters(1), check_mode, include_secrets=True)
    assert result["imported_devices"]["device_secrets"] == {"meter_1": "s3cret1"}


def test_invalid_devices_are_reported_without_secrets():
    rows = [{"DeviceName": f"meter_{n}", "DeviceSecret": f"s3cret{n}", "ErrorMsg": "no"} for n in range(7)]
    client = account(BatchCheckImportDevice={"Data": {"InvalidDetailList": rows}})
    with pytest.raises(StepFailed) as caught:
        import_devices(client, meters(*range(7)))
    assert str(caught.value) == (
        "BatchCheckImportDevice: cannot import meter_0 (no), meter_1 (no), meter_2 (no), meter_3 (no), meter_4 (no) "
        "and 2 more"
    )
    assert "BatchImportDevice" not in client.log
    assert import_devices(account(BatchCheckImportDevice={"Data": {}}), meters(1, 2))["changed"] is True


def test_secret_of_imported_device_cannot_be_changed():
    client = account({"DeviceName": "meter_1", "DeviceSecret": "other"})
    with pytest.raises(ImmutableField, match=r"^device_secret of meter_1 cannot be changed") as caught:
        import_devices(client, meters(1))
    assert "s3cret" not in str(caught.value)
    assert "other" not in str(caught.value).partition("platform")[0]
    assert import_devices(client, [{"name": "meter_1"}])["changed"] is False


def test_import_without_secret_fails():
    with pytest.raises(InvalidValue, match=r"^device_secret must be set to import meter_2, meter_3\. "):
        import_devices(account({"DeviceName": "meter_1"}), [{"name": f"meter_{n}"} for n in (1, 2, 3)])
    result = import_devices(account(), [{"name": "meter_1"}], state="absent")
    assert result["changed"] is False


@pytest.mark.parametrize(
    ("device", "error"),
    [
        ({"name": "meter_1", "device_secret": ""}, "whose device_secret is invalid; it must have 1 to 32"),
        ({"name": "meter_1", "serial_number": "x" * 65}, "whose serial_number must have 1 to 64"),
        ({"name": "meter_1", "nickname": "路" * 33}, "whose nickname must have 1 to 64"),
        ({"name": "meter_1", "nickname": ""}, ""),
        ({"name": "meter_1", "nickname": "路灯", "serial_number": "x" * 64, "device_secret": "a@b.c:1-2_3"}, ""),
    ],
)
def test_device_options_are_checked(device, error):
    assert error in KIND.check([device])
    assert bool(KIND.check([device])) is bool(error)


def test_devices_above_limit_of_one_request_fail():
    assert KIND.check(meters(*range(1, 10_001))) == ""
    assert "at most 10000 elements" in KIND.check(meters(*range(1, 10_002)))
