# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of device jobs of each type."""

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
    """A product with two lamps that are offline."""
    made = tasks.run_ok("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")
    for name in LAMPS:
        tasks.run_ok("iot_device", product="street_light", name=name)
    return made["product"]["product_key"]


def later(tasks, seconds: int) -> str:
    """A time ahead of the platform's."""
    now = tasks.server.control("POST", "clock", {"advance": 0})["now"] / 1000
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + seconds))


def advance(tasks, seconds: int) -> None:
    """Lets time go by on the platform."""
    tasks.server.control("POST", "clock", {"advance": seconds})


def test_the_life_of_a_job(tasks, product_key):
    made = tasks.assert_changed_by(JOB, "CreateJob", **CUSTOM, product="street_light", description="d")
    job = made["job"]
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

    # What is not given stays, though the platform takes what it is not told for what is usual.
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
    advance(tasks, 5)
    assert tasks.run_ok("iot_job_info", **name)["jobs"][0]["status"] == "canceled"
    tasks.assert_unchanged(JOB, **name, state="canceled")
    tasks.assert_unchanged(JOB, **CUSTOM)
    tasks.assert_fails(
        JOB, "^maximum_per_minute of the job cannot be changed any more: it is canceled", **name, maximum_per_minute=60
    )

    gone = tasks.assert_changed_by(JOB, "DeleteJob", **name, state="absent")
    assert gone["job"] == {}
    assert tasks.run_ok("iot_job_info")["jobs"] == []
    # It is a moment until the platform has forgotten it, and that is in nobody's way.
    tasks.assert_changed_by(JOB, "CreateJob", **CUSTOM, product="street_light")


def test_a_file(tasks, product_key, tmp_path):
    file = tmp_path / "a.zip"
    file.write_bytes(b"data")
    options = {**CUSTOM, "devices": [{"product": "street_light", "name": "lamp-0001"}], "file": str(file)}
    made = tasks.assert_changed_by(JOB, "GenerateFileUploadURL", "CreateJob", **options, include_secrets=True)
    assert made["job"].pop("download_url")
    assert made["job"]["file_md5"] == hashlib.md5(b"data").hexdigest()
    assert made["job"]["devices"] == [{"product_key": product_key, "name": "lamp-0001"}]
    url = tasks.run_ok("iot_job_info", name="calibrate", include_secrets=True)["jobs"][0]["download_url"]
    assert ".zip?" in url
    with urllib.request.urlopen(url) as reply:
        assert reply.read() == b"data"
    file.write_bytes(b"other")
    tasks.assert_fails(JOB, "^file of the device job cannot be changed", **options)


def test_each_type(tasks, product_key):
    tasks.run_ok("iot_thing_model", product="street_light", tsl=MODEL, published=True)
    tasks.run_ok("iot_device_group", name="west_side", devices=[{"product": "street_light", "name": LAMPS[0]}])
    everywhere = {"product": "street_light"}
    for options in (
        {"name": "restart", "type": "invoke_service", "document": {"serviceIdentifier": "reboot", "params": {}}},
        {"name": "dim_all", "type": "set_property", "document": {"params": {"Brightness": 20}}},
    ):
        made = tasks.assert_changed_by(JOB, "CreateJob", **everywhere, **options, timeout_in_minutes=5)
        assert made["job"]["timeout_in_minutes"] == 5
        assert "qos" not in made["job"]
        tasks.assert_fails(JOB, "^qos cannot be given for a job of type", **options, qos=1)
        tasks.assert_fails(JOB, "^timeout_in_minutes of a job of type .* must be 1 to 5", **options, timeout_in_minutes=6)
    made = tasks.assert_changed_by(JOB, "CreateJob", **PUB, name="storm", group="west_side", qos=1)
    assert made["job"]["qos"] == 1
    assert "timeout_in_minutes" not in made["job"]


def test_a_job_that_waits_for_its_time(tasks, product_key):
    start = later(tasks, 3600)
    made = tasks.assert_changed_by(JOB, "CreateJob", **CUSTOM, product="street_light", schedule_time=start)
    assert made["job"]["schedule_time"][:19] == start[:19]
    advance(tasks, 5)
    assert tasks.run_ok("iot_job_info", status="waiting")["jobs"][0]["name"] == "calibrate"
    tasks.assert_unchanged(JOB, name="calibrate", schedule_time=start.replace("Z", "+00:00"))


def test_a_job_that_is_waited_for_and_repeated(tasks, product_key):
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
    tasks.assert_fails("iot_job_task_info", "^either task_id or job_id must be given")
    tasks.assert_fails("iot_job_task_info", "^status is for the tasks of a job", task_id="1", status="failed")

    tasks.pop_writes()
    planned = tasks.run("iot_job_rerun", True, name="storm")
    assert (planned["changed"], tasks.pop_writes()) == (True, [])
    assert tasks.run_ok("iot_job_rerun", name=found["job_id"])["job_id"] == found["job_id"]
    assert tasks.pop_writes() == ["RerunJob"]
    assert "there is no device job nobody" in tasks.run("iot_job_rerun", name="nobody")["msg"]


def test_a_job_that_takes_too_long(tasks, product_key):
    options = {**CUSTOM, "product": "street_light", "wait": True, "wait_timeout_in_seconds": 1}
    failed = tasks.run(JOB, **options)
    assert failed["msg"].startswith("after 1 seconds the job calibrate is still ")
    assert (failed["failed"], failed["changed"]) == (True, True)


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("^one of product, group and devices must be given", {}),
        (
            "^one of product, group and devices",
            {"product": "street_light", "devices": [{"product": "plain", "name": "d"}]},
        ),
        ("^name must have 4 to 30", {"name": "x"}),
        ("^name must have 4 to 30 characters; .* has 31", {"name": "\u706f" * 31}),
        ("^maximum_per_minute must be 50 to 1000", {"maximum_per_minute": 49}),
        ("^timeout_in_minutes must be 1 to 3600", {"timeout_in_minutes": 0}),
        ("^document has .* characters as JSON, and may have 65536", {"document": {"x": "y" * 65536}}),
        ("^schedule_time must say its time zone", {"schedule_time": "2030-01-31T20:00:00"}),
        ("^description must have at most 100", {"description": "d" * 101}),
        ("^there is no job calibrate that could be canceled", {"state": "canceled"}),
    ],
)
def test_what_a_job_cannot_be(tasks, product_key, message, options):
    tasks.run_ok("iot_product", name="plain", node_type="device")
    tasks.assert_fails(JOB, message, **{**CUSTOM, **options})


def test_what_does_not_go_together(tasks, product_key, tmp_path):
    everywhere = {"name": "storm", "product": "street_light"}
    (tmp_path / "a").write_bytes(b"a")
    tasks.assert_fails(JOB, "^file is for a job of type custom", **everywhere, **PUB, file=str(tmp_path / "a"))
    tasks.assert_fails(
        JOB, "^timeout_in_minutes cannot be given for a job of type pub", **everywhere, **PUB, timeout_in_minutes=1
    )
    tasks.assert_fails(JOB, "^document, type must be given to make a device job", **everywhere)
    tasks.assert_fails(
        JOB,
        "^devices names a device twice",
        name="storm",
        **PUB,
        devices=[{"product": "street_light", "name": "lamp-0001"}] * 2,
    )


def test_what_is_only_planned(tasks):
    planned = tasks.run(JOB, True, **CUSTOM, product="nobody")
    assert [step["operation"] for step in planned["steps"]] == ["CreateJob"]
    assert "there is no product nobody" in tasks.run(JOB, **CUSTOM, product="nobody")["msg"]
    tasks.assert_unchanged(JOB, name="calibrate", state="absent")


def test_finding_jobs(tasks, product_key):
    one = tasks.run_ok(JOB, **CUSTOM, product="street_light")["job"]
    tasks.run_ok(JOB, **PUB, name="storm", product="street_light")

    def found(**filters) -> list:
        return [job["name"] for job in tasks.run_ok("iot_job_info", **filters)["jobs"]]

    assert found() == ["storm", "calibrate"]
    assert found(type="pub") == ["storm"]
    assert found(job_id=one["job_id"]) == ["calibrate"]
    assert found(job_id="nobody") == []
    assert found(name="calibrate") == ["calibrate"]
    assert found(status="canceled") == []
    whole = tasks.run_ok("iot_job_info", type="pub", details=True)["jobs"][0]
    assert whole["document"] == PUB["document"]
    assert "tasks" not in whole
