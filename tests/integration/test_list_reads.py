# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Loops read each list once, also while they create, update and delete its elements."""

from __future__ import annotations

import pytest

PRODUCT = {"node_type": "device", "thing_model": True, "data_format": "alink"}


def run_loop(tasks, module: str, items: list[dict]) -> tuple[list[dict], list[str]]:
    """Run a task for each item with one client; return the results and the calls."""
    tasks.share_client()
    tasks.pop_calls()
    results = [tasks.run_ok(module, **item) for item in items]
    return results, tasks.pop_calls()


def create_products(tasks, *names: str) -> None:
    for name in names:
        tasks.run_ok("iot_product", name=name, **PRODUCT)


def test_loop_of_500_topics_in_11_products_reads_each_list_once(tasks):
    products = [f"light_{number}" for number in range(11)]
    create_products(tasks, *products)
    # The items of a loop can be in any order. A product can have 47 topics besides the three default ones.
    topics = [
        {"product": products[number % 11], "short_name": f"user/topic_{number}", "operation": "pub"}
        for number in range(500)
    ]
    results, calls = run_loop(tasks, "iot_topic", topics)
    assert all(result["changed"] for result in results)
    assert calls.count("CreateProductTopic") == 500
    assert calls.count("QueryProductTopic") == 11
    assert len(calls) == 500 + 11 + 1
    # The results are those that the platform returns.
    for product in products:
        found = tasks.run_ok("iot_topic_info", product=product)["topics"]
        read = {topic["short_name"]: topic for topic in found}
        for topic, result in zip(topics, results, strict=True):
            if topic["product"] == product:
                assert result["topic"] == read[topic["short_name"]]


def test_loop_of_topics_finds_what_it_has_changed(tasks):
    create_products(tasks, "street_light", "other_light")
    report = {"product": "street_light", "short_name": "user/report"}
    results, calls = run_loop(
        tasks,
        "iot_topic",
        [
            {**report, "operation": "pub"},
            {**report, "operation": "pub"},
            {**report, "short_name": "report", "operation": "pub", "description": "hourly"},
            {**report, "operation": "all"},
            {**report, "operation": "all", "description": "hourly"},
            {"product": "other_light", "short_name": "user/report", "operation": "sub"},
            {**report, "state": "absent"},
            {**report, "state": "absent"},
            {**report, "operation": "sub"},
            {"product": "other_light", "short_name": "user/report", "operation": "sub"},
        ],
    )
    changed = [result["changed"] for result in results]
    assert changed == [True, False, True, True, False, True, True, False, True, False]
    assert calls.count("QueryProductTopic") == 2
    assert (results[3]["topic"]["operation"], results[3]["topic"]["description"]) == ("all", "hourly")
    assert (results[8]["topic"]["operation"], results[8]["topic"]["description"]) == ("sub", "")
    (found,) = tasks.run_ok("iot_topic_info", **report)["topics"]
    assert found == results[8]["topic"]


#: For each module: the options of the loop's items, each with whether it changes something, the operation that lists
#: the resources, and how often the loop calls it.
LOOPS = {
    "iot_rule": (
        [
            ({"name": "one", "state": "started", "product": "light_0", "short_topic": "+/user/a", "select": "*"}, True),
            ({"name": "two", "description": "second"}, True),
            ({"name": "one", "state": "started"}, False),
            ({"name": "one", "state": "stopped", "select": "deviceName()"}, True),
            ({"name": "two", "state": "absent"}, True),
            ({"name": "two", "state": "absent"}, False),
            ({"name": "two"}, True),
            ({"name": "two"}, False),
        ],
        "ListRule",
        1,
    ),
    "iot_consumer_group": (
        [
            ({"name": "group_1"}, True),
            ({"name": "group_2"}, True),
            ({"name": "group_1"}, False),
            ({"name": "group_3", "renamed_from": "group_1"}, True),
            ({"name": "group_3"}, False),
            ({"name": "group_1"}, True),
            ({"name": "group_2", "state": "absent"}, True),
            ({"name": "group_2"}, True),
        ],
        "QueryConsumerGroupList",
        1,
    ),
    "iot_product": (
        [
            ({"name": "lamp", **PRODUCT}, True),
            ({"name": "bell", "node_type": "gateway", "tags": {"a": "1"}, "description": "rings"}, True),
            ({"name": "lamp", **PRODUCT}, False),
            ({"name": "lamp", "description": "shines"}, True),
            ({"name": "bell", "state": "absent"}, True),
            ({"name": "bell", "node_type": "device"}, True),
            ({"name": "bell", "node_type": "device"}, False),
        ],
        "QueryProductList",
        1,
    ),
    # The list contains times that only the platform knows, so the list of the product is read after each write. The
    # lists of other products are kept.
    "iot_ota_module": (
        [
            ({"product": "light_0", "name": "modem"}, True),
            ({"product": "light_1", "name": "modem"}, True),
            ({"product": "light_0", "name": "modem", "alias": "m"}, True),
            ({"product": "light_1", "name": "modem"}, False),
            ({"product": "light_0", "name": "modem", "state": "absent"}, True),
            ({"product": "light_0", "name": "modem", "state": "absent"}, False),
        ],
        "ListOTAModuleByProduct",
        5,
    ),
    # One read of the whole list for super_group; the others search for the name of the group, in two lists.
    "iot_device_group": (
        [
            ({"name": "city"}, True),
            ({"name": "west", "super_group": "city"}, True),
            ({"name": "east", "super_group": "city"}, True),
            ({"name": "park", "super_group": "west"}, True),
            ({"name": "park", "super_group": "west"}, False),
        ],
        "QueryDeviceGroupList",
        None,
    ),
}


@pytest.mark.parametrize("module", LOOPS)
def test_loop_reads_list_once_and_finds_what_it_has_changed(tasks, module):
    loop, operation, reads = LOOPS[module]
    create_products(tasks, "light_0", "light_1")
    results, calls = run_loop(tasks, module, [item for item, _changed in loop])
    assert [result["changed"] for result in results] == [changed for _item, changed in loop]
    if reads is not None:
        assert calls.count(operation) == reads
    # The last result of each resource is what another client reads.
    tasks.shared_client = None
    kind = module.removeprefix("iot_")
    last = {
        (item.get("name"), module == "iot_ota_module" and item["product"]): index
        for index, (item, _options) in enumerate(loop)
    }
    for index in last.values():
        item, result = loop[index][0], results[index]
        again = tasks.run_ok(module, **item)
        assert not again["changed"]
        assert again[kind] == result[kind]


def test_loop_of_sub_groups_reads_the_list_of_super_groups_once(tasks):
    tasks.run_ok("iot_device_group", name="city")
    groups = [{"name": f"area{number}", "super_group": "city"} for number in range(5)]
    _results, calls = run_loop(tasks, "iot_device_group", groups)
    # Each group is searched for by its name, in the lists of static and of dynamic groups.
    assert calls.count("QueryDeviceGroupList") == 1 + 2 * len(groups)


def test_loop_of_devices_with_groups_reads_the_list_of_groups_once(tasks):
    create_products(tasks, "street_light")
    tasks.run_ok("iot_device_group", name="west")
    devices = [{"product": "street_light", "name": f"lamp-{number}", "groups": ["west"]} for number in range(5)]
    results, calls = run_loop(tasks, "iot_device", devices)
    assert all(result["changed"] for result in results)
    assert calls.count("QueryDeviceGroupList") == 1


def test_topic_that_another_client_created_meanwhile_is_found_and_not_created_twice(tasks):
    create_products(tasks, "street_light")
    topic = {"product": "street_light", "operation": "pub"}
    run_loop(tasks, "iot_topic", [{**topic, "short_name": "user/a"}])
    client, tasks.shared_client = tasks.shared_client, None
    tasks.run_ok("iot_topic", **topic, short_name="user/b")
    tasks.shared_client = client
    tasks.pop_calls()
    assert tasks.run_ok("iot_topic", **topic, short_name="user/b")["changed"] is False
    # The platform rejects the second creation, so the list is read again.
    assert tasks.pop_calls().count("CreateProductTopic") == 1
    assert tasks.run_ok("iot_topic", **topic, short_name="user/b")["changed"] is False
    tasks.shared_client = None
    found = [one["short_name"] for one in tasks.run_ok("iot_topic_info", product="street_light")["topics"]]
    assert sorted(found) == ["user/a", "user/b", "user/get", "user/update", "user/update/error"]


def test_topic_that_another_client_deleted_meanwhile_is_absent(tasks):
    create_products(tasks, "street_light")
    topic = {"product": "street_light", "short_name": "user/a"}
    run_loop(tasks, "iot_topic", [{**topic, "operation": "pub"}])
    client, tasks.shared_client = tasks.shared_client, None
    tasks.run_ok("iot_topic", **topic, state="absent")
    tasks.shared_client = client
    assert tasks.run_ok("iot_topic", **topic, state="absent")["topic"] == {}
