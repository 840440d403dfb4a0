# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of consumer groups."""

from __future__ import annotations

import pytest

DEFAULT = "DEFAULT_GROUP"


def find_groups(tasks, **filters) -> list:
    return tasks.run_ok("iot_consumer_group_info", **filters)["consumer_groups"]


def test_consumer_group_lifecycle(tasks):
    created = tasks.assert_changed_by("iot_consumer_group", "CreateConsumerGroup", name="console")
    group_id = created["consumer_group"]["group_id"]
    assert created["consumer_group"]["name"] == "console"
    assert created["diff"] == {"before": {}, "after": {"name": "console"}}
    assert "backlog" not in created["consumer_group"]

    renamed = tasks.assert_changed_by("iot_consumer_group", "UpdateConsumerGroup", name="看板", renamed_from="console")
    assert renamed["consumer_group"]["group_id"] == group_id
    assert renamed["consumer_group"]["name"] == "看板"
    assert renamed["diff"] == {"before": {"name": "console"}, "after": {"name": "看板"}}
    # If groups with both names exist, the task manages the one with the new name.
    tasks.assert_changed_by("iot_consumer_group", "CreateConsumerGroup", name="console")
    tasks.assert_unchanged("iot_consumer_group", name="看板", renamed_from="console")

    deleted = tasks.assert_changed_by("iot_consumer_group", "DeleteConsumerGroup", name="看板", state="absent")
    assert deleted["consumer_group"] == {}
    tasks.assert_unchanged("iot_consumer_group", name="看板", state="absent")
    assert find_groups(tasks)[0]["name"] == "console"


def test_consumer_group_renamed_from_old_name_is_deleted(tasks):
    tasks.run_ok("iot_consumer_group", name="console")
    tasks.assert_changed_by(
        "iot_consumer_group", "DeleteConsumerGroup", name="board", renamed_from="console", state="absent"
    )


@pytest.mark.parametrize("check_mode", [False, True])
def test_default_consumer_group_change_or_deletion_fails(tasks, check_mode):
    never = "the default consumer group cannot be changed or deleted"
    current = tasks.assert_unchanged("iot_consumer_group", name=DEFAULT, check_mode=check_mode)
    assert current["consumer_group"]["group_id"] == DEFAULT
    name = current["consumer_group"]["name"]
    assert name != DEFAULT
    tasks.assert_unchanged("iot_consumer_group", name=name, check_mode=check_mode)
    for options in (
        {"name": DEFAULT, "state": "absent"},
        {"name": name, "state": "absent"},
        {"name": "mine", "renamed_from": name},
        {"name": "mine", "renamed_from": DEFAULT},
    ):
        tasks.assert_fails("iot_consumer_group", never, **options)


def test_consumer_group_with_invalid_name_fails_before_write(tasks):
    tasks.assert_fails("iot_consumer_group", "^name must have 4 to 30 characters", name="abc")
    tasks.assert_fails("iot_consumer_group", "^name must have 4 to 30.*Chinese character counts as 2", name="组" * 16)
    tasks.assert_fails(
        "iot_consumer_group", "^name has an invalid format: expected Chinese and English letters", name="con-sole"
    )
    tasks.assert_fails("iot_consumer_group", "^renamed_from must have 4", name="console", renamed_from="x")


def test_consumer_group_in_use_deletion_fails(tasks):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    tasks.run_ok("iot_consumer_group", name="console")
    tasks.run_ok("iot_subscription", product="street_light", type="amqp", consumer_groups=["console"], device_data=True)
    tasks.assert_fails(
        "iot_consumer_group",
        "^state: absent is not possible: the subscription of the product street_light uses the consumer group. Remove",
        name="console",
        state="absent",
    )
    tasks.run_ok("iot_subscription", product="street_light", type="amqp", state="absent")
    tasks.assert_changed_by("iot_consumer_group", "DeleteConsumerGroup", name="console", state="absent")


def test_consumer_groups_with_filters_are_returned(tasks):
    ids = {
        name: tasks.run_ok("iot_consumer_group", name=name)["consumer_group"]["group_id"] for name in ("west", "east")
    }
    assert [group["group_id"] for group in find_groups(tasks)] == [ids["east"], ids["west"], DEFAULT]
    for filters in ({"name": "west"}, {"group_id": ids["west"]}, {"name": "west", "group_id": ids["west"]}):
        (found,) = find_groups(tasks, **filters)
        assert (found["name"], found["group_id"]) == ("west", ids["west"])
        # A group that is selected by name or id is returned with all details.
        assert (found["backlog"], found["rate"], found["clients"], found["last_consumed"]) == (0, 0, [], "")
    assert [group["group_id"] for group in find_groups(tasks, name=DEFAULT)] == [DEFAULT]
    assert find_groups(tasks, name="north") == find_groups(tasks, group_id="north") == []
    assert find_groups(tasks, name="west", group_id=ids["east"]) == []
    assert not any("backlog" in group for group in find_groups(tasks))
    assert all(group["backlog"] == 0 for group in find_groups(tasks, details=True))


def test_consumer_group_backlog_is_returned_and_reset(tasks):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    for name in ("console", "archive"):
        group = tasks.run_ok("iot_consumer_group", name=name)["consumer_group"]["group_id"]
    tasks.run_ok(
        "iot_subscription",
        product="street_light",
        type="amqp",
        consumer_groups=["console", "archive"],
        device_status_change=True,
    )
    tasks.connect_devices("street_light", "lamp-0001", "lamp-0002", "lamp-0003")

    def backlogs():
        return [find_groups(tasks, name=name)[0]["backlog"] for name in ("console", "archive")]

    assert backlogs() == [3, 3]
    tasks.pop_writes()
    planned = tasks.run("iot_consumer_group_reset", check_mode=True, consumer_group="archive")
    assert planned["changed"]
    assert planned["msg"].endswith("would be dropped; nothing was done in check mode")
    assert tasks.pop_writes() == []
    done = tasks.run_ok("iot_consumer_group_reset", consumer_group="archive")
    assert (done["changed"], done["group_id"], done["dropped"]) == (True, group, 3)
    assert tasks.pop_writes() == ["ResetConsumerGroupPosition"]
    assert backlogs() == [3, 0]
    # The group can be given by its id, and each reset is a change.
    again = tasks.run_ok("iot_consumer_group_reset", consumer_group=group)
    assert (again["changed"], again["dropped"]) == (True, 0)
    assert tasks.run_ok("iot_consumer_group_reset", consumer_group=DEFAULT)["group_id"] == DEFAULT


def test_consumer_group_reset_of_missing_group_fails(tasks):
    result = tasks.run("iot_consumer_group_reset", consumer_group="unknown")
    assert result["failed"]
    assert "the consumer group unknown does not exist" in result["msg"]
    planned = tasks.run("iot_consumer_group_reset", check_mode=True, consumer_group="unknown")
    assert planned["pending"] == ["the consumer group unknown does not exist yet"]


def test_consumer_group_create_with_lost_response_creates_one(tasks):
    tasks.server.control("PUT", "faults", [{"action": "CreateConsumerGroup", "drop": "after", "times": 1}])
    created = tasks.run_ok("iot_consumer_group", name="console")
    assert [(step["operation"], step["status"]) for step in created["steps"]] == [("CreateConsumerGroup", "done")]
    assert [group["name"] for group in find_groups(tasks)].count("console") == 1
