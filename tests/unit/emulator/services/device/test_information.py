# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags that devices give themselves."""

from __future__ import annotations

import json

import pytest

UPDATE = "/sys/{own}/thing/deviceinfo/update"
DELETE = "/sys/{own}/thing/deviceinfo/delete"


@pytest.fixture
def answer(publish_as_device, outbox):
    """Let the device say something of itself, and return the code of the reply."""

    def answer(topic: str, params) -> int:
        publish_as_device(topic, {"id": "1", "version": "1.0", "params": params})
        [(replied, reply)] = outbox()
        assert replied == f"{topic}_reply"
        assert reply["data"] == {}
        return reply["code"]

    return answer


@pytest.fixture
def tags(api, device):
    return lambda: json.loads(api("QueryDeviceProp", IotId=device["iot_id"])["Props"])


def tag(key: str, value: str = "x", **members: str) -> dict[str, str]:
    return {"attrKey": key, "attrValue": value, **members}


def test_tags_are_added_changed_and_deleted(api, device, answer, tags):
    api("SaveDeviceProp", IotId=device["iot_id"], Props='{"kept": "yes", "site": "east"}')
    assert answer(UPDATE, [tag("site", "西"), tag("floor", "2")]) == 200
    assert tags() == {"kept": "yes", "site": "西", "floor": "2"}
    assert answer(DELETE, [{"attrKey": "floor"}, {"attrKey": "nothing"}, {}]) == 200
    assert tags() == {"kept": "yes", "site": "西"}


def test_what_the_sdk_says_of_itself_is_no_tag(answer, tags):
    assert answer(UPDATE, [tag("SYS_SDK_LANGUAGE", "Python", domain="SYSTEM"), tag("site")]) == 200
    assert tags() == {"site": "x"}


@pytest.mark.parametrize(
    "params",
    [None, {}, [], ["site"], [tag("")], [tag("site", "")], [{"attrKey": "site"}], [tag("a"), {"attrValue": "x"}], "x"],
)
def test_what_is_no_list_of_tags(answer, tags, params):
    assert answer(UPDATE, params) == 460
    assert tags() == {}


@pytest.mark.parametrize("params", [None, {}, [], ["site"]])
def test_what_is_no_list_of_keys(answer, params):
    assert answer(DELETE, params) == 460


def test_a_device_has_at_most_100(answer, tags):
    assert answer(UPDATE, [tag(f"key{number}") for number in range(100)]) == 200
    assert answer(UPDATE, [tag("key1", "y"), tag("one_more")]) == 460
    assert answer(UPDATE, [tag("key1", "y")]) == 200
    assert (len(tags()), tags()["key1"]) == (100, "y")
