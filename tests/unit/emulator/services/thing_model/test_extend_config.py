# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for extended descriptions of functions."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import (
    extend_config,
)
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.reading import FormatError, compact
from ansible_collections.iotops.aliyun.tests.unit.emulator.services.thing_model.format_samples import (
    with_change,
)

MODBUS = {
    "registerAddress": "0xFE",
    "operateType": "coilStatus",
    "writeFunctionCode": 15,
    "writeOnly": 1,
    "scaling": 0.1,
    "pollingTime": 1000,
    "trigger": 1,
    "bitMask": 32768,
    "originalDataType": {"type": "customized data", "specs": {"registerCount": 2, "swap": 0, "reverseRegister": 1}},
}
OPC_UA = {"displayName": "Action", "inputData": [{"identifier": "x", "index": 1}, {"identifier": "y", "index": 2}]}


def read_description(config, kind: str = "properties", protocol: str | None = "modbus"):
    return extend_config.read({"extendConfig": config}, kind, "on", protocol)


@pytest.mark.parametrize(
    ("config", "protocol"), [(MODBUS, "modbus"), (OPC_UA, "opc-ua"), ({"customize": {"any": [1]}}, "customize")]
)
def test_extended_description_is_read_from_object_or_json(config, protocol):
    assert read_description(config, protocol=protocol) == {"identifier": "on", **config}
    assert read_description(compact({"identifier": "on", **config}), protocol=protocol) == {
        "identifier": "on",
        **config,
    }
    for other in (None, "ble"):
        with pytest.raises(
            FormatError, match="is only for products with the gateway protocol modbus, opc-ua, customize"
        ):
            read_description(config, protocol=other)


@pytest.mark.parametrize("empty", [None, "", {}])
def test_empty_extended_description_is_none(empty):
    assert read_description(empty, protocol=None) is None


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("identifier", "off", "identifier must be one of on"),
        ("registerAddress", "FE", "registerAddress must be 0x0 to 0xFFFF"),
        ("registerAddress", "0x10000", "registerAddress must be 0x0 to 0xFFFF"),
        ("operateType", "coil", "operateType must be one of"),
        ("operateType", "inputStatus", "writeFunctionCode must be one of 0"),
        ("operateType", "holdingRegister", "writeFunctionCode must be one of 0, 6, 16"),
        ("writeFunctionCode", 16, "writeFunctionCode must be one of 0, 5, 6, 15"),
        ("writeFunctionCode", 0, "writeOnly must be 0 if"),
        ("writeOnly", 2, "writeOnly must be one of 0, 1"),
        ("scaling", 0, "scaling must be a number other than 0"),
        ("scaling", "1", "scaling must be a number other than 0"),
        ("pollingTime", 0, "pollingTime must be greater than 0"),
        ("trigger", 3, "trigger must be one of 1, 2"),
        ("bitMask", 3, "bitMask must be one of 1, 2, 4"),
        ("originalDataType.type", "int8", "extendConfig.originalDataType: type must be one of"),
        ("originalDataType.specs.swap", 2, "swap must be one of 0, 1"),
    ],
)
def test_invalid_modbus_description_is_rejected(path, value, message):
    with pytest.raises(FormatError) as caught:
        read_description(with_change(MODBUS, path, value))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("config", "kind", "protocol", "message"),
    [
        (5, "properties", "modbus", "extendConfig: must be an object"),
        ("{", "properties", "modbus", "is not JSON"),
        (MODBUS, "services", "modbus", "is only for properties if the protocol is Modbus"),
        ({"inputData": []}, "events", "opc-ua", "displayName is missing"),
        ({**OPC_UA, "outputData": [{"identifier": "x"}]}, "events", "opc-ua", "index is missing"),
        (
            {**OPC_UA, "outputData": [{"identifier": "x", "index": 1}, {"identifier": "y", "index": 1}]},
            "events",
            "opc-ua",
            "outputData contains a duplicate index",
        ),
        ({"identifier": "on"}, "events", "customize", "customize is missing"),
    ],
)
def test_invalid_extended_description_is_rejected(config, kind, protocol, message):
    with pytest.raises(FormatError) as caught:
        read_description(config, kind, protocol)
    assert message in str(caught.value)


def test_opc_ua_service_without_display_name_is_accepted():
    config = {"inputData": OPC_UA["inputData"]}
    assert read_description(config, "services", "opc-ua") == {"identifier": "on", **config}
