# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hazards of the API, and the tests that fail if the collection does not handle them.

``HAZARDS`` lists them. Hazards that belong to no other file are tested here.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]

#: The hazard, and the test for it: a file and a function.
HAZARDS = {
    "NetType is written as a word and read as a number": (
        "integration/test_hazards.py::test_product_net_type_is_returned_as_given"
    ),
    "a topic's operation is written as a word and read as a number": (
        "integration/test_hazards.py::test_topic_operation_is_returned_as_given"
    ),
    "a topic is written with its short name and read with its full name": (
        "unit/resources/topic/test_topic.py::test_short_name_is_returned_with_user_level"
    ),
    "TopicType is -1 while a rule has no SQL": "integration/test_hazards.py::test_rule_without_sql_has_no_topic_type",
    "the platform adds members to the configuration of a rule action": (
        "integration/test_lifecycle_rule.py::test_rule_action_of_each_type_is_created_changed_and_deleted"
    ),
    "a thing model is returned with derived members and in another order": (
        "integration/test_lifecycle_thing_model.py::test_thing_model_with_every_data_type_is_returned_as_given"
    ),
    "TSL and ThingModelJson are two formats of one model": (
        "integration/test_lifecycle_thing_model.py::test_thing_model_in_each_format_is_unchanged"
    ),
    "a Chinese character counts as 2 in a product's name and as 1 in its description": (
        "integration/test_lifecycle_product.py::test_product_with_longest_name_and_description_is_created"
    ),
    "ApplyId is a number in one response and a text in another": (
        "unit/resources/device_set/test_failures.py::test_apply_id_as_string_is_accepted"
    ),
    "UpdateProduct changes only the name and the description": (
        "integration/test_lifecycle_product.py::test_product_lifecycle"
    ),
    "a rule action has no name": (
        "integration/test_lifecycle_rule.py::test_rule_action_of_each_type_is_created_changed_and_deleted"
    ),
    "a firmware cannot be changed": (
        "integration/test_lifecycle_ota_firmware.py::test_firmware_immutable_option_change_fails_before_write"
    ),
    "no operation finds an OTA job by its name": (
        "integration/test_lifecycle_ota_job.py::test_ota_jobs_with_filters_are_returned"
    ),
    "the thing model of a released product cannot be changed": (
        "integration/test_lifecycle_thing_model.py::test_thing_model_of_released_product_is_changed_in_development"
    ),
    "DeleteThingModel may delete the whole model": (
        "integration/test_lifecycle_thing_model.py::test_thing_model_delete_with_lost_response_deletes_nothing_else"
    ),
    "RemoveThingTopo on a gateway removes all of its sub-devices": (
        "integration/test_lifecycle_topology.py::test_topology_clear_keeps_other_gateways"
    ),
    "BatchAddThingTopo moves a sub-device of another gateway without an error": (
        "integration/test_lifecycle_topology.py::test_topology_with_device_of_other_gateway_needs_move"
    ),
    "BatchAddThingTopo accepts ten devices and rolls back all of them on failure": (
        "integration/test_lifecycle_topology.py::test_topology_above_ten_devices_is_split_into_calls"
    ),
    "changes of a gateway with many sub-devices continue after the response": (
        "integration/test_lifecycle_topology.py::test_large_gateway_change_waits_for_platform_job"
    ),
    "the Total of ListRule is the number of pages or of rules": (
        "unit/client/test_paging.py::test_pages_without_total_end_at_partial_page"
    ),
    "the last consumer group of a subscription cannot be removed": (
        "integration/test_lifecycle_subscription.py::test_amqp_subscription_lifecycle"
    ),
    "a rule needs SQL before it can be started": "integration/test_lifecycle_rule.py::test_rule_lifecycle",
    "a rule can have at most ten actions": (
        "integration/test_lifecycle_rule.py::test_rule_with_too_many_or_duplicate_actions_fails_before_write"
    ),
    "a consumer group in use cannot be deleted": (
        "integration/test_lifecycle_consumer_group.py::test_consumer_group_in_use_deletion_fails"
    ),
    "the default consumer group cannot be changed or deleted": (
        "integration/test_lifecycle_consumer_group.py::test_default_consumer_group_change_or_deletion_fails"
    ),
    "a device can be in at most ten groups, and the response has the number of failures but not the devices": (
        "unit/resources/device_set/test_failures.py::test_failure_of_one_device_does_not_stop_other_devices"
    ),
    "a firmware must be verified before a batch job": (
        "integration/test_lifecycle_ota_job.py::test_ota_verify_job_with_wait_verifies_firmware"
    ),
    "the times of an OTA job have separate limits": (
        "integration/test_lifecycle_ota_job.py::test_ota_job_with_invalid_options_fails_before_write"
    ),
    "CancelOTATaskByJob without flags cancels nothing": (
        "integration/test_lifecycle_ota_job.py::test_ota_job_cancel_with_task_statuses_cancels_these_only"
    ),
    "upload forms expire after one minute": (
        "unit/emulator/services/ota/test_upload.py::test_upload_form_expires_after_a_minute"
    ),
    "device names beyond the batch limit are ignored without an error": (
        "integration/test_hazards.py::test_devices_above_batch_limit_are_split_into_batches"
    ),
    "batch registration has two asynchronous steps": (
        "unit/resources/device_set/test_failures.py::test_registration_with_lost_response_creates_devices_once"
    ),
    "QueryDeviceByStatus returns status changes with a delay": (
        "integration/test_device_facts.py::test_devices_filtered_by_indexed_status_lag_behind"
    ),
    "lists of devices end at the 10,000th device without a token": (
        "unit/client/test_paging.py::test_numbered_pages_carry_token"
    ),
    "a search ends at the 10,000th device": (
        "unit/resources/device_set/test_search.py::test_search_above_limit_finds_each_device"
    ),
    "deep pages have a lower quota": "unit/client/test_rate_limit.py::test_deep_pages_have_separate_bucket",
    "SetDeviceDesiredProperty accepts ten properties": (
        "integration/test_lifecycle_device.py::test_desired_properties_above_ten_are_split_into_calls"
    ),
}


@pytest.mark.parametrize("place", sorted(set(HAZARDS.values())))
def test_hazard_names_existing_test(place):
    file, _mark, name = place.partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("net_type", ["wifi", "cellular", "ethernet", "other"])
def test_product_net_type_is_returned_as_given(tasks, net_type):
    asked = {"name": "street_light", "node_type": "device", "net_type": net_type}
    assert tasks.run_ok("iot_product", **asked)["product"]["net_type"] == net_type
    tasks.assert_unchanged("iot_product", **asked)
    tasks.assert_fails(
        "iot_product", "^net_type of the product", **{**asked, "net_type": "wifi" if net_type != "wifi" else "other"}
    )


@pytest.mark.parametrize("operation", ["pub", "sub", "all"])
def test_topic_operation_is_returned_as_given(tasks, operation):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    asked = {"product": "street_light", "short_name": "user/report", "operation": operation}
    assert tasks.run_ok("iot_topic", **asked)["topic"]["operation"] == operation
    tasks.assert_unchanged("iot_topic", **asked)
    # The same topic in the form that the platform returns.
    tasks.assert_unchanged("iot_topic", product="street_light", short_name="report", operation=operation)


def test_rule_without_sql_has_no_topic_type(tasks):
    created = tasks.run_ok("iot_rule", name="overheat", description="some day")
    assert created["rule"].get("topic_type") is None
    tasks.assert_unchanged("iot_rule", name="overheat", description="some day")


def test_devices_above_batch_limit_are_split_into_batches(tasks):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    devices = [{"name": f"lamp-{number:05}"} for number in range(1_001)]
    tasks.pop_writes()
    created = tasks.run_ok("iot_devices", product="street_light", devices=devices)
    assert created["counts"]["created"] == 1_001
    assert tasks.pop_writes().count("BatchRegisterDeviceWithApplyId") == 2
    assert not tasks.run_ok("iot_devices", product="street_light", devices=devices)["changed"]
