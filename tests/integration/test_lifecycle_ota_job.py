# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of OTA jobs: verification, static and dynamic jobs, cancellation."""

from __future__ import annotations

import time

import pytest

JOB = "iot_ota_job"
LAMPS = [f"lamp-{number:04}" for number in range(1, 6)]
IDS = {"firmware_id", "job_id", "product_key", "created", "started"}

#: The fields of a job without options, except those that the platform generates.
SIMPLE = {
    "gray_percent": "",
    "group_id": "",
    "source_versions": [],
    "needs_push": True,
    "needs_confirmation": False,
    "download_protocol": "https",
    "maximum_per_minute": 10000,
    "overwrite": False,
    "multi_module": False,
    "schedule_time": "",
    "schedule_finish_time": "",
    "tags": {},
}


@pytest.fixture
def product_key(tasks, tmp_path):
    """Create a product with offline devices on version 1.0 and two firmwares, one of them not verified."""
    key = tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]
    tasks.connect_devices(key, *LAMPS, module_versions={"default": "1.0"})
    tasks.connect_devices(key, *LAMPS, online=False)
    file = tmp_path / "lamp.bin"
    file.write_bytes(b"2.0")
    common = {"product": "street_light", "file": str(file)}
    tasks.run_ok("iot_ota_firmware", name="v2", version="2.0", needs_verification=False, **common)
    tasks.run_ok("iot_ota_firmware", name="v3", version="3.0", **common)
    return key


def time_ahead(tasks, seconds: int) -> str:
    """Return a time that is ``seconds`` ahead of the emulator's clock."""
    now = tasks.server.control("POST", "clock", {"advance": 0})["now"] / 1000
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + seconds))


def test_static_ota_job_lifecycle(tasks, product_key):
    options = {"name": "june", "firmware": "v2"}
    first = {**options, "type": "static", "target": "specific", "devices": LAMPS[:2], "tags": {"wave": 1}}
    created = tasks.assert_changed_by(JOB, "CreateOTAStaticUpgradeJob", **first)
    job = created["ota_job"]
    assert {name: job[name] for name in job if name not in IDS} == {
        **SIMPLE,
        "name": "june",
        "type": "static",
        "target": "specific",
        "devices": LAMPS[:2],
        "tags": {"wave": "1"},
        "status": "in_progress",
        "stopped": False,
    }
    assert created["diff"]["after"]["name"] == "june"

    tasks.assert_unchanged(JOB, **options)
    tasks.assert_unchanged(JOB, **{**first, "devices": LAMPS[1::-1], "product": "street_light", "overwrite": False})
    tasks.assert_fails(JOB, "^devices of the job cannot be changed", **{**first, "devices": LAMPS[:3]})
    for name, value in {
        "type": "dynamic",
        "target": "all",
        "gray_percent": "10",
        "source_versions": ["1.0"],
        "dynamic_mode": "later",
        "needs_push": False,
        "needs_confirmation": True,
        "download_protocol": "mqtt",
        "maximum_per_minute": 10,
        "overwrite": True,
        "multi_module": True,
        "retry_interval_in_minutes": 0,
        "retry_count": 1,
        "task_timeout_in_minutes": 5,
        "schedule_time": "2030-01-31T20:00:00Z",
        "schedule_finish_time": "2030-02-01T20:00:00Z",
        "tags": {"wave": 2},
    }.items():
        message = f"^{name} of the job cannot be changed from .*cancel it, and create one with another name"
        tasks.assert_fails(JOB, message, **{**first, name: value})

    # Only queued tasks exist, so nothing else can be canceled; canceling them ends the job.
    tasks.assert_unchanged(
        JOB, **options, state="canceled", cancel=["in_progress", "notified", "scheduled", "strategy"]
    )
    canceled = tasks.assert_changed_by(JOB, "CancelOTATaskByJob", **options, state="canceled")
    assert (canceled["ota_job"]["status"], canceled["ota_job"]["stopped"]) == ("canceled", True)
    tasks.assert_unchanged(JOB, **options)
    again = tasks.assert_changed_by(JOB, "CreateOTAStaticUpgradeJob", **{**first, "name": "july"})
    assert again["ota_job"]["status"] == "in_progress"


def test_ota_job_with_every_option_returns_them(tasks, product_key):
    start, end = time_ahead(tasks, 3600), time_ahead(tasks, 3 * 3600)
    options = {
        "needs_push": False,
        "needs_confirmation": True,
        "download_protocol": "mqtt",
        "maximum_per_minute": 10,
        "overwrite": True,
        "retry_interval_in_minutes": 10,
        "retry_count": 5,
        "task_timeout_in_minutes": 60,
        "schedule_time": start.replace("Z", "+00:00"),
        "schedule_finish_time": end,
        "tags": {f"tag.{number}": "路" for number in range(9)},
    }
    created = tasks.assert_changed_by(
        JOB,
        "CreateOTAStaticUpgradeJob",
        name="x" * 1024,
        firmware="v2",
        type="static",
        target="gray",
        gray_percent="33.30",
        source_versions=["1.0", "0.9"],
        **options,
    )
    job = created["ota_job"]
    assert (job["status"], job["gray_percent"], job["source_versions"]) == ("planned", "33.30", ["1.0", "0.9"])
    assert (job["schedule_time"][:19], job["schedule_finish_time"][:19]) == (start[:19], end[:19])
    for name in set(options) - {"schedule_time", "schedule_finish_time"}:
        assert job[name] == options[name], name
    tasks.assert_unchanged(JOB, name="x" * 1024, firmware="v2", gray_percent="33.3", schedule_time=start)
    tasks.assert_changed_by(
        JOB, "CancelOTATaskByJob", name="x" * 1024, firmware="v2", state="canceled", cancel=["scheduled"]
    )


def test_ota_job_with_multi_module_is_created(tasks, product_key):
    # The old public instance does not support it.
    options = {"name": "june", "firmware": "v2", "type": "static", "target": "all", "multi_module": True}
    created = tasks.assert_changed_by(JOB, "CreateOTAStaticUpgradeJob", **options, iot_instance_id="iot-060a0abc")
    assert created["ota_job"]["multi_module"] is True


def test_ota_verify_job_with_wait_verifies_firmware(tasks, product_key):
    eleven = {"name": "trial", "firmware": "v3", "type": "verify", "devices": [f"lamp-{n:04}" for n in range(11)]}
    tasks.assert_fails(JOB, "^devices takes at most 10 elements with type: verify, not 11", **eleven)
    tasks.connect_devices(product_key, LAMPS[0], profile={"upgrade": {"delay": [0, 0]}})
    trial = {"name": "trial", "firmware": "v3", "type": "verify", "devices": LAMPS[:1], "wait": True}
    planned = tasks.run(JOB, True, **trial)
    assert planned["changed"]
    done = tasks.run_ok(JOB, **trial, wait_timeout_in_seconds=60)
    assert [step["operation"] for step in done["steps"]] == ["CreateOTAVerifyJob"]
    assert (done["ota_job"]["status"], done["ota_job"]["target"]) == ("completed", "specific")
    assert tasks.run_ok("iot_ota_firmware_info", name="v3")["ota_firmwares"][0]["status"] == "verified"
    tasks.assert_unchanged(JOB, **trial)
    tasks.assert_unchanged(JOB, name="trial", firmware="v3", state="canceled")


def test_ota_job_with_wait_timeout_fails(tasks, product_key):
    options = {"name": "june", "firmware": "v2", "type": "static", "target": "all", "wait": True}
    failed = tasks.run(JOB, **options, wait_timeout_in_seconds=1)
    assert failed["msg"].startswith(
        "timed out after 1 seconds: the status of the job june is still in_progress. The platform continues"
    )
    assert (failed["failed"], failed["changed"], failed["ota_job"]["status"]) == (True, True, "in_progress")
    assert [step["status"] for step in failed["steps"]] == ["done"]
    failed = tasks.run(JOB, **options, wait_timeout_in_seconds=1)
    assert (failed["failed"], failed["changed"]) == (True, False)


def test_dynamic_ota_job_is_canceled_in_parts(tasks, product_key):
    options = {"name": "june", "firmware": "v2"}
    dynamic = {**options, "type": "dynamic", "source_versions": ["1.0"], "dynamic_mode": "all"}
    tasks.assert_fails(JOB, "^wait cannot be set with type: dynamic", **dynamic, wait=True)
    created = tasks.assert_changed_by(JOB, "CreateOTADynamicUpgradeJob", **dynamic)
    assert (created["ota_job"]["target"], created["ota_job"]["dynamic_mode"]) == ("all", "all")
    # The strategy and the tasks of its devices are canceled separately.
    stopped = tasks.assert_changed_by(JOB, "CancelOTAStrategyByJob", **options, state="canceled", cancel=["strategy"])
    assert stopped["ota_job"]["status"] == "canceled"
    tasks.assert_changed_by(JOB, "CancelOTATaskByJob", **options, state="canceled")
    tasks.assert_changed_by(JOB, "CreateOTADynamicUpgradeJob", **{**dynamic, "name": "july", "dynamic_mode": "later"})
    tasks.assert_changed_by(JOB, "CancelOTAStrategyByJob", name="july", firmware="v2", state="canceled")


def test_ota_job_cancel_with_task_statuses_cancels_these_only(tasks, product_key):
    tasks.connect_devices(product_key, LAMPS[0], profile={"upgrade": {"outcome": "stall"}})
    options = {"name": "june", "firmware": "v2"}
    tasks.run_ok(JOB, **options, type="static", target="all")
    tasks.server.control("POST", "clock", {"advance": 5})
    tasks.assert_changed_by(JOB, "CancelOTATaskByJob", **options, state="canceled", cancel=["queued"])
    assert tasks.run_ok("iot_ota_job_info", firmware="v2", name="june")["ota_jobs"][0]["status"] == "in_progress"
    ended = tasks.assert_changed_by(
        JOB, "CancelOTATaskByJob", **options, state="canceled", cancel=["notified", "queued"]
    )
    assert ended["ota_job"]["status"] == "canceled"

    # Tasks that wait for confirmation are not canceled with the queued ones.
    options["name"] = "july"
    tasks.run_ok(JOB, **options, type="static", target="specific", devices=LAMPS[1:3], needs_confirmation=True)
    tasks.assert_unchanged(JOB, **options, state="canceled", cancel=["queued"])
    tasks.assert_changed_by(JOB, "CancelOTATaskByJob", **options, state="canceled", cancel=["unconfirmed"])


def test_ota_job_with_devices_file_uploads_it(tasks, product_key, tmp_path):
    names = tmp_path / "names.csv"
    names.write_text("\n".join(LAMPS[:3]) + "\n")
    options = {"name": "june", "firmware": "v2", "type": "static", "target": "specific", "devices_file": str(names)}
    operations = ("GenerateDeviceNameListURL", "CreateOTAStaticUpgradeJob")
    tasks.assert_changed_by(JOB, *operations, **options)
    found = tasks.run_ok("iot_ota_job_info", firmware="v2", name="june", include=["devices"])["ota_jobs"][0]
    assert found["devices"] == LAMPS[:3]
    names.write_text("")
    tasks.assert_fails(JOB, "^devices_file must have 1 to 5242880 bytes", **options)


def test_ota_job_with_group_is_created(tasks, product_key):
    members = [{"product": "street_light", "name": name} for name in LAMPS[3:]]
    tasks.run_ok("iot_device_group", name="west_side", devices=members)
    options = {"name": "june", "firmware": "v2", "type": "static", "target": "group", "group": "west_side"}
    created = tasks.assert_changed_by(JOB, "CreateOTAStaticUpgradeJob", **options)
    tasks.assert_unchanged(JOB, **{**options, "group": created["ota_job"]["group_id"]})
    tasks.run_ok("iot_device_group", name="east_side")
    tasks.assert_fails(JOB, "^group of the job cannot be changed", **{**options, "group": "east_side"})
    failed = tasks.run(JOB, **{**options, "group": "nowhere"})
    assert failed["msg"].startswith("the device group nowhere does not exist")


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("^type must be set to create a job", {}),
        ("^target must be set with type: static", {"type": "static"}),
        (
            "^exactly one of devices and devices_file must be set with target: specific",
            {"type": "static", "target": "specific"},
        ),
        ("^gray_percent must be set with target: gray", {"type": "static", "target": "gray"}),
        ("^group must be set with target: group", {"type": "static", "target": "group"}),
        (
            "^devices can be set with target: specific only, not with",
            {"type": "static", "target": "all", "devices": ["lamp-0001"]},
        ),
        (
            "^source_versions cannot be set with target: specific",
            {"type": "static", "target": "specific", "devices": ["lamp-0001"], "source_versions": ["1"]},
        ),
        ("^dynamic_mode cannot be set with type: static", {"type": "static", "dynamic_mode": "all"}),
        ("^devices cannot be set with type: dynamic", {"type": "dynamic", "devices": ["lamp-0001"]}),
        ("^exactly one of source_versions and group must be set", {"type": "dynamic"}),
        ("^target cannot be set with type: verify", {"type": "verify", "target": "all"}),
        ("^maximum_per_minute cannot be set with type: verify", {"type": "verify", "maximum_per_minute": 10}),
        ("^devices must be set to create the job", {"type": "verify"}),
        ("must be set together", {"type": "static", "target": "all", "retry_count": 1}),
        (
            "^retry_interval_in_minutes must be less than task_timeout_in_minutes, 10, not 10",
            {
                "type": "static",
                "target": "all",
                "retry_count": 1,
                "retry_interval_in_minutes": 10,
                "task_timeout_in_minutes": 10,
            },
        ),
        (
            "^schedule_time must be set with schedule_finish_time",
            {"type": "static", "target": "all", "schedule_finish_time": "2030-01-31T20:00:00Z"},
        ),
        ("^overwrite and multi_module", {"type": "static", "target": "all", "overwrite": True, "multi_module": True}),
        ("^gray_percent must be greater than 0", {"gray_percent": "0"}),
        ("^gray_percent has an invalid format", {"gray_percent": "33%"}),
        ("^schedule_time must be a time such as", {"schedule_time": "tomorrow"}),
        ("^schedule_time must include a time zone", {"schedule_time": "2030-01-31T20:00:00"}),
        ("^maximum_per_minute must be 10 to 10000", {"maximum_per_minute": 9}),
        ("^task_timeout_in_minutes must be 1 to 1440", {"task_timeout_in_minutes": 0}),
        ("^tags takes at most 9 entries", {"tags": {f"k{number}": "v" for number in range(10)}}),
        ("^tags has an invalid entry 'a_b'", {"tags": {"a_b": "v"}}),
        ("^devices takes at most 200", {"devices": [f"lamp-{number:04}" for number in range(201)]}),
        ("^the firmware has no job june to cancel", {"state": "canceled"}),
    ],
)
def test_ota_job_with_invalid_options_fails_before_write(tasks, product_key, message, options):
    tasks.assert_fails(JOB, message, name="june", firmware="v2", **options)


def test_ota_job_with_missing_firmware_is_pending_in_check_mode_and_fails(tasks, product_key, tmp_path):
    image = tmp_path / "lamp.bin"
    wrong = {"name": "june", "firmware": "v9", "type": "static", "target": "all"}
    planned = tasks.run(JOB, True, **wrong, product="street_light")
    assert planned["pending"] == ["the firmware v9 does not exist yet"]
    assert [step["operation"] for step in planned["steps"]] == ["CreateOTAStaticUpgradeJob"]
    assert "the firmware v9 does not exist" in tasks.run(JOB, **wrong)["msg"]
    tasks.run_ok("iot_ota_firmware", name="any", version="2.0", file=str(image), needs_verification=False)
    tasks.assert_fails(JOB, "^product must be set because the firmware does not belong", **{**wrong, "firmware": "any"})
    tasks.assert_changed_by(JOB, "CreateOTAStaticUpgradeJob", **{**wrong, "firmware": "any"}, product="street_light")
    # Only the platform can report this error.
    failed = tasks.run(JOB, **{**wrong, "firmware": "v3"})
    assert failed["code"] == "iot.firmware.FirmwareNotVerified"


def test_ota_jobs_with_filters_are_returned(tasks, product_key):
    created = tasks.run_ok(JOB, name="june", firmware="v2", type="static", target="specific", devices=LAMPS[:1])[
        "ota_job"
    ]
    tasks.run_ok(JOB, name="july", firmware="v2", type="dynamic", source_versions=["0.9"])
    tasks.run_ok(JOB, name="july", firmware="v2", state="canceled")

    def found(**filters) -> list:
        return [job["name"] for job in tasks.run_ok("iot_ota_job_info", **filters)["ota_jobs"]]

    assert found(firmware="v2") == ["july", "june"]
    assert found(firmware="v3") == []
    assert found(firmware="unknown") == []
    assert found(firmware="v2", name="june") == ["june"]
    assert found(firmware="v2", type="static") == ["june"]
    assert found(firmware="v2", status="canceled") == ["july"]
    assert found(job_id=created["job_id"]) == ["june"]
    assert found(job_id="unknown") == []
    whole = tasks.run_ok("iot_ota_job_info", firmware="v2", details=True)["ota_jobs"]
    assert [job["maximum_per_minute"] for job in whole] == [10000, 10000]
    assert "devices" not in whole[0]
    failed = tasks.run("iot_ota_job_info", name="june")
    assert failed["msg"] == "firmware or job_id must be set to find jobs"


def test_ota_job_create_with_lost_response_creates_one(tasks, product_key):
    tasks.server.control("PUT", "faults", [{"action": "CreateOTAStaticUpgradeJob", "drop": "after", "times": 1}])
    created = tasks.run_ok(JOB, name="june", firmware="v2", type="static", target="all")
    assert [(step["operation"], step["status"]) for step in created["steps"]] == [("CreateOTAStaticUpgradeJob", "done")]
    assert len(tasks.run_ok("iot_ota_job_info", firmware="v2")["ota_jobs"]) == 1
