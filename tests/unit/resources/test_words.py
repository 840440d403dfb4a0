# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The choices of options, and the values that the platform takes and returns for them."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import declared_resources

RESOURCES = {resource.kind: resource() for resource in declared_resources()}

#: The choices by field, each with the value in requests and the value in responses.
WORDS = {
    ("product", "node_type"): {"device": (0, 0), "gateway": (1, 1)},
    ("product", "thing_model"): {True: ("iothub_senior", "iothub_senior"), False: (None, "iothub")},
    ("product", "data_format"): {"custom": (0, 0), "alink": (1, 1)},
    ("product", "net_type"): {
        "wifi": ("WIFI", 3),
        "cellular": ("CELLULAR", 6),
        "ethernet": ("ETHERNET", 7),
        "other": ("OTHER", 8),
        "lora": ("LORA", 8),
    },
    ("product", "auth_type"): {word: (word, word) for word in ("secret", "id2", "x509")},
    ("product", "protocol_type"): {
        "modbus": ("modbus", "modbus"),
        "opc_ua": ("opc-ua", "opc-ua"),
        "customize": ("customize", "customize"),
        "ble": ("ble", "ble"),
        "zigbee": ("zigbee", "zigbee"),
    },
    ("product", "validate_type"): {"weak": (1, 1), "none": (2, 2)},
    ("product", "status"): {
        "development": ("DEVELOPMENT_STATUS", "DEVELOPMENT_STATUS"),
        "released": ("RELEASE_STATUS", "RELEASE_STATUS"),
    },
    ("device", "status"): {word: (word.upper(), word.upper()) for word in ("online", "offline", "unactive", "disable")},
    ("device", "node_type"): {"device": (0, 0), "gateway": (1, 1)},
    ("rule", "topic_type"): {"system": (0, 0), "custom": (1, 1), "status": (2, 2)},
    ("rule", "status"): {"started": ("RUNNING", "RUNNING"), "stopped": ("STOP", "STOP")},
    ("rule", "data_type"): {"json": ("JSON", "JSON"), "binary": ("BINARY", "BINARY")},
    ("topic", "operation"): {"pub": ("PUB", 0), "sub": ("SUB", 1), "all": ("ALL", 2)},
    ("destination", "type"): {
        word: (word.upper(), word.upper()) for word in ("republish", "amqp", "datahub", "ons", "mns", "fc", "ots")
    },
    ("parser", "status"): {"started": ("RUNNING", "RUNNING"), "stopped": ("STOP", "STOP")},
    ("subscription", "type"): {"amqp": ("AMQP", "AMQP"), "mns": ("MNS", "MNS")},
}


@pytest.mark.parametrize(("kind", "name"), WORDS)
def test_choice_is_converted_as_documented(kind, name):
    field = RESOURCES[kind].field(name)
    choices = field.type.argument.get("choices", [True, False])
    assert set(choices) == set(WORDS[kind, name])
    for word, (request_value, response_value) in WORDS[kind, name].items():
        assert field.type.to_wire(word) == request_value, word
        for value in (response_value, str(response_value)):
            assert field.equal(field.type.from_wire(value), word), word
        others = {other for other in choices if WORDS[kind, name][other][1] != response_value}
        assert not any(field.equal(field.type.from_wire(response_value), other) for other in others), word


@pytest.mark.parametrize(
    ("kind", "name", "wire", "word"),
    [
        ("product", "validate_type", 0, "strong"),
        ("product", "net_type", 99, "99"),
        ("destination", "type", "REUBLISH", "republish"),
        ("destination", "type", "TSDB", "tsdb"),
        ("parser", "status", "ABNORMAL", "abnormal"),
        ("rule", "topic_type", -1, None),
        ("rule", "topic_type", None, None),
    ],
)
def test_response_value_without_choice_is_converted(kind, name, wire, word):
    assert RESOURCES[kind].field(name).type.from_wire(wire) == word
