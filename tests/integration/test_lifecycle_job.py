# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of device jobs of each type."""

from __future__ import annotations

import hashlib
import time
import urllib.request

import pytest

JOB = "iot_job"
LAMPS = ["lamp-0001", "lamp-0002"]
CUSTOM = {"name": "calibrate", "type": "custom", "document": {"sensor": "light", "steps": [1, 2]}}
PUB = {"type": "pub", "document": {"topicShortName": "storm", "messageContent": "YQ=="}}
MODEL = {
    "properties": [
        {
            "identifier": "Brightness",
            "name": "Brightness",
            "accessMode": "rw",
            "dataType": {"type": "int", "specs": {"min": "0", "max": "100"}},
        }
    ],
    "services": [{"identifier": "reboot", "name": "reboot", "callType": "async", "inputData": [], "outputData": []}],
}


@pytest.fixture
def product_key(tasks):
    """Create a product with two offline devices and return its ProductKey."""
    created = tasks.run_ok(
        "iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink"
    )
    for name in LAMPS:
        tasks.run_ok("iot_device", product="street_light", name=name)
    return created["product"]["product_key"]


def time_ahead(tasks, seconds: int) -> str:
    """Return a time that is ``seconds`` ahead of the emulator's clock."""
    now = tasks.server.control("POST", "clock", {"advance": 0})["now"] / 1000
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + seconds))


def advance_clock(tasks, seconds: int) -> None:
    """Advance the emulator's clock."""
    tasks.server.control("POST", "clock", {"advance": seconds})


def test_job_lifecycle(tasks, product_key):
    created = tasks.assert_changed_by(JOB, "CreateJob", **CUSTOM, product="street_light", description="d")
    job = created["job"]
    ids = ("job_id", "created", "modified", "status")
    assert {name: job[name] for name in job if name not in ids} == {
        "name": "calibrate",
        "type": "custom",
        "document": CUSTOM["document"],
        "product_key": product_key,
        "group_id": "",
        "devices": [],
        "file_md5": "",
        "description": "d",
        "maximum_per_minute": 1000,
        "qos": 0,
        "timeout_in_minutes": 60,
        "schedule_time": "",
        "stopped": False,
    }

    # Options that are not given are kept, although the API resets parameters that are not sent to their defaults.
    name = {"name": "calibrate"}
    changed = tasks.assert_changed_by(JOB, "UpdateJob", **name, maximum_per_minute=50)["job"]
    assert (changed["maximum_per_minute"], changed["timeout_in_minutes"], changed["description"]) == (50, 60, "d")
    changed = tasks.assert_changed_by(JOB, "UpdateJob", **name, timeout_in_minutes=3600, qos=1)["job"]
    assert (changed["maximum_per_minute"], changed["timeout_in_minutes"], changed["qos"]) == (50, 3600, 1)
    changed = tasks.assert_changed_by(JOB, "UpdateJob", **name, description="")["job"]
    assert (changed["description"], changed["maximum_per_minute"], changed["qos"]) == ("", 50, 1)
    tasks.assert_unchanged(JOB, **CUSTOM, product=product_key)

    tasks.run_ok("iot_device_group", name="west_side")
    tasks.run_ok("iot_product", name="path_light", node_type="device")
    for option, value in {
        "type": "pub",
        "document": {"sensor": "heat"},
        "product": "path_light",
        "group": "west_side",
        "devices": [{"product": "street_light", "name": "lamp-0001"}],
        "schedule_time": "2030-01-31T20:00:00Z",
    }.items():
        tasks.assert_fails(JOB, f"^{option} of the device job cannot be changed", **{**name, option: value})

    canceled = tasks.assert_changed_by(JOB, "CancelJob", **name, state="canceled")
    assert canceled["job"]["stopped"]
    advance_clock(tasks, 5)
    assert tasks.run_ok("iot_job_info", **name)["jobs"][0]["status"] == "canceled"
    tasks.assert_unchanged(JOB, **name, state="canceled")
    tasks.assert_unchanged(JOB, **CUSTOM)
    tasks.assert_fails(
        JOB,
        "^maximum_per_minute cannot be changed because the status of the job is canceled",
        **name,
        maximum_per_minute=60,
    )

    deleted = tasks.assert_changed_by(JOB, "DeleteJob", **name, state="absent")
    assert deleted["job"] == {}
    assert tasks.run_ok("iot_job_info")["jobs"] == []
    # The platform deletes a job asynchronously; a new job with the same name can be created at once.
    tasks.assert_changed_by(JOB, "CreateJob", **CUSTOM, product="street_light")


def test_job_with_file_uploads_it(tasks, product_key, tmp_path):
    file = tmp_path / "a.zip"
    file.write_bytes(b"data")
    options = {**CUSTOM, "devices": [{"product": "street_light", "name": "lamp-0001"}], "file": str(file)}
    created = tasks.assert_changed_by(JOB, "GenerateFileUploadURL", "CreateJob", **options, include_secrets=True)
    assert created["job"].pop("download_url")
    assert created["job"]["file_md5"] == hashlib.md5(b"data").hexdigest()
    assert created["job"]["devices"] == [{"product_key": product_key, "name": "lamp-0001"}]
    url = tasks.run_ok("iot_job_info", name="calibrate", include_secrets=True)["jobs"][0]["download_url"]
    assert ".zip?" in url
    with urllib.request.urlopen(url) as reply:
        assert reply.read() == b"data"
    file.write_bytes(b"other")
    tasks.assert_fails(JOB, "^file of the device job cannot be changed", **options)


def test_job_of_each_type_is_created(tasks, product_key):
    tasks.run_ok("iot_thing_model", product="street_light", tsl=MODEL, published=True)
    tasks.run_ok("iot_device_group", name="west_side", devices=[{"product": "street_light", "name": LAMPS[0]}])
    everywhere = {"product": "street_light"}
    for options in (
        {"name": "restart", "type": "invoke_service", "document": {"serviceIdentifier": "reboot", "params": {}}},
        {"name": "dim_all", "type": "set_property", "document": {"params": {"Brightness": 20}}},
    ):
        created = tasks.assert_changed_by(JOB, "CreateJob", **everywhere, **options, timeout_in_minutes=5)
        assert created["job"]["timeout_in_minutes"] == 5
        assert "qos" not in created["job"]
        tasks.assert_fails(JOB, "^qos cannot be set with type: ", **options, qos=1)
        tasks.assert_fails(JOB, "^timeout_in_minutes must be 1 to 5 with type: ", **options, timeout_in_minutes=6)
    created = tasks.assert_changed_by(JOB, "CreateJob", **PUB, name="storm", group="west_side", qos=1)
    assert created["job"]["qos"] == 1
    assert "timeout_in_minutes" not in created["job"]


def test_job_with_schedule_time_waits(tasks, product_key):
    start = time_ahead(tasks, 3600)
    created = tasks.assert_changed_by(JOB, "CreateJob", **CUSTOM, product="street_light", schedule_time=start)
    assert created["job"]["schedule_time"][:19] == start[:19]
    advance_clock(tasks, 5)
    assert tasks.run_ok("iot_job_info", status="waiting")["jobs"][0]["name"] == "calibrate"
    tasks.assert_unchanged(JOB, name="calibrate", schedule_time=start.replace("Z", "+00:00"))


def test_job_with_wait_completes_and_can_be_rerun(tasks, product_key):
    tasks.connect_devices("street_light", *LAMPS)
    done = tasks.run_ok(JOB, **PUB, name="storm", product="street_light", wait=True, wait_timeout_in_seconds=60)
    assert done["job"]["status"] == "completed"
    tasks.assert_unchanged(JOB, **PUB, name="storm", wait=True)
    found = tasks.run_ok("iot_job_info", name="storm", include=["statistics", "tasks"])["jobs"][0]
    assert (found["statistics"]["total"], found["statistics"]["succeeded"]) == (2, 2)
    assert sorted(task["device"] for task in found["tasks"]) == LAMPS
    listed = tasks.run_ok("iot_job_task_info", job_id=found["job_id"], status="succeeded")["tasks"]
    assert sorted(task["device"] for task in listed) == LAMPS
    assert tasks.run_ok("iot_job_task_info", job_id=found["job_id"], status="failed")["tasks"] == []
    (one,) = tasks.run_ok("iot_job_task_info", task_id=listed[0]["task_id"])["tasks"]
    assert (one["job"], one["status"], one["device"]) == ("storm", "succeeded", listed[0]["device"])
    assert tasks.run_ok("iot_job_task_info", task_id="none")["tasks"] == []
    tasks.assert_fails("iot_job_task_info", "^exactly one of task_id and job_id must be set")
    tasks.assert_fails("iot_job_task_info", "^status can be set with job_id only", task_id="1", status="failed")

    tasks.pop_writes()
    planned = tasks.run("iot_job_rerun", True, name="storm")
    assert (planned["changed"], tasks.pop_writes()) == (True, [])
    assert tasks.run_ok("iot_job_rerun", name=found["job_id"])["job_id"] == found["job_id"]
    assert tasks.pop_writes() == ["RerunJob"]
    assert "the device job unknown does not exist" in tasks.run("iot_job_rerun", name="unknown")["msg"]


def test_job_with_wait_timeout_fails(tasks, product_key):
    options = {**CUSTOM, "product": "street_light", "wait": True, "wait_timeout_in_seconds": 1}
    failed = tasks.run(JOB, **options)
    assert failed["msg"].startswith("timed out after 1 seconds: the status of the job calibrate is still ")
    assert (failed["failed"], failed["changed"]) == (True, True)


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("^exactly one of product, group and devices must be set", {}),
        (
            "^exactly one of product, group and devices",
            {"product": "street_light", "devices": [{"product": "plain", "name": "d"}]},
        ),
        ("^name must have 4 to 30", {"name": "x"}),
        ("^name must have 4 to 30 characters; .* has 31", {"name": "\u706f" * 31}),
        ("^maximum_per_minute must be 50 to 1000", {"maximum_per_minute": 49}),
        ("^timeout_in_minutes must be 1 to 3600", {"timeout_in_minutes": 0}),
        ("^document must have at most 65536 characters as JSON, not ", {"document": {"x": "y" * 65536}}),
        ("^schedule_time must include a time zone", {"schedule_time": "2030-01-31T20:00:00"}),
        ("^description must have at most 100", {"description": "d" * 101}),
        ("^there is no job calibrate to cancel", {"state": "canceled"}),
    ],
)
def test_job_with_invalid_options_fails_before_write(tasks, product_key, message, options):
    tasks.run_ok("iot_product", name="plain", node_type="device")
    tasks.assert_fails(JOB, message, **{**CUSTOM, **options})


def test_job_with_conflicting_options_fails_before_write(tasks, product_key, tmp_path):
    everywhere = {"name": "storm", "product": "street_light"}
    (tmp_path / "a").write_bytes(b"a")
    tasks.assert_fails(JOB, "^file can be set with type: custom only", **everywhere, **PUB, file=str(tmp_path / "a"))
    tasks.assert_fails(
        JOB, "^timeout_in_minutes cannot be set with type: pub", **everywhere, **PUB, timeout_in_minutes=1
    )
    tasks.assert_fails(JOB, "^document, type must be set to create the device job", **everywhere)
    tasks.assert_fails(
        JOB,
        "^devices contains a device twice",
        name="storm",
        **PUB,
        devices=[{"product": "street_light", "name": "lamp-0001"}] * 2,
    )


def test_job_of_missing_product_is_planned_and_fails(tasks):
    planned = tasks.run(JOB, True, **CUSTOM, product="unknown")
    assert [step["operation"] for step in planned["steps"]] == ["CreateJob"]
    assert "the product unknown does not exist" in tasks.run(JOB, **CUSTOM, product="unknown")["msg"]
    tasks.assert_unchanged(JOB, name="calibrate", state="absent")


def test_jobs_with_filters_are_returned(tasks, product_key):
    one = tasks.run_ok(JOB, **CUSTOM, product="street_light")["job"]
    tasks.run_ok(JOB, **PUB, name="storm", product="street_light")

    def found(**filters) -> list:
        return [job["name"] for job in tasks.run_ok("iot_job_info", **filters)["jobs"]]

    assert found() == ["storm", "calibrate"]
    assert found(type="pub") == ["storm"]
    assert found(job_id=one["job_id"]) == ["calibrate"]
    assert found(job_id="unknown") == []
    assert found(name="calibrate") == ["calibrate"]
    assert found(status="canceled") == []
    whole = tasks.run_ok("iot_job_info", type="pub", details=True)["jobs"][0]
    assert whole["document"] == PUB["document"]
    assert "tasks" not in whole
