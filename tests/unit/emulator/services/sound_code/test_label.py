# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Labels of sound codes, and batches of them."""

from __future__ import annotations

import re

import pytest

REFUSED = "iot.system.IllegalRequest"
MALFORMED = "iot.common.InvalidFormattedParameter"
PAGES = "iot.common.InvalidPageParams"


@pytest.fixture
def new_schedule(api):
    """Create a schedule and return its code."""
    params = {"StartDate": "2022-03-01", "EndDate": "2022-05-31"}
    return lambda name: api("CreateSoundCodeSchedule", Name=name, **params)["Data"]


@pytest.fixture
def schedule(new_schedule):
    """The code of a schedule."""
    return new_schedule("spring")


@pytest.fixture
def create(api, schedule):
    """Create a label and return its sound code."""
    return lambda label: api("CreateSoundCodeLabel", ScheduleCode=schedule, Label=label)["Data"]


@pytest.fixture
def create_batch(api, schedule):
    """Have labels made and return the batch."""
    return lambda *labels, **params: api(
        "BatchCreateSoundCodeLabelWithLabels", ScheduleCode=schedule, Labels=list(labels), **params
    )["Data"]


@pytest.fixture
def labels(api, schedule):
    """Sound codes by the labels on the first page."""

    def labels() -> dict[str, str]:
        items = api("QuerySoundCodeLabelList", ScheduleCode=schedule)["Data"]["List"]["Items"]
        return {item["Label"]: item["SoundCode"] for item in items}

    return labels


@pytest.fixture
def batch_read(api, schedule):
    """What the newest batch is."""
    return lambda: api("QuerySoundCodeLabelBatchList", ScheduleCode=schedule)["Data"]["List"]["Items"][0]


@pytest.fixture
def later(platform):
    """Let a batch be made."""
    return lambda: platform.clock.advance(5)


def test_a_label(create, labels):
    code = create("shelf 7")
    assert len(code) == 25
    assert labels() == {"shelf 7": code}


@pytest.mark.parametrize("label", ["a", "路" * 32, "a" * 64, "路/7 %"])
def test_labels_at_the_limits(create, labels, label):
    create(label)
    assert list(labels()) == [label]


@pytest.mark.parametrize("label", ["路" * 33, "a" * 65])
def test_what_is_no_label(schedule, create, labels, api_error, label):
    assert api_error("CreateSoundCodeLabel", ScheduleCode=schedule, Label=label).code == MALFORMED
    code = create("a")
    assert api_error("UpdateSoundCodeLabel", SoundCode=code, Label=label).code == MALFORMED
    assert list(labels()) == ["a"]


def test_a_label_is_there_once_in_a_schedule(api, new_schedule, schedule, create, api_error):
    create("a")
    assert api_error("CreateSoundCodeLabel", ScheduleCode=schedule, Label="a").code == REFUSED
    api("CreateSoundCodeLabel", ScheduleCode=new_schedule("other"), Label="a")
    assert api_error("CreateSoundCodeLabel", ScheduleCode="absent", Label="a").code == REFUSED


def test_a_label_is_changed_and_deleted(api, create, labels, api_error):
    code = create("a")
    other = create("other")
    api("UpdateSoundCodeLabel", SoundCode=code, Label="b")
    api("UpdateSoundCodeLabel", SoundCode=code, Label="b")
    assert labels() == {"b": code, "other": other}
    assert api_error("UpdateSoundCodeLabel", SoundCode=code, Label="other").code == REFUSED
    api("DeleteSoundCodeLabel", SoundCode=code)
    assert labels() == {"other": other}
    assert api_error("UpdateSoundCodeLabel", SoundCode=code, Label="c").code == REFUSED
    assert api_error("DeleteSoundCodeLabel", SoundCode=code).code == REFUSED


def test_a_label_is_no_sound_code_of_its_own(api, create, api_error):
    code = create("a")
    assert api_error("DeleteSoundCode", SoundCode=code).code == REFUSED
    own = api("CreateSoundCode", Duration=1, SoundCodeContent="x")["Data"]
    assert api_error("DeleteSoundCodeLabel", SoundCode=own).code == REFUSED


def test_pages_of_labels(api, schedule, create, api_error):
    for label in ("a", "b", "c"):
        create(label)
    page = api("QuerySoundCodeLabelList", ScheduleCode=schedule, PageId=2, PageSize=2)["Data"]
    assert [item["Label"] for item in page["List"]["Items"]] == ["a"]
    assert (page["PageId"], page["PageSize"], page["Total"]) == (2, 2, 3)
    assert api_error("QuerySoundCodeLabelList", ScheduleCode=schedule, PageSize=51).code == PAGES
    assert api_error("QuerySoundCodeLabelList", ScheduleCode="absent").code == REFUSED


def test_a_batch_takes_a_while(create_batch, batch_read, labels, later):
    code = create_batch("a", "b", Description="shelves")
    read = batch_read()
    assert read == {
        "BatchCode": code,
        "Description": "shelves",
        "Status": "RUNNING",
        "Total": 2,
        "SuccessNum": 0,
        "GmtCreate": read["GmtCreate"],
    }
    assert labels() == {}
    later()
    assert batch_read() == {**read, "Status": "SUCCESS", "SuccessNum": 2}
    assert sorted(labels()) == ["a", "b"]


def test_a_batch_takes_longer_for_more_labels(platform, api, schedule, batch_read):
    api("BatchCreateSoundCodeLabel", ScheduleCode=schedule, Total=200)
    platform.clock.advance(1.2)
    assert batch_read()["Status"] == "RUNNING"
    platform.clock.advance(0.8)
    assert batch_read()["Status"] == "SUCCESS"


def test_a_batch_whose_labels_the_platform_chooses(api, schedule, batch_read, labels, later):
    api("BatchCreateSoundCodeLabel", ScheduleCode=schedule, Total=3)
    later()
    read = batch_read()
    assert (read["Status"], read["Total"], read["SuccessNum"]) == ("SUCCESS", 3, 3)
    assert "Description" not in read
    assert len(labels()) == 3
    assert all(re.fullmatch("[A-Za-z0-9]+", label) for label in labels())


def test_labels_that_are_there_fail_and_are_tried_again(
    api, create, create_batch, batch_read, labels, later, api_error
):
    taken = create("a")
    batch = create_batch("a", "b", "b")
    assert api_error("RetrySoundCodeLabelBatch", BatchCode=batch).code == REFUSED
    later()
    read = batch_read()
    assert (read["Status"], read["Total"], read["SuccessNum"]) == ("PARTIAL_FAILED", 3, 1)
    failed = [{"Label": label, "ResultCode": "7541", "ErrorMessage": "sound code label exist"} for label in ("a", "b")]
    assert api("QuerySoundCodeLabelBatchFailedResult", BatchCode=batch)["Data"] == {"Items": failed}
    api("DeleteSoundCodeLabel", SoundCode=taken)
    api("RetrySoundCodeLabelBatch", BatchCode=batch)
    assert batch_read()["Status"] == "RUNNING"
    assert api("QuerySoundCodeLabelBatchFailedResult", BatchCode=batch)["Data"] == {"Items": []}
    later()
    read = batch_read()
    assert (read["Status"], read["SuccessNum"]) == ("PARTIAL_FAILED", 2)
    assert api("QuerySoundCodeLabelBatchFailedResult", BatchCode=batch)["Data"] == {"Items": failed[1:]}
    api("DeleteSoundCodeLabel", SoundCode=labels()["b"])
    api("RetrySoundCodeLabelBatch", BatchCode=batch)
    later()
    assert batch_read()["Status"] == "SUCCESS"
    assert api_error("RetrySoundCodeLabelBatch", BatchCode=batch).code == REFUSED


def test_a_batch_in_which_everything_fails(create, create_batch, batch_read, later):
    create("a")
    create_batch("a")
    later()
    assert (batch_read()["Status"], batch_read()["SuccessNum"]) == ("PARTIAL_FAILED", 0)


def test_what_is_no_batch(platform, schedule, api_error):
    for total in (0, 201):
        assert api_error("BatchCreateSoundCodeLabel", ScheduleCode=schedule, Total=total).code == MALFORMED
    for params, code in (
        ({"Labels": ["a"] * 201}, MALFORMED),
        ({"Labels": ["a", "a" * 65]}, MALFORMED),
        ({"Labels": ["a", ""]}, MALFORMED),
        ({"Description": "路" * 33}, MALFORMED),
        ({"ScheduleCode": "absent"}, REFUSED),
    ):
        given = {"ScheduleCode": schedule, "Labels": ["a"], **params}
        assert api_error("BatchCreateSoundCodeLabelWithLabels", **given).code == code, params
    assert api_error("BatchCreateSoundCodeLabel", ScheduleCode=schedule, Total=1, Description="").code == MALFORMED
    assert api_error("BatchCreateSoundCodeLabel", ScheduleCode="absent", Total=1).code == REFUSED
    assert platform.store.count("sound_code_batch") == 0


def test_as_many_labels_as_a_batch_can_have(create_batch, batch_read, later):
    create_batch(*(f"label {number}" for number in range(200)))
    later()
    assert batch_read()["SuccessNum"] == 200


def test_pages_of_batches(platform, api, schedule, create_batch, api_error):
    batches = []
    for _number in range(3):
        batches.append(create_batch("a"))
        platform.clock.advance(1)
    page = api("QuerySoundCodeLabelBatchList", ScheduleCode=schedule, PageId=2, PageSize=2)["Data"]
    assert [item["BatchCode"] for item in page["List"]["Items"]] == [batches[0]]
    assert (page["PageId"], page["PageSize"], page["Total"]) == (2, 2, 3)
    assert api_error("QuerySoundCodeLabelBatchList", ScheduleCode=schedule, PageSize=51).code == PAGES
    assert api_error("QuerySoundCodeLabelBatchList", ScheduleCode="absent").code == REFUSED


def test_batches_that_there_are_not(api_error):
    for action in ("QuerySoundCodeLabelBatchFailedResult", "RetrySoundCodeLabelBatch"):
        assert api_error(action, BatchCode="absent").code == REFUSED
