# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of sound codes, schedules with periods, labels and label batches."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

GATE = {"name": "gate_west", "content": "www.example.com", "duration_in_seconds": 2}
DATES = {"start_date": "2030-01-01", "end_date": "2030-12-31"}
MORNING = {"description": "morning", "content": "a", "start_time": "06:00", "end_time": "10:59"}
NOON = {"description": "noon", "content": "b", "start_time": "11:00", "end_time": "13:00"}
OF = {"schedule": "hours"}


def _path(url: str) -> str:
    """Return the path of a URL, without the parameters that limit its validity."""
    assert url.startswith("http")
    return urlsplit(url).path


def test_sound_code_lifecycle(tasks):
    created = tasks.assert_changed_by("iot_sound_code", "CreateSoundCode", **GATE)["sound_code"]
    assert created["sound_code"]
    assert created["open_type"] == "inner"
    for options in ({"content": "b"}, {"duration_in_seconds": 30}):
        changed = tasks.assert_changed_by("iot_sound_code", "UpdateSoundCode", name="gate_west", **options)[
            "sound_code"
        ]
        assert options.items() <= changed.items()
    # Options that are not given are kept.
    assert (changed["content"], changed["duration_in_seconds"]) == ("b", 30)
    tasks.assert_unchanged("iot_sound_code", name="gate_west", content="b", duration_in_seconds=30)
    tasks.assert_fails("iot_sound_code", "^open_type of the sound code cannot be changed", **GATE, open_type="open")
    renamed = tasks.assert_changed_by("iot_sound_code", "UpdateSoundCode", name="west", renamed_from="gate_west")
    assert renamed["sound_code"] == {**changed, "name": "west"}
    assert renamed["diff"]["before"]["name"] == "gate_west"
    assert tasks.assert_changed_by("iot_sound_code", "DeleteSoundCode", name="west", state="absent")["sound_code"] == {}


def test_sound_codes_with_filters_are_returned(tasks):
    one = tasks.run_ok("iot_sound_code", **GATE)["sound_code"]
    two = tasks.run_ok("iot_sound_code", **{**GATE, "name": "east", "open_type": "open"})["sound_code"]
    for filters, found in (
        ({}, [two, one]),
        ({"name": "east"}, [two]),
        ({"sound_code": one["sound_code"]}, [one]),
        ({"open_type": "inner"}, [one]),
        ({"name": "nowhere"}, []),
    ):
        assert tasks.run_ok("iot_sound_code_info", **filters)["sound_codes"] == found
    for filters in ({"name": "east"}, {"open_type": "open"}):
        (returned,) = tasks.run_ok("iot_sound_code_info", **filters, include=["audio_url"])["sound_codes"]
        assert _path(returned.pop("audio_url")).endswith(".wav")
        assert returned == two


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": ""}, "^name must have 1 to 64 characters"),
        ({"name": "\u706f" * 33}, "^name must have 1 to 64 characters.*has 66"),
        ({"content": "x" * 101}, "^content must have 1 to 100 characters"),
        ({"duration_in_seconds": 0}, "^duration_in_seconds must be 1 to 30"),
        ({"duration_in_seconds": 31}, "^duration_in_seconds must be 1 to 30"),
        ({"content": None}, "^content must be set to create the sound code"),
    ],
)
def test_sound_code_with_invalid_options_fails_before_write(tasks, options, message):
    tasks.assert_fails("iot_sound_code", message, **{**GATE, **options})


def test_sound_code_schedule_lifecycle(tasks):
    module = "iot_sound_code_schedule"
    created = tasks.assert_changed_by(module, "CreateSoundCodeSchedule", name="hours", **DATES, open_type="inner")[
        "sound_code_schedule"
    ]
    assert created["status"] == "working"
    for options in (
        {"description": "d"},
        {"start_date": "2030-02-01"},
        {"end_date": "2030-11-30"},
        {"start_time": "01:00"},
        {"end_time": "22:00"},
        {"status": "stopped"},
    ):
        changed = tasks.assert_changed_by(module, "UpdateSoundCodeSchedule", name="hours", **options)[
            "sound_code_schedule"
        ]
        assert options.items() <= changed.items()
    tasks.assert_fails(module, "^open_type of the schedule cannot be changed", name="hours", open_type="open")
    tasks.assert_changed_by(module, "UpdateSoundCodeSchedule", name="times", renamed_from="hours")
    tasks.assert_unchanged(module, name="times", description="d", status="stopped", start_time="01:00")
    tasks.assert_changed_by(module, "DeleteSoundCodeSchedule", name="times", state="absent")


def test_sound_code_schedule_with_all_options_is_created(tasks):
    created = tasks.assert_changed_by(
        "iot_sound_code_schedule",
        "CreateSoundCodeSchedule",
        "UpdateSoundCodeSchedule",
        "CreateSchedulePeriod",
        name="hours",
        **DATES,
        start_time="05:00",
        status="stopped",
        periods=[MORNING],
    )["sound_code_schedule"]
    assert (created["start_time"], created["end_time"], created["status"]) == ("05:00", "23:59", "stopped")
    (period,) = created["periods"]
    assert MORNING.items() <= period.items()


def test_sound_code_schedule_periods_are_created_changed_and_deleted(tasks):
    module = "iot_sound_code_schedule"
    tasks.run_ok(module, name="hours", **DATES, periods=[MORNING])
    tasks.assert_changed_by(module, "CreateSchedulePeriod", name="hours", periods=[NOON], purge_periods=False)
    tasks.assert_unchanged(module, name="hours", periods=[NOON, MORNING])
    longer = {**MORNING, "start_time": "05:00", "content": "c"}
    changed = tasks.assert_changed_by(module, "UpdateSchedulePeriod", name="hours", periods=[longer, NOON])
    assert len(changed["diff"]["after"]["periods"]) == 2
    (found,) = tasks.run_ok("iot_sound_code_schedule_info", name="hours")["sound_code_schedules"]
    assert found["periods"] == changed["sound_code_schedule"]["periods"]
    tasks.assert_changed_by(module, "DeleteSchedulePeriod", name="hours", periods=[longer])
    tasks.assert_changed_by(module, "DeleteSchedulePeriod", name="hours", periods=[])


def test_sound_code_schedule_duplicate_period_is_deleted(tasks):
    code = tasks.run_ok("iot_sound_code_schedule", name="hours", **DATES)["sound_code_schedule"]["schedule_code"]
    for _number in range(2):
        params = {"Description": "noon", "SoundCodeContent": "b", "StartTime": "11:00", "EndTime": "13:00"}
        tasks.server.call("CreateSchedulePeriod", ScheduleCode=code, **params)
    tasks.assert_changed_by("iot_sound_code_schedule", "DeleteSchedulePeriod", name="hours", periods=[NOON])


def test_sound_code_schedules_with_filters_are_returned(tasks):
    one = tasks.run_ok("iot_sound_code_schedule", name="hours", **DATES, periods=[])["sound_code_schedule"]
    tasks.run_ok("iot_sound_code_schedule", name="times", **DATES, status="stopped")
    for filters, found in (
        ({}, ["times", "hours"]),
        ({"name": "hours"}, ["hours"]),
        ({"schedule_code": one["schedule_code"]}, ["hours"]),
        ({"status": "stopped"}, ["times"]),
        ({"name": "nowhere"}, []),
    ):
        returned = tasks.run_ok("iot_sound_code_schedule_info", **filters)["sound_code_schedules"]
        assert [schedule["name"] for schedule in returned] == found
    (returned,) = tasks.run_ok("iot_sound_code_schedule_info", status="working", details=True)["sound_code_schedules"]
    assert returned == one


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start_date": "2030-13-01"}, "^start_date must be a date that exists"),
        ({"start_date": "2030/01/01"}, "^start_date has an invalid format: expected a date"),
        ({"start_date": "2031-01-01"}, "^end_date must not be before start_date, 2031-01-01, not 2030-12-31"),
        ({"start_date": None}, "^start_date must be set to create the schedule"),
        ({"start_time": "24:00"}, "^start_time has an invalid format: expected a time"),
        ({"end_time": "480"}, "^end_time has an invalid format: expected a time.*in quotes"),
        ({"start_time": "12:00", "end_time": "11:00"}, "^end_time must not be before start_time, 12:00, not 11:00"),
        ({"description": ""}, "^description must have 1 to 64"),
        ({"periods": [{**NOON, "end_time": "10:00"}]}, "^periods contains the invalid period 'noon': it ends at 10:00"),
        ({"periods": [{**NOON, "content": ""}]}, "^periods contains the invalid period 'noon': content"),
        ({"periods": [NOON, NOON]}, "^periods contains the period 'noon' twice"),
    ],
)
def test_sound_code_schedule_with_invalid_options_fails_before_write(tasks, options, message):
    tasks.assert_fails("iot_sound_code_schedule", message, **{"name": "hours", **DATES, **options})


@pytest.fixture
def schedule(tasks):
    """Create a schedule and return its code."""
    return tasks.run_ok("iot_sound_code_schedule", name="hours", **DATES)["sound_code_schedule"]["schedule_code"]


def test_sound_code_label_lifecycle(tasks, schedule):
    created = tasks.assert_changed_by("iot_sound_code_label", "CreateSoundCodeLabel", **OF, label="t1")[
        "sound_code_label"
    ]
    assert created["schedule_code"] == schedule
    tasks.assert_unchanged("iot_sound_code_label", schedule=schedule, label="t1")
    tasks.assert_fails("iot_sound_code_label", "^label must have 1", **OF, label="")
    renamed = tasks.assert_changed_by(
        "iot_sound_code_label", "UpdateSoundCodeLabel", **OF, label="t2", renamed_from="t1"
    )
    assert renamed["sound_code_label"] == {**created, "label": "t2"}
    tasks.run_ok("iot_sound_code_label", **OF, label="t3")
    for filters, found in (
        ({}, ["t3", "t2"]),
        ({"label": "t2"}, ["t2"]),
        ({"sound_code": created["sound_code"]}, ["t2"]),
        ({"label": "t1"}, []),
        ({"schedule": "nowhere"}, []),
    ):
        returned = tasks.run_ok("iot_sound_code_label_info", **{**OF, **filters})["sound_code_labels"]
        assert [label["label"] for label in returned] == found
    for label in tasks.run_ok("iot_sound_code_label_info", **OF, include=["audio_url"])["sound_code_labels"]:
        assert _path(label["audio_url"]).endswith(".wav")
    tasks.assert_changed_by("iot_sound_code_label", "DeleteSoundCodeLabel", **OF, label="t2", state="absent")


def test_sound_code_label_batch_lifecycle(tasks, schedule):
    module = "iot_sound_code_label_batch"
    batch = {**OF, "description": "ground", "labels": ["t1", "t2", "t1"]}
    tasks.run_ok("iot_sound_code_label", **OF, label="t2")
    created = tasks.assert_changed_by(module, "BatchCreateSoundCodeLabelWithLabels", **batch)["sound_code_label_batch"]
    assert (created["total"], created["status"], created["made"]) == (2, "running", 0)
    # A running batch cannot be retried.
    tasks.assert_unchanged(module, **batch, retry=True)
    tasks.server.control("POST", "clock", {"advance": 10})
    (ended,) = tasks.run_ok("iot_sound_code_label_batch_info", **OF, include=["failed"])["sound_code_label_batches"]
    assert (ended["status"], ended["made"]) == ("partial_failed", 1)
    assert [failed["label"] for failed in ended["failed"]] == ["t2"]
    tasks.assert_unchanged(module, **batch)
    info = "iot_sound_code_label_batch_info"
    for filters in ({"status": "partial_failed"}, {"description": "ground"}, {"batch_code": created["batch_code"]}):
        (found,) = tasks.run_ok(info, **OF, **filters)["sound_code_label_batches"]
        assert found["batch_code"] == created["batch_code"]
    assert tasks.run_ok(info, **OF, description="attic")["sound_code_label_batches"] == []
    tasks.run_ok("iot_sound_code_label", **OF, label="t2", state="absent")
    again = tasks.assert_changed_by(module, "RetrySoundCodeLabelBatch", **batch, retry=True)
    assert again["sound_code_label_batch"]["status"] == "running"
    tasks.server.control("POST", "clock", {"advance": 10})
    assert tasks.assert_unchanged(module, **batch, retry=True)["sound_code_label_batch"]["status"] == "success"
    labels = tasks.run_ok("iot_sound_code_label_info", **OF)["sound_code_labels"]
    assert sorted(label["label"] for label in labels) == ["t1", "t2"]


def test_sound_code_label_batch_with_total_creates_labels(tasks, schedule):
    module = "iot_sound_code_label_batch"
    tasks.assert_changed_by(module, "BatchCreateSoundCodeLabel", **OF, description="spare", total=3)
    tasks.server.control("POST", "clock", {"advance": 10})
    assert len(tasks.run_ok("iot_sound_code_label_info", **OF)["sound_code_labels"]) == 3
    tasks.assert_fails(module, "^total of the batch cannot be changed", **OF, description="spare", total=4)
    tasks.assert_fails(module, "^total of the batch cannot be changed", **OF, description="spare", labels=["a"])
    found = tasks.run_ok("iot_sound_code_label_batch_info", **OF, status="running")["sound_code_label_batches"]
    assert found == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^labels or total must be set to create a batch"),
        ({"labels": []}, "^labels or total must be set to create a batch"),
        ({"labels": ["a"], "total": 2}, "^total must be the number of labels, 1, not 2"),
        ({"total": 201}, "^total must be 1 to 200"),
        ({"labels": [""]}, "^labels has an invalid element"),
        ({"labels": [str(number) for number in range(201)]}, "^labels takes at most 200"),
    ],
)
def test_sound_code_label_batch_with_invalid_options_fails_before_write(tasks, schedule, options, message):
    tasks.assert_fails("iot_sound_code_label_batch", message, **OF, description="d", **options)


def test_sound_code_labels_of_missing_schedule_are_pending_in_check_mode_and_fail(tasks):
    for module, options in (
        ("iot_sound_code_label", {"label": "t"}),
        ("iot_sound_code_label_batch", {"description": "d", "total": 1}),
    ):
        plan = tasks.run(module, True, **OF, **options)
        assert plan["pending"] == ["the schedule hours does not exist yet"]
        assert len(plan["steps"]) == 1
        assert "the schedule hours does not exist" in tasks.run(module, **OF, **options)["msg"]


def test_sound_code_label_package_returns_archive(tasks, schedule):
    tasks.run_ok("iot_sound_code_label_batch", **OF, description="ground", labels=["t1"])
    tasks.server.control("POST", "clock", {"advance": 10})
    module = "iot_sound_code_label_package"
    tasks.pop_writes()
    plan = tasks.run(module, True, **OF, batch="ground")
    assert plan["changed"]
    assert "nothing was done" in plan["msg"]
    assert tasks.pop_writes() == []
    packed = tasks.run_ok(module, **OF, batch="ground")
    assert _path(packed["package_url"]).endswith(".zip")
    again = tasks.run_ok(module, **OF, batch=packed["batch_code"])
    assert _path(again["package_url"]) == _path(packed["package_url"])
    failed = tasks.run(module, **OF, batch="nowhere")
    assert "no batches of the schedule match nowhere" in failed["msg"]
