# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test labels of sound codes, and batches of labels."""

from __future__ import annotations

import re

import pytest

ILLEGAL_REQUEST = "iot.system.IllegalRequest"
INVALID_PARAMETER = "iot.common.InvalidFormattedParameter"
INVALID_PAGE = "iot.common.InvalidPageParams"


@pytest.fixture
def create_schedule(api):
    """Create a schedule and return its code."""
    params = {"StartDate": "2022-03-01", "EndDate": "2022-05-31"}
    return lambda name: api("CreateSoundCodeSchedule", Name=name, **params)["Data"]


@pytest.fixture
def schedule(create_schedule):
    """Create a schedule and return its code."""
    return create_schedule("spring")


@pytest.fixture
def create(api, schedule):
    """Create a label and return its sound code."""
    return lambda label: api("CreateSoundCodeLabel", ScheduleCode=schedule, Label=label)["Data"]


@pytest.fixture
def create_batch(api, schedule):
    """Create a batch of labels and return its code."""
    return lambda *labels, **params: api(
        "BatchCreateSoundCodeLabelWithLabels", ScheduleCode=schedule, Labels=list(labels), **params
    )["Data"]


@pytest.fixture
def labels(api, schedule):
    """Return the sound codes on the first page by label."""

    def labels() -> dict[str, str]:
        items = api("QuerySoundCodeLabelList", ScheduleCode=schedule)["Data"]["List"]["Items"]
        return {item["Label"]: item["SoundCode"] for item in items}

    return labels


@pytest.fixture
def read_batch(api, schedule):
    """Read the newest batch."""
    return lambda: api("QuerySoundCodeLabelBatchList", ScheduleCode=schedule)["Data"]["List"]["Items"][0]


@pytest.fixture
def finish_batch(platform):
    """Advance the clock until the batch is finished."""
    return lambda: platform.clock.advance(5)


def test_label_creation_returns_sound_code(create, labels):
    code = create("shelf 7")
    assert len(code) == 25
    assert labels() == {"shelf 7": code}


@pytest.mark.parametrize("label", ["a", "路" * 32, "a" * 64, "路/7 %"])
def test_label_at_limits_is_accepted(create, labels, label):
    create(label)
    assert list(labels()) == [label]


@pytest.mark.parametrize("label", ["路" * 33, "a" * 65])
def test_label_too_long_is_rejected(schedule, create, labels, api_error, label):
    assert api_error("CreateSoundCodeLabel", ScheduleCode=schedule, Label=label).code == INVALID_PARAMETER
    code = create("a")
    assert api_error("UpdateSoundCodeLabel", SoundCode=code, Label=label).code == INVALID_PARAMETER
    assert list(labels()) == ["a"]


def test_label_duplicate_in_schedule_is_rejected(api, create_schedule, schedule, create, api_error):
    create("a")
    assert api_error("CreateSoundCodeLabel", ScheduleCode=schedule, Label="a").code == ILLEGAL_REQUEST
    api("CreateSoundCodeLabel", ScheduleCode=create_schedule("other"), Label="a")
    assert api_error("CreateSoundCodeLabel", ScheduleCode="absent", Label="a").code == ILLEGAL_REQUEST


def test_label_is_updated_and_deleted(api, create, labels, api_error):
    code = create("a")
    other = create("other")
    api("UpdateSoundCodeLabel", SoundCode=code, Label="b")
    api("UpdateSoundCodeLabel", SoundCode=code, Label="b")
    assert labels() == {"b": code, "other": other}
    assert api_error("UpdateSoundCodeLabel", SoundCode=code, Label="other").code == ILLEGAL_REQUEST
    api("DeleteSoundCodeLabel", SoundCode=code)
    assert labels() == {"other": other}
    assert api_error("UpdateSoundCodeLabel", SoundCode=code, Label="c").code == ILLEGAL_REQUEST
    assert api_error("DeleteSoundCodeLabel", SoundCode=code).code == ILLEGAL_REQUEST


def test_label_is_not_accepted_as_sound_code(api, create, api_error):
    code = create("a")
    assert api_error("DeleteSoundCode", SoundCode=code).code == ILLEGAL_REQUEST
    sound_code = api("CreateSoundCode", Duration=1, SoundCodeContent="x")["Data"]
    assert api_error("DeleteSoundCodeLabel", SoundCode=sound_code).code == ILLEGAL_REQUEST


def test_label_list_returns_requested_page(api, schedule, create, api_error):
    for label in ("a", "b", "c"):
        create(label)
    page = api("QuerySoundCodeLabelList", ScheduleCode=schedule, PageId=2, PageSize=2)["Data"]
    assert [item["Label"] for item in page["List"]["Items"]] == ["a"]
    assert (page["PageId"], page["PageSize"], page["Total"]) == (2, 2, 3)
    assert api_error("QuerySoundCodeLabelList", ScheduleCode=schedule, PageSize=51).code == INVALID_PAGE
    assert api_error("QuerySoundCodeLabelList", ScheduleCode="absent").code == ILLEGAL_REQUEST


def test_batch_runs_and_succeeds(create_batch, read_batch, labels, finish_batch):
    code = create_batch("a", "b", Description="shelves")
    read = read_batch()
    assert read == {
        "BatchCode": code,
        "Description": "shelves",
        "Status": "RUNNING",
        "Total": 2,
        "SuccessNum": 0,
        "GmtCreate": read["GmtCreate"],
    }
    assert labels() == {}
    finish_batch()
    assert read_batch() == {**read, "Status": "SUCCESS", "SuccessNum": 2}
    assert sorted(labels()) == ["a", "b"]


def test_batch_duration_depends_on_number_of_labels(platform, api, schedule, read_batch):
    api("BatchCreateSoundCodeLabel", ScheduleCode=schedule, Total=200)
    platform.clock.advance(1.2)
    assert read_batch()["Status"] == "RUNNING"
    platform.clock.advance(0.8)
    assert read_batch()["Status"] == "SUCCESS"


def test_batch_with_total_creates_random_labels(api, schedule, read_batch, labels, finish_batch):
    api("BatchCreateSoundCodeLabel", ScheduleCode=schedule, Total=3)
    finish_batch()
    read = read_batch()
    assert (read["Status"], read["Total"], read["SuccessNum"]) == ("SUCCESS", 3, 3)
    assert "Description" not in read
    assert len(labels()) == 3
    assert all(re.fullmatch("[A-Za-z0-9]+", label) for label in labels())


def test_batch_with_existing_label_fails_partially_and_is_retried(
    api, create, create_batch, read_batch, labels, finish_batch, api_error
):
    existing = create("a")
    batch = create_batch("a", "b", "b")
    assert api_error("RetrySoundCodeLabelBatch", BatchCode=batch).code == ILLEGAL_REQUEST
    finish_batch()
    read = read_batch()
    assert (read["Status"], read["Total"], read["SuccessNum"]) == ("PARTIAL_FAILED", 3, 1)
    failed = [{"Label": label, "ResultCode": "7541", "ErrorMessage": "sound code label exist"} for label in ("a", "b")]
    assert api("QuerySoundCodeLabelBatchFailedResult", BatchCode=batch)["Data"] == {"Items": failed}
    api("DeleteSoundCodeLabel", SoundCode=existing)
    api("RetrySoundCodeLabelBatch", BatchCode=batch)
    assert read_batch()["Status"] == "RUNNING"
    assert api("QuerySoundCodeLabelBatchFailedResult", BatchCode=batch)["Data"] == {"Items": []}
    finish_batch()
    read = read_batch()
    assert (read["Status"], read["SuccessNum"]) == ("PARTIAL_FAILED", 2)
    assert api("QuerySoundCodeLabelBatchFailedResult", BatchCode=batch)["Data"] == {"Items": failed[1:]}
    api("DeleteSoundCodeLabel", SoundCode=labels()["b"])
    api("RetrySoundCodeLabelBatch", BatchCode=batch)
    finish_batch()
    assert read_batch()["Status"] == "SUCCESS"
    assert api_error("RetrySoundCodeLabelBatch", BatchCode=batch).code == ILLEGAL_REQUEST


def test_batch_with_only_failures_is_partially_failed(create, create_batch, read_batch, finish_batch):
    create("a")
    create_batch("a")
    finish_batch()
    assert (read_batch()["Status"], read_batch()["SuccessNum"]) == ("PARTIAL_FAILED", 0)


def test_batch_with_invalid_parameters_is_rejected(platform, schedule, api_error):
    for total in (0, 201):
        assert api_error("BatchCreateSoundCodeLabel", ScheduleCode=schedule, Total=total).code == INVALID_PARAMETER
    for params, code in (
        ({"Labels": ["a"] * 201}, INVALID_PARAMETER),
        ({"Labels": ["a", "a" * 65]}, INVALID_PARAMETER),
        ({"Labels": ["a", ""]}, INVALID_PARAMETER),
        ({"Description": "路" * 33}, INVALID_PARAMETER),
        ({"ScheduleCode": "absent"}, ILLEGAL_REQUEST),
    ):
        all_params = {"ScheduleCode": schedule, "Labels": ["a"], **params}
        assert api_error("BatchCreateSoundCodeLabelWithLabels", **all_params).code == code, params
    assert (
        api_error("BatchCreateSoundCodeLabel", ScheduleCode=schedule, Total=1, Description="").code == INVALID_PARAMETER
    )
    assert api_error("BatchCreateSoundCodeLabel", ScheduleCode="absent", Total=1).code == ILLEGAL_REQUEST
    assert platform.store.count("sound_code_batch") == 0


def test_batch_of_200_labels_succeeds(create_batch, read_batch, finish_batch):
    create_batch(*(f"label {number}" for number in range(200)))
    finish_batch()
    assert read_batch()["SuccessNum"] == 200


def test_batch_list_returns_requested_page(platform, api, schedule, create_batch, api_error):
    batches = []
    for _number in range(3):
        batches.append(create_batch("a"))
        platform.clock.advance(1)
    page = api("QuerySoundCodeLabelBatchList", ScheduleCode=schedule, PageId=2, PageSize=2)["Data"]
    assert [item["BatchCode"] for item in page["List"]["Items"]] == [batches[0]]
    assert (page["PageId"], page["PageSize"], page["Total"]) == (2, 2, 3)
    assert api_error("QuerySoundCodeLabelBatchList", ScheduleCode=schedule, PageSize=51).code == INVALID_PAGE
    assert api_error("QuerySoundCodeLabelBatchList", ScheduleCode="absent").code == ILLEGAL_REQUEST


def test_missing_batch_is_rejected(api_error):
    for action in ("QuerySoundCodeLabelBatchFailedResult", "RetrySoundCodeLabelBatch"):
        assert api_error(action, BatchCode="absent").code == ILLEGAL_REQUEST
