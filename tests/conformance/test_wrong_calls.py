# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Wrong calls of every operation, made from what the API's data say of its parameters."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.emulator.core.catalogue import ERRORS, OPERATIONS

from ..conftest import EmulatorProcess, flatten, signed_query
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

#: The same for those whose ids are texts, with a text that can be no id.
NO_ID = {name: "?!" for name, value in ABSENT.items() if isinstance(value, str)}

#: Parameters that give a name to what a call makes, or are kept as they are written.
NEW = {
    ("BatchCheckDeviceNames", "DeviceNameList.DeviceName"),
    ("BatchCheckImportDevice", "DeviceList.DeviceName"),
    ("BatchImportDevice", "DeviceList.DeviceName"),
    ("CreateOTAModule", "ModuleName"),
    ("ImportDevice", "DeviceName"),
    ("PublishThingModel", "ModelVersion"),
    ("RegisterDevice", "DeviceName"),
}

_SEARCHED = {"IotInstanceId": "iot-cn-6ja1x"}
_NOBODY = {"IotId": "nothing0000000000000000100"}
_GROUP = {"GroupName": "lamps", "DynamicGroupExpression": 'name = "lamp"', **_SEARCHED}
_JOB = {"JobName": "dim", "JobDocument": "{}", "TargetConfig": "{}", "Type": "CUSTOM_JOB"}
_DAYS = {"Name": "May", "StartDate": "2030-05-01", "EndDate": "2030-05-31"}

#: Wrong calls on an empty account of operations of which the API's data do not say enough to make them.
OTHERS: list[tuple[str, dict[str, Any], str]] = [
    ("CreateConsumerGroup", {"GroupName": "?"}, "iot.consumer.group.InvalidConsumerGroupName"),
    ("CreateDestination", {"Name": "a", "Type": "NOTHING", "Configuration": "{}"}, "iot.rule.IncorrentRuleActionType"),
    (
        "CreateDestination",
        {"Name": "a", "Type": "MNS", "Configuration": "?"},
        "iot.ruleng.RuleActionConfigurationsNotJson",
    ),
    ("CreateDeviceDynamicGroup", {**_GROUP, "GroupName": "?"}, "iot.group.InvalidGroupName"),
    (
        "CreateDeviceDynamicGroup",
        {**_GROUP, "DynamicGroupExpression": "age = 1"},
        "iot.devicesearch.InvalidSQLFieldError",
    ),
    ("CreateJob", {**_JOB, "JobName": "?"}, "iot.job.ParamsError"),
    ("CreateJob", {**_JOB, "Type": "NOTHING"}, "iot.job.ParamsError"),
    ("CreateParser", {"Name": "?"}, "iot.common.InvalidFormattedParameter"),
    ("CreateParserDataSource", {"Name": "?"}, "iot.common.InvalidFormattedParameter"),
    ("CreateProductDistributeJob", {}, "iot.prod.NullProductKey"),
    ("CreateSoundCode", {"Duration": 0, "SoundCodeContent": "a"}, "iot.common.InvalidFormattedParameter"),
    ("CreateSoundCode", {"Duration": 2, "SoundCodeContent": "a" * 101}, "iot.common.InvalidFormattedParameter"),
    ("CreateSoundCodeSchedule", {**_DAYS, "Name": "a" * 65}, "iot.common.InvalidFormattedParameter"),
    ("CreateSoundCodeSchedule", {**_DAYS, "EndDate": "2000-01-01"}, "iot.check.ParametersNotLessThanMax"),
    ("CreateSpeech", {"ProjectCode": "?", "Voice": "aixia"}, "iot.tcloud.ProjectNotFound"),
    ("CreateSpeech", {"ProjectCode": "a", "Voice": "nobody"}, "iot.common.InvalidFormattedParameter"),
    ("DeleteDeviceDistributeJob", {}, "MissingJobId"),
    ("DeleteDeviceFile", {"FileId": "nothing"}, "iot.prod.NullProductKey"),
    ("DeleteDeviceFile", {"FileId": "nothing", **_NOBODY}, "iot.device.NotExistedDevice"),
    ("DeleteTopicRouteTable", {"SrcTopic": "?", "DstTopic": ["?"]}, "iot.messagebroker.InvalidFormattedSrcTopicName"),
    ("GenerateFileUploadURL", {"FileSuffix": "tsl", "BizCode": "NOTHING"}, "iot.common.IllegalFileBizCode"),
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
    ("TestSpeech", {"ProjectCode": "?", "Voice": "aixia"}, "iot.tcloud.ProjectNotFound"),
    ("TestSpeech", {"ProjectCode": "a", "Voice": "nobody"}, "iot.common.InvalidFormattedParameter"),
    ("TransformClientId", {**_NOBODY, "ClientId": "somebody"}, "iot.device.NotExistedDevice"),
]

#: Operations that nobody can call wrongly but by the signature: they take an instance at most, and every instance is
#: the account's.
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

#: Where a name that a device cannot have is told in the result of a check, and is no error.
TOLD_LATER = {("BatchCheckImportDevice", "DeviceList.DeviceName")}

#: Codes for a page that there is not, where they are not the usual one.
WRONG_PAGE = {"GetThingTopo": "iot.device.QueryTopoRelationFailed"}


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


def post(server: EmulatorProcess, action: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """HTTP status and reply of a call whose parameters are too long for an address."""
    body = signed_query("POST", {"Action": action, **flatten(params)}).encode()
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
    assert (status, reply["Code"]) == (400 if is_missing(code) else 200, code)
    assert not reply.get("Success")


def test_every_operation_is_called_wrongly_twice():
    """At least twice, and once so that the service itself must say no, and not what stands before it."""
    calls = {name: {*before_the_service(name), *by_the_service(name)} for name in OPERATIONS}
    assert {name for name, ways in calls.items() if len(ways) < 2} == NEVER_WRONG
    assert {name for name in OPERATIONS if not by_the_service(name)} == NEVER_WRONG
    takes = {name: set(OPERATIONS[name].params) for name in NEVER_WRONG}
    assert {name: params <= {"IotInstanceId"} for name, params in takes.items()} == dict.fromkeys(NEVER_WRONG, True)


def before_the_service(name: str) -> set[tuple[str, str]]:
    """The ways in which the tests here call an operation wrongly that its parameters alone give away."""
    params = OPERATIONS[name].params.values()
    ways = {("missing", param.name) for param in params if param.required}
    ways |= {("type", param.name) for param in params if param.type in MALFORMED}
    return ways | {("other", str(given)) for operation, given, code in OTHERS if operation == name and is_missing(code)}


def by_the_service(name: str) -> set[tuple[str, str]]:
    """The ways in which the tests here call an operation wrongly that only the service can tell."""
    ways = {("other", str(given)) for operation, given, code in OTHERS if operation == name and not is_missing(code)}
    ways |= {("list", param) for param in OPERATIONS[name].limits}
    for step in (step for steps in TABLES.values() for step in steps if isinstance(step, Call)):
        if step.operation == name:
            absent = {wrong for wrong, _params in with_wrong_id(step.params, ABSENT)}
            malformed = {wrong for wrong, _params in with_wrong_id(step.params, NO_ID)}
            ways |= {("absent", wrong) for wrong in absent if (name, wrong) not in NEW | PASSED_OVER}
            ways |= {("malformed", wrong) for wrong in malformed if (name, wrong) not in TOLD_LATER | PASSED_OVER}
            ways |= {("page", param) for param in wrong_page(name, step.params)}
    return ways


def is_missing(code: str) -> bool:
    """Whether an error code says that a parameter is missing."""
    return code.startswith("Missing")


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
    codes = refusals(family, server, ABSENT, PASSED_OVER, NEW, statuses=(200,))
    if codes:
        snapshot(f"absent_ids/{family}", codes)


@pytest.mark.parametrize("family", TABLES)
def test_ids_that_are_none(family, server, snapshot):
    """The same with ids that nothing could have, where an id is a text; some are refused before the operation."""
    codes = refusals(family, server, NO_ID, PASSED_OVER | TOLD_LATER, statuses=(200, 400))
    if codes:
        snapshot(f"malformed_ids/{family}", codes)


def refusals(
    family: str,
    server: EmulatorProcess,
    ids: dict[str, Any],
    passed_over: Collection[tuple[str, str]],
    left_out: Collection[tuple[str, str]] = (),
    *,
    statuses: tuple[int, ...],
) -> dict[str, str]:
    """The codes by which calls of a table are refused where each of their ids is exchanged for one of ``ids``.

    ``passed_over`` are ids that the platform takes all the same, ``left_out`` those that it takes for new ones.
    """
    codes: dict[str, str] = {}

    def caller(operation: str, **params: Any) -> dict[str, Any]:
        for wrong, changed in with_wrong_id(params, ids):
            if (operation, wrong) in left_out:
                continue
            status, reply = server.call(operation, **as_sent(changed))
            assert status in statuses, (operation, wrong, reply)
            if (operation, wrong) in passed_over:
                assert reply["Success"] is True, (operation, wrong, reply)
            else:
                assert status == 400 or reply["Success"] is False, (operation, wrong, reply)
                codes[f"{operation} {wrong}"] = known(reply["Code"])
        return one(server, operation, params)

    for step, params, reply in carry_out(TABLES[family], server, caller):
        assert reply.get("Success") is True, (step.operation, params, reply)
    return codes


@pytest.mark.parametrize("family", [name for name in TABLES if any(pages_of(step) for step in TABLES[name])])
def test_pages_that_there_are_not(family, server):
    """Before each call of a table that reads a page, the same call for a larger one than there is, and for page 0."""

    def caller(operation: str, **params: Any) -> dict[str, Any]:
        for name, value in wrong_page(operation, params).items():
            reply = one(server, operation, {**params, name: value})
            assert reply.get("Code") == WRONG_PAGE.get(operation, "iot.common.InvalidPageParams"), reply
        return one(server, operation, params)

    for step, params, reply in carry_out(TABLES[family], server, caller):
        assert reply.get("Success") is True, (step.operation, params, reply)


def one(server: EmulatorProcess, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """The reply of a call that comes through to the operation; objects travel as JSON."""
    status, reply = server.call(operation, **as_sent(params))
    assert status == 200, (operation, params, reply)
    return reply


def known(code: str) -> str:
    """An error code, which must be one of the manual's."""
    assert code in ERRORS, code
    return code


def wrong_page(operation: str, params: dict[str, Any]) -> dict[str, int]:
    """Values for those of a call's parameters that ask for a page, each of which asks for one that there is not."""
    pages = OPERATIONS[operation].pages
    wrong = {pages.size: pages.max_size + 1, pages.page: 0} if pages else {}
    return {name: value for name, value in wrong.items() if isinstance(params.get(name), int)}


def with_wrong_id(params: dict[str, Any], wrong: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The parameters of a call with one of its ids exchanged, and which that was; each in its turn."""
    for name, value in params.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for member in value[0]:
                if member in wrong:
                    yield f"{name}.{member}", {**params, name: [{**value[0], member: wrong[member]}, *value[1:]]}
        elif name in wrong:
            yield name, {**params, name: [str(wrong[name])] if isinstance(value, list) else wrong[name]}
