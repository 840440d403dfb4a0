# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Imports: what goes in one call, and that secrets are sent and never shown."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.imported_devices import (
    ImportedDevices,
    Imports,
)
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers

DEVICES = ImportedDevices()
KIND = Imports()


def account(*there: dict, **replies) -> Answers:
    """An account whose product meter has these devices."""

    def details(params):
        return {"Data": {"Data": [row for row in there if row["DeviceName"] in params["DeviceName"]]}}

    return Answers(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "meter"}], BatchQueryDeviceDetail=details, **replies
    )


def meters(*numbers: int, **more) -> list:
    return [{"name": f"meter_{number}", "device_secret": f"s3cret{number}", **more} for number in numbers]


def imported(client, devices: list, check_mode=False, **options) -> dict:
    return converge(DEVICES, {"product": "meter", "devices": devices, **options}, client, check_mode)


def test_one_is_imported_alone_and_several_together():
    client = account()
    imported(client, [*meters(1, serial_number="S_1"), {**meters(2)[0], "nickname": None}])
    listed = [
        {"DeviceName": "meter_1", "DeviceSecret": "s3cret1", "Sn": "S_1"},
        {"DeviceName": "meter_2", "DeviceSecret": "s3cret2", "Sn": None},
    ]
    assert client.sent[2:4] == [
        ("BatchCheckImportDevice", {"ProductKey": "a1", "DeviceList": listed}),
        ("BatchImportDevice", {"ProductKey": "a1", "DeviceList": listed}),
    ]
    client = account()
    imported(client, meters(1, nickname="one"))
    assert client.sent[2] == (
        "ImportDevice",
        {"ProductKey": "a1", "DeviceName": "meter_1", "DeviceSecret": "s3cret1", "Sn": None, "Nickname": "one"},
    )


def test_details_are_read_a_hundred_at_a_time():
    client = account()
    imported(client, meters(*range(101)), check_mode=True)
    assert [len(params["DeviceName"]) for name, params in client.sent if name == "BatchQueryDeviceDetail"] == [100, 1]


@pytest.mark.parametrize("check_mode", [True, False])
def test_secrets_are_not_shown(check_mode):
    there = {"DeviceName": "meter_1", "DeviceSecret": "s3cret1"}
    assert "s3cret" not in str(imported(account(there), meters(1, 2, 3), check_mode))
    shown = imported(account(there), meters(1), check_mode, include_secrets=True)
    assert shown["imported_devices"]["device_secrets"] == {"meter_1": "s3cret1"}


def test_what_the_platform_does_not_like_is_named_without_secrets():
    rows = [{"DeviceName": f"meter_{n}", "DeviceSecret": f"s3cret{n}", "ErrorMsg": "no"} for n in range(7)]
    client = account(BatchCheckImportDevice={"Data": {"InvalidDetailList": rows}})
    with pytest.raises(StepFailed) as caught:
        imported(client, meters(*range(7)))
    assert str(caught.value) == (
        "BatchCheckImportDevice: not possible for meter_0 (no), meter_1 (no), meter_2 (no), meter_3 (no), meter_4 (no) "
        "and 2 more"
    )
    assert "BatchImportDevice" not in client.log
    assert imported(account(BatchCheckImportDevice={"Data": {}}), meters(1, 2))["changed"] is True


def test_the_secret_of_what_is_there_must_be_the_one_that_it_has():
    client = account({"DeviceName": "meter_1", "DeviceSecret": "other"})
    with pytest.raises(ImmutableField, match=r"^device_secret of meter_1 cannot be changed") as caught:
        imported(client, meters(1))
    assert "s3cret" not in str(caught.value)
    assert "other" not in str(caught.value).partition("platform")[0]
    assert imported(client, [{"name": "meter_1"}])["changed"] is False


def test_what_is_not_there_is_imported_with_a_secret_or_not_at_all():
    with pytest.raises(InvalidValue, match=r"^device_secret must be given to import meter_2, meter_3$"):
        imported(account({"DeviceName": "meter_1"}), [{"name": f"meter_{n}"} for n in (1, 2, 3)])
    gone = imported(account(), [{"name": "meter_1"}], state="absent")
    assert gone["changed"] is False


@pytest.mark.parametrize(
    ("device", "complaint"),
    [
        ({"name": "meter_1", "device_secret": ""}, "whose device_secret is not of 1 to 32"),
        ({"name": "meter_1", "serial_number": "x" * 65}, "whose serial_number must have 1 to 64"),
        ({"name": "meter_1", "nickname": "路" * 33}, "whose nickname must have 1 to 64"),
        ({"name": "meter_1", "nickname": ""}, ""),
        ({"name": "meter_1", "nickname": "路灯", "serial_number": "x" * 64, "device_secret": "a@b.c:1-2_3"}, ""),
    ],
)
def test_what_devices_may_be(device, complaint):
    assert complaint in KIND.check([device])
    assert bool(KIND.check([device])) is bool(complaint)


def test_a_task_imports_what_one_call_takes():
    assert KIND.check(meters(*range(1, 10_001))) == ""
    assert "at most 10000 elements" in KIND.check(meters(*range(1, 10_002)))
