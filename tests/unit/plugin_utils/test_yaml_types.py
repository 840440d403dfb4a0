# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Warnings about text that YAML has turned into another type."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
import yaml

from ansible_collections.iotops.aliyun.plugins import modules
from ansible_collections.iotops.aliyun.plugins.plugin_utils.yaml_types import (
    MAPPINGS,
    NAMES,
    NUMBERS,
    conversion_warnings,
)

SPEC = {
    "name": {"type": "str"},
    "description": {"type": "str"},
    "job_id": {"type": "str"},
    "groups": {"type": "list", "elements": "str"},
    "tags": {"type": "dict"},
    "properties_of_device": {"type": "dict"},
    "count": {"type": "int"},
    "ratio": {"type": "float"},
    "enabled": {"type": "bool"},
    "state": {"type": "str", "choices": ["present", "absent"]},
    "gray_percent": {"type": "str"},
    "pin_code": {"type": "str", "no_log": True},
    "file": {"type": "path"},
    "model": {"type": "raw"},
    "gateway": {"type": "dict", "options": {"name": {"type": "str"}}},
    "devices": {
        "type": "list",
        "elements": "dict",
        "options": {"name": {"type": "str"}, "tags": {"type": "dict"}, "groups": {"type": "list", "elements": "str"}},
    },
}

#: The options with text in which integers are common: descriptions and other texts, IDs and versions.
OTHER_TEXTS = {
    "batch_code",
    "category",
    "category_key",
    "code",
    "content",
    "content_type",
    "correlation_data",
    "data_source_id",
    "description",
    "destination_id",
    "device_secret",
    "end_date",
    "expression",
    "fields",
    "file_id",
    "firmware_id",
    "gray_percent",
    "group_id",
    "id",
    "iot_ids",
    "job",
    "job_code",
    "job_id",
    "join_permission",
    "join_permission_id",
    "kind",
    "message_id",
    "operation",
    "parser_id",
    "payload",
    "payload_base64",
    "prune_named",
    "purge_limit",
    "reason",
    "resource_group_id",
    "response_topic",
    "schedule_code",
    "schedule_finish_time",
    "schedule_time",
    "script",
    "script_draft",
    "select",
    "short_topic",
    "slice",
    "sound_code",
    "source_instance_id",
    "source_version",
    "source_versions",
    "speech_code",
    "speech_id",
    "start_date",
    "target_aliyun_id",
    "target_instance_id",
    "target_instance_ids",
    "target_uid",
    "task_id",
    "task_ids",
    "text",
    "tunnel_id",
    "udi",
    "until",
    "url",
    "version",
    "version_description",
    "voice",
    "where",
}


def warned(text: str) -> dict:
    return conversion_warnings(SPEC, yaml.safe_load(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("name: 012345", "number 5349"),
        ("name: 10:11:22", "number 36682"),
        ("name: 7", "number 7"),
        ("name: yes", "boolean true"),
        ("name: 1.10", "number 1.1"),
        ("name: 2001-12-14t21:59:43Z", "time 2001-12-14 21:59:43"),
        ("description: off", "boolean false"),
        ("description: 1.50", "number 1.5"),
        ("job_id: 1.50", "number 1.5"),
        ("groups: [west, 0777]", "number 511"),
        ("groups: 0777", "number 511"),
        ("tags: {site: on}", "boolean true"),
        ("tags: {on: site}", "boolean true"),
        ("tags: {width: 1.50}", "number 1.5"),
        ("gateway: {name: 0777}", "number 511"),
        ("devices: [{name: lamp}, {name: 0777}]", "number 511"),
        ("devices: [{name: lamp, tags: {site: no}}]", "boolean false"),
        ("devices: [{name: lamp, groups: [0777]}]", "number 511"),
    ],
)
def test_converted_text_is_warned_about(text, value):
    [(path, message)] = list(warned(text).items())
    option = text.partition(":")[0]
    assert path.split(".")[0] == option
    assert message.startswith(f"{path} takes text, but received the {value}")
    assert "Quote the value" in message


@pytest.mark.parametrize(
    "text",
    [
        "name: '012345'",
        "name: lamp-0001",
        "name: 2030-01-31",
        "name:",
        "description: 7",
        "job_id: 100000",
        "tags: {row: 7, 8: x, day: 2030-01-31}",
        "properties_of_device: {on: yes, level: 1.5}",
        "count: 012",
        "ratio: 1.50",
        "enabled: yes",
        "state: no",
        "gray_percent: 12.5",
        "model: {a: yes}",
        "unknown: 012",
        "devices: [7, yes]",
    ],
)
def test_other_values_are_not_warned_about(text):
    assert warned(text) == {}


def test_each_option_is_warned_about_once():
    found = warned("{name: 012, devices: [{name: 013}, {name: 014}], tags: {a: yes, b: no}}")
    assert list(found) == ["name", "devices.name", "tags"]
    assert "number 11:" in found["devices.name"]


def test_secret_is_not_shown():
    [message] = list(warned("pin_code: 0123").values())
    assert message.startswith("pin_code takes text, but received a number: ")
    assert "83" not in message


def test_value_that_is_not_a_dictionary_has_no_warnings():
    assert conversion_warnings(SPEC, None) == {}


def options(spec: dict, path: str = ""):
    for name, option in spec.items():
        yield name, option
        yield from options(option.get("options", {}))


def test_text_options_of_all_modules_are_classified():
    texts, mappings = set(), set()
    for found in pkgutil.iter_modules(modules.__path__):
        for name, option in options(importlib.import_module(f"{modules.__name__}.{found.name}").ENTRY.options()):
            kind = option.get("elements", "str") if option.get("type") == "list" else option.get("type", "str")
            if kind == "str" and "choices" not in option:
                texts.add(name)
            elif kind == "dict" and "options" not in option:
                mappings.add(name)
    assert not NAMES & OTHER_TEXTS
    assert texts - NAMES == OTHER_TEXTS
    assert NAMES - texts == {"profile"}  # an option of the connection
    assert texts >= NUMBERS
    assert mappings >= MAPPINGS
