# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test invalid calls of every operation, derived from the parameters in the API data."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.emulator.core.catalogue import ERRORS, OPERATIONS

from ..conftest import EmulatorProcess, flatten, signed_query
from .calls import TABLES
from .steps import Call, run_steps, to_request_params

#: Texts that cannot be parsed as a type.
MALFORMED = {
    "integer": ("many", "1.5", "1e3", "0x10", "9" * 30),
    "boolean": ("maybe", "1", "yes"),
    "number": ("much", "1,5"),
    "object": ("{", "[]", "text"),
}

#: Parameters that contain the id of a resource, with an id that does not exist.
MISSING_IDS = {
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

#: The same for string ids, with a string that is not a valid id.
MALFORMED_IDS = {name: "?!" for name, value in MISSING_IDS.items() if isinstance(value, str)}

#: Parameters that name a new resource, or that are stored unchecked.
NEW_NAMES = {
    ("BatchCheckDeviceNames", "DeviceNameList.DeviceName"),
    ("BatchCheckImportDevice", "DeviceList.DeviceName"),
    ("BatchImportDevice", "DeviceList.DeviceName"),
    ("CreateOTAModule", "ModuleName"),
    ("ImportDevice", "DeviceName"),
    ("PublishThingModel", "ModelVersion"),
    ("RegisterDevice", "DeviceName"),
}

_INSTANCE = {"IotInstanceId": "iot-cn-6ja1x"}
_MISSING_DEVICE = {"IotId": "nothing0000000000000000100"}
_GROUP = {"GroupName": "lamps", "DynamicGroupExpression": 'name = "lamp"', **_INSTANCE}
_JOB = {"JobName": "dim", "JobDocument": "{}", "TargetConfig": "{}", "Type": "CUSTOM_JOB"}
_SCHEDULE = {"Name": "May", "StartDate": "2030-05-01", "EndDate": "2030-05-31"}

#: Invalid calls on an empty account that cannot be derived from the API data.
OTHER_INVALID_CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("CreateConsumerGroup", {"GroupName": "?"}, "iot.consumer.group.InvalidConsumerGroupName"),
    ("CreateDestination", {"Name": "a", "Type": "NOTHING", "Configuration": "{}"}, "iot.rule.IncorrentRuleActionType"),
    (
        "CreateDestination",
        {"Name": "a", "Type": "MNS", "Configuration": "?"},
        "iot.ruleng.RuleActionConfigurationIsNotJson",
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
    ("CreateSoundCodeSchedule", {**_SCHEDULE, "Name": "a" * 65}, "iot.common.InvalidFormattedParameter"),
    ("CreateSoundCodeSchedule", {**_SCHEDULE, "EndDate": "2000-01-01"}, "iot.check.ParameterIsNotLessThanMax"),
    ("CreateSpeech", {"ProjectCode": "?", "Voice": "aixia"}, "iot.tcloud.ProjectNotFound"),
    ("CreateSpeech", {"ProjectCode": "a", "Voice": "unknown"}, "iot.common.InvalidFormattedParameter"),
    ("DeleteDeviceDistributeJob", {}, "iot.provisioning.TaskNotExist"),
    ("DeleteDeviceFile", {"FileId": "nothing"}, "iot.prod.NullProductKey"),
    ("DeleteDeviceFile", {"FileId": "nothing", **_MISSING_DEVICE}, "iot.device.NotExistedDevice"),
    ("DeleteTopicRouteTable", {"SrcTopic": "?", "DstTopic": ["?"]}, "iot.messagebroker.InvalidFormattedSrcTopicName"),
    ("GenerateFileUploadURL", {"FileSuffix": "tsl", "BizCode": "NOTHING"}, "iot.common.IllegalFileBizCode"),
    ("GenerateOTAUploadURL", {"FileSuffix": "exe"}, "iot.firmware.InvalidGenerateOTAUploadURLParam"),
    ("GenerateOTAUploadURL", {"FileSuffix": "."}, "iot.firmware.InvalidGenerateOTAUploadURLParam"),
    ("NotifyAddThingTopo", {}, "iot.prod.NullProductKey"),
    ("OpenIotService", {"OwnerId": 1}, "iot.common.InvalidTenant"),
    ("QueryDeviceBySQL", {"SQL": "SELECT * FROM device"}, "iot.common.APINotSupportedInInstance"),
    ("QueryDeviceBySQL", {"SQL": "SELECT * FROM user", **_INSTANCE}, "iot.devicesearch.InvalidSQLException"),
    ("QueryDeviceBySQL", {"SQL": "SELECT age FROM device", **_INSTANCE}, "iot.devicesearch.InvalidSQLFieldError"),
    ("QueryDeviceDistributeDetail", {}, "iot.provisioning.TaskNotExist"),
    ("QueryDeviceDistributeJob", {}, "iot.provisioning.TaskNotExist"),
    ("QueryDeviceFile", {"FileId": "nothing"}, "iot.prod.NullProductKey"),
    ("QueryDeviceFile", {"FileId": "nothing", **_MISSING_DEVICE}, "iot.device.NotExistedDevice"),
    ("QueryDeviceStatistics", {"GroupId": "nothing0000000000"}, "iot.group.NotExistedGroup"),
    ("QueryTopicReverseRouteTable", {"Topic": "nonsense"}, "iot.messagebroker.InvalidFormattedTopicName"),
    ("QueryTopicRouteTable", {"Topic": "nonsense"}, "iot.messagebroker.InvalidFormattedTopicName"),
    ("RecognizeCarNum", {}, "iot.system.IllegalRequest"),
    ("RecognizeCarNum", {"Url": "data:image/png,nothing"}, "iot.common.IllegalFileFormat"),
    ("RecognizePictureGeneral", {"Url": "data:image/png,nothing"}, "iot.common.IllegalFileFormat"),
    ("TestSpeech", {"ProjectCode": "?", "Voice": "aixia"}, "iot.tcloud.ProjectNotFound"),
    ("TestSpeech", {"ProjectCode": "a", "Voice": "unknown"}, "iot.common.InvalidFormattedParameter"),
    ("TransformClientId", {**_MISSING_DEVICE, "ClientId": "unknown"}, "iot.device.NotExistedDevice"),
]

#: Operations without invalid calls except for a wrong signature: their only parameter is the instance, and every
#: instance belongs to the account.
ALWAYS_VALID = {"GenerateDeviceNameListURL", "GetSpeechVoice", "ListThingTemplates", "QueryLoRaJoinPermissions"}

#: Ids of missing devices that an operation ignores: the reply, or a later result, covers the existing devices.
IGNORED_IDS = {
    ("BatchAddDeviceGroupRelations", "Device.DeviceName"),
    ("BatchAddDeviceGroupRelations", "Device.ProductKey"),
    ("BatchDeleteDeviceGroupRelations", "Device.DeviceName"),
    ("BatchDeleteDeviceGroupRelations", "Device.ProductKey"),
    ("BatchGetDeviceState", "DeviceName"),
    ("BatchGetDeviceState", "IotId"),
    ("BatchQueryDeviceDetail", "DeviceName"),
    ("CreateDeviceDistributeJob", "DeviceName"),
}

#: Invalid device names that an operation reports in the result of a check instead of as an error.
REPORTED_IN_RESULT = {("BatchCheckImportDevice", "DeviceList.DeviceName")}

#: Error codes for an invalid page that differ from the usual one.
INVALID_PAGE_CODES = {"GetThingTopo": "iot.device.QueryTopoRelationFailed"}


def sample_value(param: Any, count: int = 1) -> Any:
    """Return a value of a parameter's type."""
    if param.type == "list":
        if param.members:
            return [{name: sample_value(member) for name, member in param.members.items()} for _number in range(count)]
        return [f"{number}" for number in range(1, count + 1)]
    if param.json:
        return "{}"
    if param.type == "object":
        return {name: sample_value(member) for name, member in param.members.items()}
    return {"integer": 1, "boolean": True, "number": 1.5}.get(param.type, "something")


def required_params(operation: Any) -> dict[str, Any]:
    """Return a value for each required parameter of an operation."""
    return {name: sample_value(param) for name, param in operation.params.items() if param.required}


def post(server: EmulatorProcess, action: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Send a call whose parameters are too long for a URL. Return HTTP status and reply."""
    body = signed_query("POST", {"Action": action, **flatten(params)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _headers, content = server.exchange("POST", "/", body, headers)
    return status, json.loads(content)


def pages_of_step(step: Any) -> Any:
    """Return the paging parameters of the operation of a step, if it is a call and has any."""
    return isinstance(step, Call) and OPERATIONS[step.operation].pages


@pytest.mark.parametrize("name", OPERATIONS)
def test_call_without_required_parameter_fails(name, server):
    complete = required_params(OPERATIONS[name])
    for skipped in complete:
        params = {other: value for other, value in complete.items() if other != skipped}
        status, reply = server.call(name, **params)
        assert (status, reply["Code"]) == (400, f"Missing{skipped}")


@pytest.mark.parametrize("name", OPERATIONS)
def test_call_with_malformed_value_fails(name, server):
    for param in OPERATIONS[name].params.values():
        for text in MALFORMED.get(param.type, ()):
            status, reply = server.call(name, **{param.name: text})
            assert (status, reply["Code"]) == (400, "InvalidParameter"), (param.name, text)
            assert param.name in reply["Message"]


@pytest.mark.parametrize(("name", "params", "code"), OTHER_INVALID_CALLS)
def test_other_invalid_call_fails(name, params, code, server):
    status, reply = server.call(name, **params)
    assert (status, reply["Code"]) == (400 if is_missing_parameter(code) else 200, code)
    assert not reply.get("Success")


def test_every_operation_has_two_invalid_calls():
    """At least one of them must be rejected by the service itself, not by the validation before it."""
    calls = {name: {*invalid_before_service(name), *invalid_in_service(name)} for name in OPERATIONS}
    assert {name for name, variants in calls.items() if len(variants) < 2} == ALWAYS_VALID
    assert {name for name in OPERATIONS if not invalid_in_service(name)} == ALWAYS_VALID
    param_names = {name: set(OPERATIONS[name].params) for name in ALWAYS_VALID}
    assert {name: params <= {"IotInstanceId"} for name, params in param_names.items()} == dict.fromkeys(
        ALWAYS_VALID, True
    )


def invalid_before_service(name: str) -> set[tuple[str, str]]:
    """Return the invalid calls in this module that the validation rejects before the service, as (kind, parameter)."""
    params = OPERATIONS[name].params.values()
    variants = {("missing", param.name) for param in params if param.required}
    variants |= {("type", param.name) for param in params if param.type in MALFORMED}
    return variants | {
        ("other", str(params))
        for operation, params, code in OTHER_INVALID_CALLS
        if operation == name and is_missing_parameter(code)
    }


def invalid_in_service(name: str) -> set[tuple[str, str]]:
    """Return the invalid calls in this module that only the service can reject, as (kind, parameter)."""
    variants = {
        ("other", str(params))
        for operation, params, code in OTHER_INVALID_CALLS
        if operation == name and not is_missing_parameter(code)
    }
    variants |= {("list", param) for param in OPERATIONS[name].limits}
    for step in (step for steps in TABLES.values() for step in steps if isinstance(step, Call)):
        if step.operation == name:
            missing = {replaced for replaced, _params in replace_ids(step.params, MISSING_IDS)}
            malformed = {replaced for replaced, _params in replace_ids(step.params, MALFORMED_IDS)}
            variants |= {
                ("absent", replaced) for replaced in missing if (name, replaced) not in NEW_NAMES | IGNORED_IDS
            }
            variants |= {
                ("malformed", replaced)
                for replaced in malformed
                if (name, replaced) not in REPORTED_IN_RESULT | IGNORED_IDS
            }
            variants |= {("page", param) for param in invalid_page_params(name, step.params)}
    return variants


def is_missing_parameter(code: str) -> bool:
    """Return whether an error code reports a missing parameter."""
    return code.startswith("Missing")


def test_list_too_long_is_rejected(server, snapshot):
    codes = {}
    for name in OPERATIONS:
        operation = OPERATIONS[name]
        for param, max_length in operation.limits.items():
            params = {**required_params(operation), param: sample_value(operation.params[param], max_length + 1)}
            status, reply = post(server, name, params)
            assert (status, reply["Success"]) == (200, False), (name, param, reply)
            codes[f"{name} {param}"] = check_error_code(reply["Code"])
    snapshot("lists_too_long", codes)


@pytest.mark.parametrize("family", TABLES)
def test_missing_id_is_rejected(family, server, snapshot):
    """Before each call of a table, send the same call with each id replaced by one that does not exist."""
    codes = collect_error_codes(family, server, MISSING_IDS, IGNORED_IDS, NEW_NAMES, statuses=(200,))
    if codes:
        snapshot(f"absent_ids/{family}", codes)


@pytest.mark.parametrize("family", TABLES)
def test_malformed_id_is_rejected(family, server, snapshot):
    """The same with malformed string ids. Some are rejected before the operation."""
    codes = collect_error_codes(family, server, MALFORMED_IDS, IGNORED_IDS | REPORTED_IN_RESULT, statuses=(200, 400))
    if codes:
        snapshot(f"malformed_ids/{family}", codes)


def collect_error_codes(
    family: str,
    server: EmulatorProcess,
    ids: dict[str, Any],
    ignored: Collection[tuple[str, str]],
    skipped: Collection[tuple[str, str]] = (),
    *,
    statuses: tuple[int, ...],
) -> dict[str, str]:
    """Run a table with additional calls in which one id is replaced, and return the error codes of these calls.

    Args:
        family: the table.
        server: the emulator.
        ids: the replacement by parameter name.
        ignored: ids that the operation ignores instead of rejecting the call.
        skipped: parameters that are not replaced, because they name a new resource.
        statuses: the allowed HTTP statuses.
    """
    codes: dict[str, str] = {}

    def caller(operation: str, **params: Any) -> dict[str, Any]:
        for replaced, changed in replace_ids(params, ids):
            if (operation, replaced) in skipped:
                continue
            status, reply = server.call(operation, **to_request_params(changed))
            assert status in statuses, (operation, replaced, reply)
            if (operation, replaced) in ignored:
                assert reply["Success"] is True, (operation, replaced, reply)
            else:
                assert status == 400 or reply["Success"] is False, (operation, replaced, reply)
                codes[f"{operation} {replaced}"] = check_error_code(reply["Code"])
        return call_operation(server, operation, params)

    for step, params, reply in run_steps(TABLES[family], server, caller):
        assert reply.get("Success") is True, (step.operation, params, reply)
    return codes


@pytest.mark.parametrize("family", [name for name in TABLES if any(pages_of_step(step) for step in TABLES[name])])
def test_invalid_page_is_rejected(family, server):
    """Before each call of a table that reads a page, send the same call with a too large page size and with page 0."""

    def caller(operation: str, **params: Any) -> dict[str, Any]:
        for name, value in invalid_page_params(operation, params).items():
            reply = call_operation(server, operation, {**params, name: value})
            assert reply.get("Code") == INVALID_PAGE_CODES.get(operation, "iot.common.InvalidPageParams"), reply
        return call_operation(server, operation, params)

    for step, params, reply in run_steps(TABLES[family], server, caller):
        assert reply.get("Success") is True, (step.operation, params, reply)


def call_operation(server: EmulatorProcess, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """Call an operation with objects as JSON, and return the reply, which must have HTTP status 200."""
    status, reply = server.call(operation, **to_request_params(params))
    assert status == 200, (operation, params, reply)
    return reply


def check_error_code(code: str) -> str:
    """Return an error code that must be in the manual."""
    assert code in ERRORS, code
    return code


def invalid_page_params(operation: str, params: dict[str, Any]) -> dict[str, int]:
    """Return an invalid value for each paging parameter of a call."""
    pages = OPERATIONS[operation].pages
    invalid = {pages.size: pages.max_size + 1, pages.page: 0} if pages else {}
    return {name: value for name, value in invalid.items() if isinstance(params.get(name), int)}


def replace_ids(params: dict[str, Any], replacements: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the replaced parameter and the changed parameters, for each id of a call in turn."""
    for name, value in params.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for member in value[0]:
                if member in replacements:
                    yield f"{name}.{member}", {**params, name: [{**value[0], member: replacements[member]}, *value[1:]]}
        elif name in replacements:
            yield name, {**params, name: [str(replacements[name])] if isinstance(value, list) else replacements[name]}
