# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Wrong calls of every operation, made from what the API's data say of its parameters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.emulator.catalogue import ERRORS, OPERATIONS

from ..conftest import Running, flat, signed
from .calls import TABLES
from .steps import Call, as_sent, carry_out

#: Texts that are not of a type.
MALFORMED = {
    "integer": ("many", "1.5", "1e3", "0x10", "9" * 30),
    "boolean": ("maybe", "1", "yes"),
    "number": ("much", "1,5"),
    "object": ("{", "[]", "text"),
}

#: Parameters that mean something by its id, and an id that nothing has.
ABSENT = {
    "ActionId": 999999,
    "ApplyId": 999999,
    "BatchCode": "nothing0000000000",
    "CategoryKey": "nothing",
    "CheckProgressId": "999999",
    "ClientId": "nothing00000000000000000100",
    "ConsumerGroupId": "nothing00000000000000000100",
    "DataSourceId": 999999,
    "DataSourceItemId": 999999,
    "DestinationId": 999999,
    "DeviceName": "nothing-0001",
    "FileId": "nothing0000000000",
    "FirmwareId": "nothing0000000000030100",
    "GroupId": "nothing0000000000",
    "GwDeviceName": "nothing-0001",
    "GwIotId": "nothing0000000000000000100",
    "GwProductKey": "a1nothing00",
    "IotId": "nothing0000000000000000100",
    "JobCode": "nothing0000000000",
    "JobId": "nothing0000000000010001",
    "ModelVersion": "v9.9.9",
    "ModuleName": "nothing",
    "ParserId": 999999,
    "PeriodCode": "nothing0000000000",
    "ProductKey": "a1nothing00",
    "RuleId": 999999,
    "ScheduleCode": "nothing0000000000",
    "SoundCode": "nothing0000000000",
    "SourceModelVersion": "v9.9.9",
    "SourceProductKey": "a1nothing00",
    "SpeechCode": "nothing0000000000",
    "SuperGroupId": "nothing0000000000",
    "TargetProductKey": "a1nothing00",
    "TaskId": "nothing0000000000",
    "TopicId": "999999",
    "TunnelId": "nothing0-0000-0000-0000-000000000000",
    "UniMsgId": "999999",
}

#: Parameters that give a name to what a call makes, or are kept as they are written.
NEW = {
    ("BatchCheckDeviceNames", "DeviceNameList.DeviceName"),
    ("BatchCheckImportDevice", "DeviceList.DeviceName"),
    ("BatchImportDevice", "DeviceList.DeviceName"),
    ("CreateDataSourceItem", "DeviceName"),
    ("CreateDataSourceItem", "ProductKey"),
    ("CreateOTAModule", "ModuleName"),
    ("CreateProduct", "CategoryKey"),
    ("ImportDevice", "DeviceName"),
    ("PublishThingModel", "ModelVersion"),
    ("RegisterDevice", "DeviceName"),
}

_SEARCHED = {"IotInstanceId": "iot-cn-6ja1x"}
_NOBODY = {"IotId": "nothing0000000000000000100"}

#: Wrong calls on an empty account of operations of which the API's data do not say enough to make them.
OTHERS: list[tuple[str, dict[str, Any], str]] = [
    ("CreateConsumerGroup", {"GroupName": "?"}, "iot.consumer.group.InvalidConsumerGroupName"),
    ("CreateParser", {"Name": "?"}, "iot.common.InvalidFormattedParameter"),
    ("CreateParserDataSource", {"Name": "?"}, "iot.common.InvalidFormattedParameter"),
    ("CreateProductDistributeJob", {}, "iot.prod.NullProductKey"),
    ("DeleteDeviceDistributeJob", {}, "MissingJobId"),
    ("DeleteDeviceFile", {"FileId": "nothing"}, "iot.prod.NullProductKey"),
    ("DeleteDeviceFile", {"FileId": "nothing", **_NOBODY}, "iot.device.NotExistedDevice"),
    ("GenerateOTAUploadURL", {"FileSuffix": "exe"}, "iot.firmware.InvalidGenerateOTAUploadURLParam"),
    ("GenerateOTAUploadURL", {"FileSuffix": "."}, "iot.firmware.InvalidGenerateOTAUploadURLParam"),
    ("NotifyAddThingTopo", {}, "iot.prod.NullProductKey"),
    ("OpenIotService", {"OwnerId": 1}, "iot.common.InvalidTenant"),
    ("QueryDeviceBySQL", {"SQL": "SELECT * FROM device"}, "iot.common.APINotSupportedInInstance"),
    ("QueryDeviceBySQL", {"SQL": "SELECT * FROM user", **_SEARCHED}, "iot.devicesearch.InvalidSQLException"),
    ("QueryDeviceBySQL", {"SQL": "SELECT age FROM device", **_SEARCHED}, "iot.devicesearch.InvalidSQLFieldError"),
    ("QueryDeviceDistributeDetail", {}, "MissingJobId"),
    ("QueryDeviceDistributeJob", {}, "MissingJobId"),
    ("QueryDeviceFile", {"FileId": "nothing"}, "iot.prod.NullProductKey"),
    ("QueryDeviceFile", {"FileId": "nothing", **_NOBODY}, "iot.device.NotExistedDevice"),
    ("QueryDeviceStatistics", {"GroupId": "nothing0000000000"}, "iot.group.NotExistedGroup"),
    ("QueryTopicReverseRouteTable", {"Topic": "nonsense"}, "iot.messagebroker.InvalidFormattedTopicName"),
    ("QueryTopicRouteTable", {"Topic": "nonsense"}, "iot.messagebroker.InvalidFormattedTopicName"),
    ("RecognizeCarNum", {}, "MissingUrl"),
    ("RecognizeCarNum", {"Url": "data:image/png,nothing"}, "iot.common.IllegalFileFormat"),
    ("RecognizePictureGeneral", {"Url": "data:image/png,nothing"}, "iot.common.IllegalFileFormat"),
]

#: Operations that nobody can call wrongly but by the signature: they take an instance at most.
NEVER_WRONG = {"GenerateDeviceNameListURL", "GetSpeechVoice", "ListThingTemplates", "QueryLoRaJoinPermissions"}

#: Where a device that is not there is passed over: the reply tells of those that are, or the result does later.
PASSED_OVER = {
    ("BatchAddDeviceGroupRelations", "Device.DeviceName"),
    ("BatchAddDeviceGroupRelations", "Device.ProductKey"),
    ("BatchDeleteDeviceGroupRelations", "Device.DeviceName"),
    ("BatchDeleteDeviceGroupRelations", "Device.ProductKey"),
    ("BatchGetDeviceState", "DeviceName"),
    ("BatchGetDeviceState", "IotId"),
    ("BatchQueryDeviceDetail", "DeviceName"),
    ("CreateDeviceDistributeJob", "DeviceName"),
}

#: Codes for a page that there is not, where they are not the usual one.
WRONG_PAGE = {"GetThingTopo": "iot.device.QueryTopoRelationFailed"}

#: Codes that only the page of an operation has, and not the manual's list of all codes.
ON_A_PAGE = {"iot.speech.InvalidSpeechCodeList"}


def plausible(param: Any, count: int = 1) -> Any:
    """A value of a parameter's type."""
    if param.type == "list":
        if param.members:
            return [{name: plausible(member) for name, member in param.members.items()} for _number in range(count)]
        return [f"{number}" for number in range(1, count + 1)]
    if param.json:
        return "{}"
    if param.type == "object":
        return {name: plausible(member) for name, member in param.members.items()}
    return {"integer": 1, "boolean": True, "number": 1.5}.get(param.type, "something")


def required(operation: Any) -> dict[str, Any]:
    """A value for each parameter that an operation requires."""
    return {name: plausible(param) for name, param in operation.params.items() if param.required}


def post(server: Running, action: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """HTTP status and reply of a call whose parameters are too long for an address."""
    body = signed("POST", {"Action": action, **flat(params)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _headers, content = server.exchange("POST", "/", body, headers)
    return status, json.loads(content)


def pages_of(step: Any) -> Any:
    """How the operation of a step hands out pages, if it is a call and it does."""
    return isinstance(step, Call) and OPERATIONS[step.operation].pages


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_parameter_is_missing(name, server):
    given = required(OPERATIONS[name])
    for left_out in given:
        params = {other: value for other, value in given.items() if other != left_out}
        status, reply = server.call(name, **params)
        assert (status, reply["Code"]) == (400, f"Missing{left_out}")


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_value_is_not_of_its_type(name, server):
    for param in OPERATIONS[name].params.values():
        for text in MALFORMED.get(param.type, ()):
            status, reply = server.call(name, **{param.name: text})
            assert (status, reply["Code"]) == (400, "InvalidParameter"), (param.name, text)
            assert param.name in reply["Message"]


@pytest.mark.parametrize(("name", "params", "code"), OTHERS)
def test_other_wrong_calls(name, params, code, server):
    status, reply = server.call(name, **params)
    assert (status, reply["Code"]) == (400 if code.startswith("Missing") else 200, code)
    assert not reply.get("Success")


def test_every_operation_is_called_wrongly_twice():
    counts: Counter[str] = Counter(name for name, _params, _code in OTHERS)
    for name, operation in OPERATIONS.items():
        params = operation.params.values()
        counts[name] += sum(param.required for param in params) + len(operation.limits)
        counts[name] += sum(param.type in MALFORMED for param in params)
    for step in (step for steps in TABLES.values() for step in steps if isinstance(step, Call)):
        ids = [wrong for wrong, _params in with_absent(step.params)]
        counts[step.operation] += sum((step.operation, wrong) not in {*NEW, *PASSED_OVER} for wrong in ids)
    assert {name for name in OPERATIONS if counts[name] < 2} == NEVER_WRONG


def test_lists_that_are_too_long(server, snapshot):
    codes = {}
    for name in OPERATIONS:
        operation = OPERATIONS[name]
        for param, most in operation.limits.items():
            params = {**required(operation), param: plausible(operation.params[param], most + 1)}
            status, reply = post(server, name, params)
            assert (status, reply["Success"]) == (200, False), (name, param, reply)
            codes[f"{name} {param}"] = known(reply["Code"])
    snapshot("lists_too_long", codes)


@pytest.mark.parametrize("family", TABLES)
def test_ids_that_nothing_has(family, server, snapshot):
    """Before each call of a table, the same call with each of its ids exchanged for one that nothing has."""
    codes: dict[str, str] = {}

    def caller(operation: str, **params: Any) -> dict[str, Any]:
        for wrong, changed in with_absent(params):
            if (operation, wrong) in NEW:
                continue
            reply = one(server, operation, changed)
            if (operation, wrong) in PASSED_OVER:
                assert reply["Success"] is True, (operation, wrong, reply)
            else:
                assert reply["Success"] is False, (operation, wrong, reply)
                codes[f"{operation} {wrong}"] = known(reply["Code"])
        return one(server, operation, params)

    for step, params, reply in carry_out(TABLES[family], server, caller):
        assert reply.get("Success") is True, (step.operation, params, reply)
    if codes:
        snapshot(f"absent_ids/{family}", codes)


@pytest.mark.parametrize("family", [name for name in TABLES if any(pages_of(step) for step in TABLES[name])])
def test_pages_that_there_are_not(family, server):
    """Before each call of a table that reads a page, the same call for a larger one than there is, and for page 0."""

    def caller(operation: str, **params: Any) -> dict[str, Any]:
        pages = OPERATIONS[operation].pages
        wrong = {pages.size: pages.most + 1, pages.page: 0} if pages else {}
        for name, value in wrong.items():
            if isinstance(params.get(name), int):
                reply = one(server, operation, {**params, name: value})
                assert reply.get("Code") == WRONG_PAGE.get(operation, "iot.common.InvalidPageParams"), reply
        return one(server, operation, params)

    for step, params, reply in carry_out(TABLES[family], server, caller):
        assert reply.get("Success") is True, (step.operation, params, reply)


def one(server: Running, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """The reply of a call that comes through to the operation; objects travel as JSON."""
    status, reply = server.call(operation, **as_sent(params))
    assert status == 200, (operation, params, reply)
    return reply


def known(code: str) -> str:
    """An error code, which must be one of the manual's."""
    assert code in ERRORS or code in ON_A_PAGE, code
    return code


def with_absent(params: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The parameters of a call with one of its ids exchanged, and which that was; each in its turn."""
    for name, value in params.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for member in value[0]:
                if member in ABSENT:
                    yield f"{name}.{member}", {**params, name: [{**value[0], member: ABSENT[member]}, *value[1:]]}
        elif name in ABSENT:
            yield name, {**params, name: [str(ABSENT[name])] if isinstance(value, list) else ABSENT[name]}
