# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The words that options have, as the manual writes and reads them."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import declared

RESOURCES = {resource.kind: resource() for resource in declared()}

#: Words by field, each with how it is written and how it is read.
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
def test_words_are_written_and_read_as_the_manual_has_them(kind, name):
    field = RESOURCES[kind].field(name)
    given = field.type.argument.get("choices", [True, False])
    assert set(given) == set(WORDS[kind, name])
    for word, (written, read) in WORDS[kind, name].items():
        assert field.type.to_wire(word) == written, word
        for as_read in (read, str(read)):
            assert field.equal(field.type.from_wire(as_read), word), word
        others = {other for other in given if WORDS[kind, name][other][1] != read}
        assert not any(field.equal(field.type.from_wire(read), other) for other in others), word


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
def test_what_is_read_and_cannot_be_written(kind, name, wire, word):
    assert RESOURCES[kind].field(name).type.from_wire(wire) == word
