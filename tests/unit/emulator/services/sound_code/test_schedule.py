# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Schedules of sound codes, and their periods."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

REFUSED = "iot.system.IllegalRequest"
MALFORMED = "iot.common.InvalidFormattedParameter"
ORDER = "iot.check.ParametersNotLessThanMax"
PAGES = "iot.common.InvalidPageParams"

SCHEDULE = {"Name": "spring", "StartDate": "2022-03-01", "EndDate": "2022-05-31"}
PERIOD = {"Description": "night", "StartTime": "00:00", "EndTime": "01:00", "SoundCodeContent": "www.example.com"}


@pytest.fixture
def create(api):
    """Create a schedule and return its code."""
    return lambda **params: api("CreateSoundCodeSchedule", **{**SCHEDULE, **params})["Data"]


@pytest.fixture
def read(api):
    """What a schedule is."""
    return lambda code: api("GetSoundCodeSchedule", ScheduleCode=code)["Data"]


@pytest.fixture
def add(api):
    """Add a period to a schedule and return its code."""
    return lambda schedule, **params: api("CreateSchedulePeriod", **{**PERIOD, "ScheduleCode": schedule, **params})[
        "Data"
    ]


@pytest.fixture
def periods(api):
    """The periods on the first page."""
    return lambda schedule: api("QuerySchedulePeriodList", ScheduleCode=schedule)["Data"]["List"]["Items"]


def test_a_schedule(api, create, read):
    code = create(Description="leaflets", OpenType="OPEN")
    assert len(code) == 25
    found = read(code)
    assert found == {
        "ScheduleCode": code,
        "Name": "spring",
        "Description": "leaflets",
        "OpenType": "OPEN",
        "Status": "WORKING",
        "StartDate": "2022-03-01",
        "EndDate": "2022-05-31",
        "StartTime": "00:00",
        "EndTime": "23:59",
        "GmtCreate": found["GmtCreate"],
    }
    listed = api("QuerySoundCodeScheduleList")["Data"]
    assert listed == {"List": {"Items": [found]}, "PageId": 1, "PageSize": 20, "Total": 1}


def test_what_need_not_be_given(create, read):
    found = read(create())
    assert "Description" not in found
    assert found["OpenType"] == "INNER"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Name": "路" * 33}, MALFORMED),
        ({"Description": ""}, MALFORMED),
        ({"Description": "a" * 65}, MALFORMED),
        ({"OpenType": "x"}, MALFORMED),
        ({"StartDate": "2022-02-30"}, MALFORMED),
        ({"StartDate": "20220301"}, MALFORMED),
        ({"EndDate": "2022-5-31"}, MALFORMED),
        ({"EndDate": "2022-02-28"}, ORDER),
        ({"Name": "taken"}, REFUSED),
        ({"Description": "taken too"}, REFUSED),
    ],
)
def test_what_cannot_be_created(platform, create, api_error, params, code):
    create(Name="taken", Description="taken too")
    assert api_error("CreateSoundCodeSchedule", **{**SCHEDULE, **params}).code == code
    assert platform.store.count("sound_code_schedule") == 1


def test_a_schedule_of_one_day(create):
    create(StartDate="2024-02-29", EndDate="2024-02-29", Name="路" * 32, Description="a" * 64)


@pytest.mark.parametrize("name", list(SCHEDULE))
def test_what_must_be_given(api, name):
    params = dict(SCHEDULE)
    del params[name]
    with pytest.raises(GatewayError, match=f"Missing{name}"):
        api("CreateSoundCodeSchedule", **params)


def test_an_update(api, create, read, api_error):
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
        ({"Name": "other"}, REFUSED),
        ({"Description": "other"}, REFUSED),
        ({"Name": ""}, MALFORMED),
        ({"Status": "PAUSE"}, MALFORMED),
        ({"StartTime": "24:00"}, MALFORMED),
        ({"EndTime": "8:30"}, MALFORMED),
        ({"EndDate": "tomorrow"}, MALFORMED),
        ({"StartTime": "08:01"}, ORDER),
        ({"StartDate": "2022-05-01"}, ORDER),
    ):
        assert api_error("UpdateSoundCodeSchedule", ScheduleCode=code, **params).code == error, params
    assert api_error("UpdateSoundCodeSchedule", ScheduleCode="absent").code == REFUSED


def test_what_belongs_to_a_schedule_goes_with_it(platform, api, create, add, api_error):
    code = create()
    add(code)
    api("CreateSoundCodeLabel", ScheduleCode=code, Label="shelf")
    api("BatchCreateSoundCodeLabel", ScheduleCode=code, Total=2)
    api("DeleteSoundCodeSchedule", ScheduleCode=code)
    platform.clock.advance(5)
    assert api_error("GetSoundCodeSchedule", ScheduleCode=code).code == REFUSED
    assert api_error("DeleteSoundCodeSchedule", ScheduleCode=code).code == REFUSED
    for table in ("period", "label", "batch", "batch_entry"):
        assert platform.store.count(f"sound_code_{table}") == 0


def test_pages_of_schedules(api, create, api_error):
    codes = [create(Name=f"schedule {number}") for number in range(3)]
    page = api("QuerySoundCodeScheduleList", PageId=2, PageSize=2)["Data"]
    assert [item["ScheduleCode"] for item in page["List"]["Items"]] == [codes[0]]
    assert (page["PageId"], page["PageSize"], page["Total"]) == (2, 2, 3)
    assert api_error("QuerySoundCodeScheduleList", PageSize=0).code == PAGES
    assert api_error("QuerySoundCodeScheduleList", PageId=10_001).code == PAGES


def test_a_period(create, add, periods):
    schedule = create()
    code = add(schedule)
    assert len(code) == 25
    assert periods(schedule) == [{"PeriodCode": code, **PERIOD}]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Description": "路" * 33}, MALFORMED),
        ({"SoundCodeContent": "路" * 257}, MALFORMED),
        ({"SoundCodeContent": "a" * 513}, MALFORMED),
        ({"StartTime": "0:00"}, MALFORMED),
        ({"EndTime": "23:60"}, MALFORMED),
        ({"StartTime": "01:01"}, ORDER),
        ({"ScheduleCode": "absent"}, REFUSED),
    ],
)
def test_what_is_no_period(platform, create, api_error, params, code):
    assert api_error("CreateSchedulePeriod", **{**PERIOD, "ScheduleCode": create(), **params}).code == code
    assert platform.store.count("sound_code_period") == 0


def test_periods_at_the_limits(create, add, periods):
    schedule = create()
    add(schedule, StartTime="23:59", EndTime="23:59", SoundCodeContent="路" * 256, Description="路" * 32)
    add(schedule, StartTime="00:00", EndTime="23:59", SoundCodeContent="a" * 512)
    add(schedule, StartTime="19:59", EndTime="20:00", SoundCodeContent="a", Description="a")
    assert [period["StartTime"] for period in periods(schedule)] == ["00:00", "19:59", "23:59"]


def test_an_update_of_a_period(api, create, add, periods, api_error):
    schedule = create()
    code = add(schedule)
    api("UpdateSchedulePeriod", PeriodCode=code, EndTime="02:00")
    api("UpdateSchedulePeriod", PeriodCode=code, StartTime="02:00", Description="early", SoundCodeContent="new")
    expected = {"Description": "early", "SoundCodeContent": "new", "StartTime": "02:00", "EndTime": "02:00"}
    assert periods(schedule) == [{"PeriodCode": code, **expected}]
    assert api_error("UpdateSchedulePeriod", PeriodCode=code, EndTime="01:59").code == ORDER
    assert api_error("UpdateSchedulePeriod", PeriodCode=code, StartTime="2").code == MALFORMED
    assert api_error("UpdateSchedulePeriod", PeriodCode=code, Description="").code == MALFORMED
    assert api_error("UpdateSchedulePeriod", PeriodCode=code, SoundCodeContent="").code == MALFORMED
    assert api_error("UpdateSchedulePeriod", PeriodCode="absent").code == REFUSED


def test_a_deleted_period(api, create, add, periods, api_error):
    schedule = create()
    code = add(schedule)
    api("DeleteSchedulePeriod", PeriodCode=code)
    assert periods(schedule) == []
    assert api_error("DeleteSchedulePeriod", PeriodCode=code).code == REFUSED


def test_pages_of_periods(api, create, add, api_error):
    schedule = create()
    other = create(Name="other")
    add(other)
    codes = [add(schedule, StartTime=f"{hour:02}:00", EndTime="23:00") for hour in (5, 3, 4)]
    page = api("QuerySchedulePeriodList", ScheduleCode=schedule, PageId=1, PageSize=2)["Data"]
    assert [period["PeriodCode"] for period in page["List"]["Items"]] == [codes[1], codes[2]]
    assert page["Total"] == 3
    assert api_error("QuerySchedulePeriodList", ScheduleCode=schedule, PageSize=51).code == PAGES
    assert api_error("QuerySchedulePeriodList", ScheduleCode="absent").code == REFUSED
