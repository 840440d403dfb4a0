# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the OTA tasks of single devices: confirmation, cancellation, repetition and information."""

from __future__ import annotations

import pytest

ACTION = "iot_ota_task"
INFO = "iot_ota_task_info"
LAMPS = [f"lamp-{number:04}" for number in range(1, 13)]
JOB = {"firmware": "v2", "job": "june"}


@pytest.fixture
def job(tasks, tmp_path):
    """Create a job for offline devices whose tasks wait for confirmation, and return its id."""
    key = tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]
    tasks.connect_devices(key, *LAMPS, module_versions={"default": "1.0", "modem": "7"})
    tasks.connect_devices(key, *LAMPS, online=False)
    (tmp_path / "lamp.bin").write_bytes(b"2.0")
    tasks.run_ok(
        "iot_ota_firmware",
        name="v2",
        version="2.0",
        product="street_light",
        file=str(tmp_path / "lamp.bin"),
        needs_verification=False,
    )
    created = tasks.run_ok(
        "iot_ota_job", name="june", firmware="v2", type="static", target="all", needs_confirmation=True
    )
    return created["ota_job"]["job_id"]


def found(tasks, **filters) -> dict:
    """Return the task status by device."""
    return {task["device"]: task["status"] for task in tasks.run_ok(INFO, **filters)["ota_tasks"]}


def test_ota_tasks_are_confirmed_canceled_and_repeated(tasks, job):
    rows = tasks.run_ok(INFO, **JOB)["ota_tasks"]
    assert found(tasks, job_id=job) == dict.fromkeys(LAMPS, "confirm")
    ids = {row["device"]: row["task_id"] for row in rows}

    tasks.pop_writes()
    planned = tasks.run(ACTION, True, action="confirm", task_ids=list(ids.values()))
    assert planned["msg"] == "12 OTA tasks would be confirmed; nothing was done in check mode"
    assert (planned["changed"], tasks.pop_writes()) == (True, [])

    done = tasks.run_ok(ACTION, action="confirm", task_ids=list(ids.values()))
    assert done["done"] == list(ids.values())
    assert tasks.pop_writes() == ["ConfirmOTATask"] * 2
    assert found(tasks, **JOB, status="queued") == dict.fromkeys(LAMPS, "queued")

    cancel = {"action": "cancel", "product": "street_light", "firmware": "v2"}
    assert tasks.run_ok(ACTION, **cancel, devices=LAMPS[:2], job_id=job)["done"] == LAMPS[:2]
    assert found(tasks, **JOB, status="canceled") == dict.fromkeys(LAMPS[:2], "canceled")

    again = {"action": "reupgrade", "job_id": job}
    tasks.run_ok(ACTION, **again, task_ids=[ids[LAMPS[0]]])
    assert found(tasks, **JOB, devices=LAMPS[:2]) == {LAMPS[0]: "queued", LAMPS[1]: "canceled"}


def test_ota_tasks_with_partial_failure_report_completed_tasks(tasks, job):
    ids = [row["task_id"] for row in tasks.run_ok(INFO, **JOB)["ota_tasks"]]
    failed = tasks.run(ACTION, action="confirm", task_ids=[*ids[:10], "unknown"])
    assert (failed["failed"], failed["changed"], failed["done"]) == (True, True, ids[:10])
    assert failed["code"] == "iot.firmware.InvalidOTATaskId"
    failed = tasks.run(ACTION, action="confirm", task_ids=["unknown"])
    assert (failed["failed"], failed["changed"], failed["done"]) == (True, False, [])


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("^task_ids must be set with action: confirm", {"action": "confirm"}),
        ("^job_id, task_ids must be set with action: reupgrade", {"action": "reupgrade", "task_ids": []}),
        ("^firmware, devices must be set with action: cancel", {"action": "cancel", "product": "street_light"}),
        ("^devices has an invalid element", {"action": "cancel", "product": "p", "firmware": "f", "devices": ["a b"]}),
        ("^task_ids has an invalid element", {"action": "confirm", "task_ids": [""]}),
    ],
)
def test_ota_tasks_with_invalid_options_fail_before_write(tasks, message, options):
    tasks.assert_fails(ACTION, message, **options)


def test_ota_task_info_of_job_returns_tasks(tasks, job):
    row = tasks.run_ok(INFO, **JOB, devices=LAMPS[:1])["ota_tasks"][0]
    returned = {
        name: row[name] for name in ("device", "source_version", "version", "status", "progress", "description")
    }
    assert returned == {
        "device": LAMPS[0],
        "source_version": "1.0",
        "version": "2.0",
        "status": "confirm",
        "progress": 0,
        "description": "",
    }
    assert found(tasks, firmware="v2", job="unknown") == {}
    assert found(tasks, job_id="unknown") == {}
    assert found(tasks, firmware="unknown", job="june") == {}


def test_ota_task_info_of_devices_returns_tasks_versions_and_jobs(tasks, job):
    of = {"product": "street_light", "devices": LAMPS[:2]}
    result = tasks.run_ok(INFO, **of, firmware="v2")
    assert [(task["device"], task["module"]) for task in result["ota_tasks"]] == [(n, "default") for n in LAMPS[:2]]
    assert result["module_versions"] == [
        {"device": name, "module": module, "version": version}
        for name in LAMPS[:2]
        for module, version in (("default", "1.0"), ("modem", "7"))
    ]
    assert result["ota_jobs"] == [
        {"device": name, "name": "june", "job_id": job, "type": "static", "status": "in_progress"} for name in LAMPS[:2]
    ]
    modem = tasks.run_ok(INFO, **of, module="MODEM")
    assert modem["ota_tasks"] == []
    assert [row["version"] for row in modem["module_versions"]] == ["7", "7"]
    assert "ota_jobs" not in modem
    assert found(tasks, **of, status="queued") == {}
    assert found(tasks, **of, status="failed") == {}
    assert found(tasks, product="unknown", devices=LAMPS[:1]) == {}
    assert tasks.run(INFO)["msg"] == "job or job_id, or both product and devices must be set"
    assert tasks.run(INFO, job="june")["msg"] == "firmware must be set with job"
    assert tasks.run(INFO, product="p", devices=["x y"])["msg"].startswith("devices has an invalid element")
