# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of tags that devices set themselves."""

from __future__ import annotations

import json

import pytest

UPDATE = "/sys/{own}/thing/deviceinfo/update"
DELETE = "/sys/{own}/thing/deviceinfo/delete"


@pytest.fixture
def publish_and_get_code(publish_as_device, outbox):
    """Return a function that publishes a message as the device, and returns the code of the reply."""

    def publish_and_get_code(topic: str, params) -> int:
        publish_as_device(topic, {"id": "1", "version": "1.0", "params": params})
        [(reply_topic, reply)] = outbox()
        assert reply_topic == f"{topic}_reply"
        assert reply["data"] == {}
        return reply["code"]

    return publish_and_get_code


@pytest.fixture
def tags(api, device):
    """Return a function that returns the tags of the device."""
    return lambda: json.loads(api("QueryDeviceProp", IotId=device["iot_id"])["Props"])


def tag(key: str, value: str = "x", **members: str) -> dict[str, str]:
    return {"attrKey": key, "attrValue": value, **members}


def test_device_adds_changes_and_deletes_tags(api, device, publish_and_get_code, tags):
    api("SaveDeviceProp", IotId=device["iot_id"], Props='{"kept": "yes", "site": "east"}')
    assert publish_and_get_code(UPDATE, [tag("site", "西"), tag("floor", "2")]) == 200
    assert tags() == {"kept": "yes", "site": "西", "floor": "2"}
    assert publish_and_get_code(DELETE, [{"attrKey": "floor"}, {"attrKey": "nothing"}, {}]) == 200
    assert tags() == {"kept": "yes", "site": "西"}


def test_system_attributes_are_not_stored_as_tags(publish_and_get_code, tags):
    assert publish_and_get_code(UPDATE, [tag("SYS_SDK_LANGUAGE", "Python", domain="SYSTEM"), tag("site")]) == 200
    assert tags() == {"site": "x"}


@pytest.mark.parametrize(
    "params",
    [None, {}, [], ["site"], [tag("")], [tag("site", "")], [{"attrKey": "site"}], [tag("a"), {"attrValue": "x"}], "x"],
)
def test_update_invalid_tag_list_is_rejected(publish_and_get_code, tags, params):
    assert publish_and_get_code(UPDATE, params) == 460
    assert tags() == {}


@pytest.mark.parametrize("params", [None, {}, [], ["site"]])
def test_delete_invalid_key_list_is_rejected(publish_and_get_code, params):
    assert publish_and_get_code(DELETE, params) == 460


def test_update_beyond_100_tags_is_rejected(publish_and_get_code, tags):
    assert publish_and_get_code(UPDATE, [tag(f"key{number}") for number in range(100)]) == 200
    assert publish_and_get_code(UPDATE, [tag("key1", "y"), tag("one_more")]) == 460
    assert publish_and_get_code(UPDATE, [tag("key1", "y")]) == 200
    assert (len(tags()), tags()["key1"]) == (100, "y")
