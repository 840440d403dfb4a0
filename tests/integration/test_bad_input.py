# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tasks with invalid options fail before any write, with a message that names the option and the remedy."""

from __future__ import annotations

import json

import pytest

PRODUCT = {"name": "street_light", "node_type": "device", "thing_model": True, "data_format": "alink"}
LAMP = {"product": "street_light", "name": "lamp-0001"}
TEMPERATURE = {"identifier": "t", "name": "t", "accessMode": "r", "dataType": {"type": "float", "specs": {}}}

#: Module, options, and a pattern that the message must match.
CASES = (
    ("iot_product", {**PRODUCT, "thing_model": "maybe"}, "thing_model.*bool"),
    ("iot_product", {**PRODUCT, "net_type": "pigeon"}, "net_type.*wifi.*pigeon"),
    ("iot_product", {**PRODUCT, "nmae": "x"}, "nmae"),
    ("iot_product", {**PRODUCT, "name": "灯" * 16}, "name.*4 to 30.*Chinese character counts as 2.*has 32"),
    ("iot_product", {**PRODUCT, "name": "street light"}, "name.*letters"),
    ("iot_product", {**PRODUCT, "tags": {"a b": "x"}}, "tags.*'a b'"),
    ("iot_product", {**PRODUCT, "tags": {"site": None}}, "tags.*'site'.*remove the key"),
    ("iot_product", {"name": "new_product"}, "node_type must be set to create the product"),
    (
        "iot_product",
        {**PRODUCT, "node_type": "gateway"},
        "node_type.*cannot be changed.*'device'.*'gateway'.*Create another product",
    ),
    ("iot_thing_model", {"product": "street_light", "tsl": "{"}, "tsl is not JSON"),
    (
        "iot_thing_model",
        {"product": "street_light", "tsl": {"properties": [{**TEMPERATURE, "accessMode": "x"}]}},
        r"tsl is invalid at properties\[0\].accessMode",
    ),
    ("iot_thing_model", {"product": "street_light", "tsl": {"properties": [TEMPERATURE] * 2}}, "t twice in properties"),
    ("iot_thing_model", {"product": "unknown", "published": True}, "the product unknown does not exist"),
    ("iot_topic", {"product": "street_light", "short_name": "user/a b", "operation": "pub"}, "short_name.*levels"),
    (
        "iot_topic",
        {"product": "unknown", "short_name": "user/a", "operation": "pub"},
        "the product unknown does not exist",
    ),
    ("iot_topic", {"product": "street_light", "short_name": "user/new"}, "operation must be set to create the topic"),
    ("iot_device", {"product": "street_light", "name": "x"}, "name must have 4 to 32 characters"),
    ("iot_device", {"product": "unknown", "name": "lamp-1"}, "the product unknown does not exist"),
    ("iot_device_group", {"name": "west_side", "super_group": "unknown"}, "the device group unknown does not exist"),
    (
        "iot_device_group",
        {"name": "west_side", "devices": [{"product": "street_light", "name": "lamp-1"}] * 2},
        "a device twice",
    ),
    (
        "iot_rule",
        {"name": "overheat", "state": "started"},
        "^product, short_topic, select must be set before a rule can be started",
    ),
    (
        "iot_rule",
        {"name": "overheat", "actions": [{"type": "amqp", "configuration": {}}]},
        "amqp.*'groupId' is a required property",
    ),
    ("iot_product", {**PRODUCT, "certificate_issuer": "others"}, "auth_type is secret has no certificates"),
    ("iot_device", {**LAMP, "gateway": {"name": "hub-west"}}, "gateway must have both product and name"),
    (
        "iot_thing_script",
        {"product": "street_light", "type": "php", "script": "x"},
        "does not use a custom data format",
    ),
    ("iot_topic_route", {"source": "user/report"}, "source has an invalid format: expected a custom topic of a device"),
    ("iot_topology", {"product": "street_light", "gateway": "hub-west"}, "the gateway hub-west does not exist"),
    ("iot_device_file", {"product": "street_light", "device": "lamp-0001", "name": "log.txt"}, "state"),
    (
        "iot_imported_devices",
        {"product": "street_light", "devices": [{"name": "meter-0001"}]},
        "device_secret must be set to import meter-0001",
    ),
    ("iot_lora_devices", {"product": "street_light", "devices": [{"dev_eui": "x", "pin_code": "x"}]}, "dev_eui must"),
    ("iot_device_reset", LAMP, "the device lamp-0001 does not exist"),
    ("iot_api", {"operation": "QueryProduct"}, "ProductKey must be given"),
    ("iot_api", {"operation": "QueryProduct", "params": {"Key": "x"}}, "unknown parameter Key.*ProductKey"),
    ("iot_api", {"operation": "Nonsense"}, "unknown operation Nonsense"),
    ("iot_product", {**PRODUCT, "access_key_secret": "wrong-secret"}, "SignatureDoesNotMatch.*access_key_secret"),
    ("iot_product", {**PRODUCT, "access_key_id": "unknown"}, "InvalidAccessKeyId.NotFound"),
    ("iot_product", {**PRODUCT, "endpoint": "http://127.0.0.1:9", "retries": 0}, "no response from http://127.0.0.1:9"),
    ("iot_product", {**PRODUCT, "endpoint": "ftp://x"}, "is not a valid endpoint"),
)


def test_task_with_invalid_options_fails_before_write(playbooks, tmp_path):
    playbooks.server.call(
        "CreateProduct", ProductName="street_light", NodeType=0, AliyunCommodityCode="iothub_senior", DataFormat=1
    )
    playbooks.pop_writes()
    tasks = []
    for module, options, message in CASES:
        tasks.append({f"iotops.aliyun.{module}": options, "register": "answer", "ignore_errors": True})
        # Messages can be wrapped and contain both kinds of quotes, so they are compared as one line.
        condition = f"answer.msg | regex_replace('\\s+', ' ') is search({json.dumps(message)})"
        tasks.append({"ansible.builtin.assert": {"that": ["answer is failed", "not answer.changed", condition]}})
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {
            "group/iotops.aliyun.iot": {
                "endpoint": "{{ endpoint }}",
                "access_key_id": "emulator-id",
                "access_key_secret": "emulator-secret-2018",
            }
        },
        "tasks": tasks,
    }
    playbook = tmp_path / "bad.yml"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    run = playbooks.run(playbook, "-vv")
    assert run.status == 0, run.output
    assert playbooks.pop_writes() == []
    assert "wrong-secret" not in run.output


EMPTY_REFERENCES = (
    ("iot_device", {"product": "", "name": "lamp-0001"}),
    ("iot_device", {"product": "", "name": "lamp-0001", "state": "absent"}),
    ("iot_device", {**LAMP, "groups": [""]}),
    ("iot_device_group", {"name": "west_side", "devices": [{"product": "", "name": ""}]}),
    ("iot_devices", {"product": "", "devices": [{"name": "lamp-0001"}]}),
    ("iot_devices", {"product": "street_light", "devices": [{"name": "lamp-0001", "groups": [""]}]}),
    ("iot_topic", {"product": "", "short_name": "user/a", "operation": "pub"}),
    ("iot_topic", {"product": "", "short_name": "user/a", "state": "absent"}),
    ("iot_thing_model", {"product": "", "functions": {}}),
    ("iot_thing_script", {"product": "", "type": "javascript", "script": "function a() {}"}),
    ("iot_subscription", {"product": "", "type": "amqp", "state": "absent"}),
    ("iot_shadow", {"product": "", "device": "lamp-0001", "desired": {}}),
    ("iot_shadow", {"product": "street_light", "device": "", "desired": {}}),
    ("iot_ota_module", {"product": "", "name": "mcu"}),
    ("iot_topology", {"product": "street_light", "gateway": "", "devices": []}),
)


@pytest.mark.parametrize(("module", "options"), EMPTY_REFERENCES)
def test_empty_reference_fails_before_write(tasks, module, options):
    tasks.run_ok("iot_product", **PRODUCT)
    tasks.run_ok("iot_device", **LAMP)
    tasks.assert_fails(module, "is empty|must have", **options)
