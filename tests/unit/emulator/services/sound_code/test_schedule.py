# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test schedules of sound codes and their periods."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

ILLEGAL_REQUEST = "iot.system.IllegalRequest"
INVALID_PARAMETER = "iot.common.InvalidFormattedParameter"
INVALID_ORDER = "iot.check.ParameterIsNotLessThanMax"
INVALID_PAGE = "iot.common.InvalidPageParams"

SCHEDULE = {"Name": "spring", "StartDate": "2022-03-01", "EndDate": "2022-05-31"}
PERIOD = {"Description": "night", "StartTime": "00:00", "EndTime": "01:00", "SoundCodeContent": "www.example.com"}


@pytest.fixture
def create(api):
    """Create a schedule and return its code."""
    return lambda **params: api("CreateSoundCodeSchedule", **{**SCHEDULE, **params})["Data"]


@pytest.fixture
def read(api):
    """Read a schedule."""
    return lambda code: api("GetSoundCodeSchedule", ScheduleCode=code)["Data"]


@pytest.fixture
def add_period(api):
    """Add a period to a schedule and return its code."""
    return lambda schedule, **params: api("CreateSchedulePeriod", **{**PERIOD, "ScheduleCode": schedule, **params})[
        "Data"
    ]


@pytest.fixture
def periods(api):
    """Return the periods on the first page."""
    return lambda schedule: api("QuerySchedulePeriodList", ScheduleCode=schedule)["Data"]["List"]["Items"]


def test_schedule_creation_stores_parameters(api, create, read):
    code = create(Description="leaflets", OpenType="OPEN")
    assert len(code) == 25
    read_schedule = read(code)
    assert read_schedule == {
        "ScheduleCode": code,
        "Name": "spring",
        "Description": "leaflets",
        "OpenType": "OPEN",
        "Status": "WORKING",
        "StartDate": "2022-03-01",
        "EndDate": "2022-05-31",
        "StartTime": "00:00",
        "EndTime": "23:59",
        "GmtCreate": read_schedule["GmtCreate"],
    }
    listed = api("QuerySoundCodeScheduleList")["Data"]
    assert listed == {"List": {"Items": [read_schedule]}, "PageId": 1, "PageSize": 20, "Total": 1}


def test_schedule_creation_without_optional_parameters_uses_defaults(create, read):
    read_schedule = read(create())
    assert "Description" not in read_schedule
    assert read_schedule["OpenType"] == "INNER"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Name": "路" * 33}, INVALID_PARAMETER),
        ({"Description": ""}, INVALID_PARAMETER),
        ({"Description": "a" * 65}, INVALID_PARAMETER),
        ({"OpenType": "x"}, INVALID_PARAMETER),
        ({"StartDate": "2022-02-30"}, INVALID_PARAMETER),
        ({"StartDate": "20220301"}, INVALID_PARAMETER),
        ({"EndDate": "2022-5-31"}, INVALID_PARAMETER),
        ({"EndDate": "2022-02-28"}, INVALID_ORDER),
        ({"Name": "taken"}, ILLEGAL_REQUEST),
        ({"Description": "taken too"}, ILLEGAL_REQUEST),
    ],
)
def test_schedule_creation_with_invalid_parameters_is_rejected(platform, create, api_error, params, code):
    create(Name="taken", Description="taken too")
    assert api_error("CreateSoundCodeSchedule", **{**SCHEDULE, **params}).code == code
    assert platform.store.count("sound_code_schedule") == 1


def test_schedule_of_one_day_is_accepted(create):
    create(StartDate="2024-02-29", EndDate="2024-02-29", Name="路" * 32, Description="a" * 64)


@pytest.mark.parametrize("name", list(SCHEDULE))
def test_schedule_creation_without_required_parameter_fails(api, name):
    params = dict(SCHEDULE)
    del params[name]
    with pytest.raises(GatewayError, match=f"Missing{name}"):
        api("CreateSoundCodeSchedule", **params)


def test_schedule_update_changes_parameters_and_rejects_invalid_ones(api, create, read, api_error):
    create(Name="other", Description="other")
    code = create(Description="leaflets")
    before = read(code)
    changes = {"Status": "STOP", "StartTime": "08:00", "EndTime": "08:00", "EndDate": "2022-04-30"}
    api("UpdateSoundCodeSchedule", ScheduleCode=code, **changes)
    assert read(code) == {**before, **changes}
    changes = {"Name": "summer", "Description": "posters", "StartDate": "2022-04-30", "Status": "WORKING"}
    api("UpdateSoundCodeSchedule", ScheduleCode=code, **changes)
    assert changes.items() <= read(code).items()
    api("UpdateSoundCodeSchedule", ScheduleCode=code, Name="summer", Description="posters")
    for params, error in (
        ({"Name": "other"}, ILLEGAL_REQUEST),
        ({"Description": "other"}, ILLEGAL_REQUEST),
        ({"Name": ""}, INVALID_PARAMETER),
        ({"Status": "PAUSE"}, INVALID_PARAMETER),
        ({"StartTime": "24:00"}, INVALID_PARAMETER),
        ({"EndTime": "8:30"}, INVALID_PARAMETER),
        ({"EndDate": "tomorrow"}, INVALID_PARAMETER),
        ({"StartTime": "08:01"}, INVALID_ORDER),
        ({"StartDate": "2022-05-01"}, INVALID_ORDER),
    ):
        assert api_error("UpdateSoundCodeSchedule", ScheduleCode=code, **params).code == error, params
    assert api_error("UpdateSoundCodeSchedule", ScheduleCode="absent").code == ILLEGAL_REQUEST


def test_schedule_deletion_deletes_periods_and_labels(platform, api, create, add_period, api_error):
    code = create()
    add_period(code)
    api("CreateSoundCodeLabel", ScheduleCode=code, Label="shelf")
    api("BatchCreateSoundCodeLabel", ScheduleCode=code, Total=2)
    api("DeleteSoundCodeSchedule", ScheduleCode=code)
    platform.clock.advance(5)
    assert api_error("GetSoundCodeSchedule", ScheduleCode=code).code == ILLEGAL_REQUEST
    assert api_error("DeleteSoundCodeSchedule", ScheduleCode=code).code == ILLEGAL_REQUEST
    for table in ("period", "label", "batch", "batch_entry"):
        assert platform.store.count(f"sound_code_{table}") == 0


def test_schedule_list_returns_requested_page(api, create, api_error):
    codes = [create(Name=f"schedule {number}") for number in range(3)]
    page = api("QuerySoundCodeScheduleList", PageId=2, PageSize=2)["Data"]
    assert [item["ScheduleCode"] for item in page["List"]["Items"]] == [codes[0]]
    assert (page["PageId"], page["PageSize"], page["Total"]) == (2, 2, 3)
    assert api_error("QuerySoundCodeScheduleList", PageSize=0).code == INVALID_PAGE
    assert api_error("QuerySoundCodeScheduleList", PageId=10_001).code == INVALID_PAGE


def test_period_creation_stores_parameters(create, add_period, periods):
    schedule = create()
    code = add_period(schedule)
    assert len(code) == 25
    assert periods(schedule) == [{"PeriodCode": code, **PERIOD}]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Description": "路" * 33}, INVALID_PARAMETER),
        ({"SoundCodeContent": "路" * 257}, INVALID_PARAMETER),
        ({"SoundCodeContent": "a" * 513}, INVALID_PARAMETER),
        ({"StartTime": "0:00"}, INVALID_PARAMETER),
        ({"EndTime": "23:60"}, INVALID_PARAMETER),
        ({"StartTime": "01:01"}, INVALID_ORDER),
        ({"ScheduleCode": "absent"}, ILLEGAL_REQUEST),
    ],
)
def test_period_creation_with_invalid_parameters_is_rejected(platform, create, api_error, params, code):
    assert api_error("CreateSchedulePeriod", **{**PERIOD, "ScheduleCode": create(), **params}).code == code
    assert platform.store.count("sound_code_period") == 0


def test_period_at_limits_is_accepted(create, add_period, periods):
    schedule = create()
    add_period(schedule, StartTime="23:59", EndTime="23:59", SoundCodeContent="路" * 256, Description="路" * 32)
    add_period(schedule, StartTime="00:00", EndTime="23:59", SoundCodeContent="a" * 512)
    add_period(schedule, StartTime="19:59", EndTime="20:00", SoundCodeContent="a", Description="a")
    assert [period["StartTime"] for period in periods(schedule)] == ["00:00", "19:59", "23:59"]


def test_period_update_changes_parameters_and_rejects_invalid_ones(api, create, add_period, periods, api_error):
    schedule = create()
    code = add_period(schedule)
    api("UpdateSchedulePeriod", PeriodCode=code, EndTime="02:00")
    api("UpdateSchedulePeriod", PeriodCode=code, StartTime="02:00", Description="early", SoundCodeContent="new")
    expected = {"Description": "early", "SoundCodeContent": "new", "StartTime": "02:00", "EndTime": "02:00"}
    assert periods(schedule) == [{"PeriodCode": code, **expected}]
    assert api_error("UpdateSchedulePeriod", PeriodCode=code, EndTime="01:59").code == INVALID_ORDER
    assert api_error("UpdateSchedulePeriod", PeriodCode=code, StartTime="2").code == INVALID_PARAMETER
    assert api_error("UpdateSchedulePeriod", PeriodCode=code, Description="").code == INVALID_PARAMETER
    assert api_error("UpdateSchedulePeriod", PeriodCode=code, SoundCodeContent="").code == INVALID_PARAMETER
    assert api_error("UpdateSchedulePeriod", PeriodCode="absent").code == ILLEGAL_REQUEST


def test_deleted_period_is_not_found(api, create, add_period, periods, api_error):
    schedule = create()
    code = add_period(schedule)
    api("DeleteSchedulePeriod", PeriodCode=code)
    assert periods(schedule) == []
    assert api_error("DeleteSchedulePeriod", PeriodCode=code).code == ILLEGAL_REQUEST


def test_period_list_returns_requested_page(api, create, add_period, api_error):
    schedule = create()
    other = create(Name="other")
    add_period(other)
    codes = [add_period(schedule, StartTime=f"{hour:02}:00", EndTime="23:00") for hour in (5, 3, 4)]
    page = api("QuerySchedulePeriodList", ScheduleCode=schedule, PageId=1, PageSize=2)["Data"]
    assert [period["PeriodCode"] for period in page["List"]["Items"]] == [codes[1], codes[2]]
    assert page["Total"] == 3
    assert api_error("QuerySchedulePeriodList", ScheduleCode=schedule, PageSize=51).code == INVALID_PAGE
    assert api_error("QuerySchedulePeriodList", ScheduleCode="absent").code == ILLEGAL_REQUEST
