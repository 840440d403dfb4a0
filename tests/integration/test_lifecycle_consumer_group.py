# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of a consumer group."""

from __future__ import annotations

import pytest

DEFAULT = "DEFAULT_GROUP"


def groups(tasks, **filters) -> list:
    return tasks.run_ok("iot_consumer_group_info", **filters)["consumer_groups"]


def test_the_life_of_a_consumer_group(tasks):
    made = tasks.assert_changed_by("iot_consumer_group", "CreateConsumerGroup", name="console")
    group_id = made["consumer_group"]["group_id"]
    assert made["consumer_group"]["name"] == "console"
    assert made["diff"] == {"before": {}, "after": {"name": "console"}}
    assert "backlog" not in made["consumer_group"]

    renamed = tasks.assert_changed_by("iot_consumer_group", "UpdateConsumerGroup", name="看板", renamed_from="console")
    assert renamed["consumer_group"]["group_id"] == group_id
    assert renamed["consumer_group"]["name"] == "看板"
    assert renamed["diff"] == {"before": {"name": "console"}, "after": {"name": "看板"}}
    # Where both are there, the new one is meant.
    tasks.assert_changed_by("iot_consumer_group", "CreateConsumerGroup", name="console")
    tasks.assert_unchanged("iot_consumer_group", name="看板", renamed_from="console")

    gone = tasks.assert_changed_by("iot_consumer_group", "DeleteConsumerGroup", name="看板", state="absent")
    assert gone["consumer_group"] == {}
    tasks.assert_unchanged("iot_consumer_group", name="看板", state="absent")
    assert groups(tasks)[0]["name"] == "console"


def test_a_group_that_was_renamed_is_taken_away_under_either_name(tasks):
    tasks.run_ok("iot_consumer_group", name="console")
    tasks.assert_changed_by("iot_consumer_group", "DeleteConsumerGroup", name="board", renamed_from="console", state="absent")


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_default_group_stays_as_it_is(tasks, check_mode):
    never = "the default consumer group can be neither changed nor deleted"
    there = tasks.assert_unchanged("iot_consumer_group", name=DEFAULT, check_mode=check_mode)
    assert there["consumer_group"]["group_id"] == DEFAULT
    name = there["consumer_group"]["name"]
    assert name != DEFAULT
    tasks.assert_unchanged("iot_consumer_group", name=name, check_mode=check_mode)
    for options in (
        {"name": DEFAULT, "state": "absent"},
        {"name": name, "state": "absent"},
        {"name": "mine", "renamed_from": name},
        {"name": "mine", "renamed_from": DEFAULT},
    ):
        tasks.assert_fails("iot_consumer_group", never, **options)


def test_what_a_group_cannot_be_called(tasks):
    tasks.assert_fails("iot_consumer_group", "^name must have 4 to 30 characters", name="abc")
    tasks.assert_fails("iot_consumer_group", "^name must have 4 to 30.*Chinese character counts as 2", name="组" * 16)
    tasks.assert_fails("iot_consumer_group", "^name may hold Chinese and English letters", name="con-sole")
    tasks.assert_fails("iot_consumer_group", "^renamed_from must have 4", name="console", renamed_from="x")


def test_a_group_in_use_cannot_be_deleted(tasks):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    tasks.run_ok("iot_consumer_group", name="console")
    tasks.run_ok("iot_subscription", product="street_light", type="amqp", consumer_groups=["console"], device_data=True)
    result = tasks.run("iot_consumer_group", name="console", state="absent")
    assert result["failed"]
    assert result["code"] == "iot.consumer.group.DeleteConsumerGroupFailed"
    assert "Remove the consumer group from all subscriptions" in result["msg"]
    tasks.run_ok("iot_subscription", product="street_light", type="amqp", state="absent")
    tasks.assert_changed_by("iot_consumer_group", "DeleteConsumerGroup", name="console", state="absent")


def test_finding_groups(tasks):
    ids = {name: tasks.run_ok("iot_consumer_group", name=name)["consumer_group"]["group_id"] for name in ("west", "east")}
    assert [group["group_id"] for group in groups(tasks)] == [ids["east"], ids["west"], DEFAULT]
    for filters in ({"name": "west"}, {"group_id": ids["west"]}, {"name": "west", "group_id": ids["west"]}):
        (found,) = groups(tasks, **filters)
        assert (found["name"], found["group_id"]) == ("west", ids["west"])
        # One that is named is read whole.
        assert (found["backlog"], found["rate"], found["clients"], found["last_consumed"]) == (0, 0, [], "")
    assert [group["group_id"] for group in groups(tasks, name=DEFAULT)] == [DEFAULT]
    assert groups(tasks, name="north") == groups(tasks, group_id="north") == []
    assert groups(tasks, name="west", group_id=ids["east"]) == []
    assert not any("backlog" in group for group in groups(tasks))
    assert all(group["backlog"] == 0 for group in groups(tasks, details=True))


def test_a_backlog_is_told_and_dropped(tasks):
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
        return [groups(tasks, name=name)[0]["backlog"] for name in ("console", "archive")]

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
    # By its id as well, and once more is a change once more.
    again = tasks.run_ok("iot_consumer_group_reset", consumer_group=group)
    assert (again["changed"], again["dropped"]) == (True, 0)
    assert tasks.run_ok("iot_consumer_group_reset", consumer_group=DEFAULT)["group_id"] == DEFAULT


def test_a_backlog_of_a_group_that_is_not_there(tasks):
    result = tasks.run("iot_consumer_group_reset", consumer_group="nobody")
    assert result["failed"]
    assert "there is no consumer group nobody" in result["msg"]
    planned = tasks.run("iot_consumer_group_reset", check_mode=True, consumer_group="nobody")
    assert planned["pending"] == ["the consumer group nobody does not exist yet"]


def test_a_create_whose_answer_was_lost(tasks):
    tasks.server.control("PUT", "faults", [{"action": "CreateConsumerGroup", "drop": "after", "times": 1}])
    made = tasks.run_ok("iot_consumer_group", name="console")
    assert [(step["operation"], step["status"]) for step in made["steps"]] == [("CreateConsumerGroup", "done")]
    assert [group["name"] for group in groups(tasks)].count("console") == 1
