# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where this API bites: each oddity, and the tests that would fail without the care that is taken.

``HAZARDS`` says which; what has no better place is tested here.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]

#: The oddity, and where it is held against: a file and a test in it.
HAZARDS = {
    "NetType is written as a word and read as a number": "integration/test_hazards.py::test_net_types_come_back",
    "a topic's operation is written as a word and read as a number": (
        "integration/test_hazards.py::test_operations_come_back"
    ),
    "a topic's short name is read as a whole topic": "unit/resources/test_topic.py::test_a_short_name_is_read_whole",
    "TopicType is -1 while a rule has no SQL": "integration/test_hazards.py::test_a_rule_without_sql",
    "a rule action comes back with keys of the platform's": (
        "integration/test_lifecycle_rule.py::test_an_action_of_each_type"
    ),
    "a thing model comes back with derived members, in another order": (
        "integration/test_lifecycle_thing_model.py::test_every_type_comes_back_as_it_was"
    ),
    "TSL and ThingModelJson are two formats of one model": (
        "integration/test_lifecycle_thing_model.py::test_the_three_forms_say_the_same"
    ),
    "a Chinese character is 2 in a product's name and 1 in its description": (
        "integration/test_lifecycle_core.py::test_names_are_as_long_as_the_platform_says"
    ),
    "ApplyId is a number in one reply and a text in another": (
        "unit/fleet/test_fleet.py::test_an_apply_id_that_is_a_text"
    ),
    "UpdateProduct changes name and description only": "integration/test_lifecycle_core.py::test_the_life_of_a_product",
    "a rule action has no name": "integration/test_lifecycle_rule.py::test_an_action_of_each_type",
    "a firmware cannot be changed": "integration/test_lifecycle_ota_firmware.py::test_another_file_is_another_firmware",
    "an OTA job cannot be found by name": "integration/test_lifecycle_ota_job.py::test_finding_jobs",
    "a released product refuses changes of its thing model": (
        "integration/test_lifecycle_thing_model.py::test_a_released_product"
    ),
    "DeleteThingModel may delete the whole model": (
        "integration/test_lifecycle_thing_model.py::test_no_lost_answer_deletes_more_than_was_asked_for"
    ),
    "RemoveThingTopo on a gateway removes all of its sub-devices": (
        "integration/test_lifecycle_topology.py::test_a_gateway_is_never_removed_as_if_it_were_a_sub_device"
    ),
    "BatchAddThingTopo moves a sub-device without asking": (
        "integration/test_lifecycle_topology.py::test_a_device_is_not_taken_from_another_gateway_unless_that_is_said"
    ),
    "BatchAddThingTopo takes ten, and rolls back whole": (
        "integration/test_lifecycle_topology.py::test_ten_come_in_one_call"
    ),
    "what is done behind a large gateway is only begun when it is answered": (
        "integration/test_lifecycle_topology.py::test_a_large_gateway_is_waited_for"
    ),
    "ListRule's Total is one of pages, or of rules": (
        "unit/client/test_paging.py::test_pages_without_total_end_at_partial_page"
    ),
    "the last consumer group of a subscription cannot be removed": (
        "integration/test_lifecycle_subscription.py::test_the_life_of_a_subscription_over_amqp"
    ),
    "a rule needs its SQL before it starts": "integration/test_lifecycle_rule.py::test_the_life_of_a_rule",
    "a rule has ten actions at most": "integration/test_lifecycle_rule.py::test_more_than_a_rule_can_have",
    "a consumer group in use cannot be deleted": (
        "integration/test_lifecycle_consumer_group.py::test_a_group_in_use_cannot_be_deleted"
    ),
    "the default group can be neither changed nor deleted": (
        "integration/test_lifecycle_consumer_group.py::test_the_default_group_stays_as_it_is"
    ),
    "a device is in ten groups at most, and the reply says how many were left out, not which": (
        "unit/fleet/test_fleet.py::test_one_device_s_failure_is_its_own"
    ),
    "a firmware must be verified before a batch job": (
        "integration/test_lifecycle_ota_job.py::test_a_verification_that_is_waited_for"
    ),
    "an OTA job's times have limits of their own": "integration/test_lifecycle_ota_job.py::test_what_a_job_cannot_be",
    "CancelOTATaskByJob without flags cancels nothing": (
        "integration/test_lifecycle_ota_job.py::test_some_kinds_of_tasks"
    ),
    "upload forms hold for a minute": "unit/emulator/services/test_upload.py::test_a_form_holds_for_a_minute",
    "names beyond the limit of a batch are dropped in silence": (
        "integration/test_hazards.py::test_more_names_than_a_batch"
    ),
    "batch registration is asynchronous, twice": "unit/fleet/test_fleet.py::test_a_registration_whose_answer_was_lost",
    "states show up late in QueryDeviceByStatus": (
        "integration/test_device_facts.py::test_a_state_that_the_index_does_not_have_yet"
    ),
    "lists of devices end at the 10,000th without a token": (
        "unit/client/test_paging.py::test_numbered_pages_carry_token"
    ),
    "a search ends at the 10,000th": "unit/fleet/test_search.py::test_beyond_its_reach",
    "deep pages have a lower quota": "unit/client/test_rate_limit.py::test_deep_pages_have_separate_bucket",
    "ten desired properties a call": "integration/test_device_facts.py::test_ten_desired_properties_a_call",
}


@pytest.mark.parametrize("place", sorted(set(HAZARDS.values())))
def test_what_is_named_is_there(place):
    file, _mark, name = place.partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("net_type", ["wifi", "cellular", "ethernet", "other"])
def test_net_types_come_back(tasks, net_type):
    asked = {"name": "street_light", "node_type": "device", "net_type": net_type}
    assert tasks.run_ok("iot_product", **asked)["product"]["net_type"] == net_type
    tasks.assert_unchanged("iot_product", **asked)
    tasks.assert_fails(
        "iot_product", "^net_type of the product", **{**asked, "net_type": "wifi" if net_type != "wifi" else "other"}
    )


@pytest.mark.parametrize("operation", ["pub", "sub", "all"])
def test_operations_come_back(tasks, operation):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    asked = {"product": "street_light", "short_name": "user/report", "operation": operation}
    assert tasks.run_ok("iot_topic", **asked)["topic"]["operation"] == operation
    tasks.assert_unchanged("iot_topic", **asked)
    # The same topic, as it is read.
    tasks.assert_unchanged("iot_topic", product="street_light", short_name="report", operation=operation)


def test_a_rule_without_sql(tasks):
    made = tasks.run_ok("iot_rule", name="overheat", description="some day")
    assert made["rule"].get("topic_type") is None
    tasks.assert_unchanged("iot_rule", name="overheat", description="some day")


def test_more_names_than_a_batch(tasks):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    devices = [{"name": f"lamp-{number:05}"} for number in range(1_001)]
    tasks.pop_writes()
    made = tasks.run_ok("iot_devices", product="street_light", devices=devices)
    assert made["counts"]["created"] == 1_001
    assert tasks.pop_writes().count("BatchRegisterDeviceWithApplyId") == 2
    assert not tasks.run_ok("iot_devices", product="street_light", devices=devices)["changed"]
