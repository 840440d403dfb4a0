# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test every operation through each SDK: it succeeds, and the reply has no member that the SDK's model would drop."""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict

import pytest

from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES

from .calls import TABLES
from .conftest import SDKS
from .device_artifacts import DEVICE_ARTIFACTS, create_device_artifacts
from .node_sdk import UNKNOWN_TO_NODE, without_unknown
from .rare_calls import RARE_CALLS, UNREACHABLE_MEMBERS
from .shapes import declared_paths, member_paths, unexpected_members, without_empty
from .steps import Call, run_steps, to_request_params

#: Operations for which the original SDK has no request class.
NOT_IN_ORIGINAL: frozenset[str] = frozenset()
#: Operations that the upgraded SDK calls without a request object.
WITHOUT_REQUEST = frozenset({"GetSpeechVoice"})
#: Members of replies that only appear with the data that ``create_device_artifacts`` creates.
ARTIFACT_MEMBERS = {
    **{
        name: set(declared_paths(OPERATIONS[name].result))
        for name in ("QueryClientIds", "QueryDeviceFile", "QueryDeviceFileList")
    },
    "QueryMessageInfo": {"Message.TransformedMessageContent", "Message.TransformedTopicFullName"},
}

#: Operations whose replies have no ``Success`` in the SDKs' models. The emulator returns it.
WITHOUT_SUCCESS_MEMBER = frozenset({"OpenIotService"})

#: Members of replies that the manual documents and the models of the upgraded SDK do not have. They are dropped.
UNKNOWN_TO_UPGRADED = {name: {"JobId"} for name in ("DeleteDevice", "DisableThing", "EnableThing", "RemoveThingTopo")}


def operations_in(steps) -> list[str]:
    """Return the operations that a table calls."""
    return [step.operation for step in steps if isinstance(step, Call)]


def test_tables_call_every_operation():
    called = {operation for steps in (*TABLES.values(), DEVICE_ARTIFACTS) for operation in operations_in(steps)}
    assert called == set(OPERATIONS)
    assert len(called) == 277


def test_table_calls_every_operation_of_its_family():
    families = {family.__name__.rpartition(".")[2]: set(family.OPERATIONS) for family in FAMILIES}
    assert set(TABLES) == set(families)
    artifacts = set(operations_in(DEVICE_ARTIFACTS))
    missing = {name: families[name] - set(operations_in(steps)) - artifacts for name, steps in TABLES.items()}
    assert not any(missing.values()), missing


def test_sdk_gaps_are_as_declared():
    from aliyunsdkiot.request import v20180120

    original = {module.name.removesuffix("Request") for module in pkgutil.iter_modules(v20180120.__path__)}
    assert set(OPERATIONS) - original == NOT_IN_ORIGINAL
    upgraded = importlib.import_module("alibabacloud_iot20180120.models")
    assert {name for name in OPERATIONS if not hasattr(upgraded, f"{name}Request")} == WITHOUT_REQUEST
    assert all(hasattr(upgraded, f"{name}ResponseBody") for name in OPERATIONS)
    for name, dropped in UNKNOWN_TO_UPGRADED.items():
        assert dropped <= set(OPERATIONS[name].result)
        assert not dropped & set(
            getattr(upgraded, f"{name}ResponseBody")().from_map(dict.fromkeys(dropped, "x")).to_map()
        )


@pytest.mark.parametrize("family", TABLES)
def test_operations_of_family_through_sdk_succeed(family, sdk, server):
    run_and_check(TABLES[family], server, sdk)


@pytest.mark.parametrize("table", RARE_CALLS)
def test_rare_calls_through_sdk_return_expected_results(table, sdk, server):
    run_and_check(RARE_CALLS[table], server, sdk)


@pytest.mark.parametrize("name", SDKS)
def test_operations_on_device_artifacts_succeed(name, launch, tmp_path, create_sdk):
    platform = Platform(tmp_path / "state")
    try:
        artifacts = create_device_artifacts(platform)
    finally:
        platform.close()
    server = launch("--no-throttle", "--data", str(tmp_path / "state"))
    seen = run_and_check(DEVICE_ARTIFACTS, server, create_sdk(name, server.address), artifacts)
    for operation, members in ARTIFACT_MEMBERS.items():
        dropped = UNKNOWN_TO_NODE.get(operation, ()) if name == "node" else ()
        assert {member for member in members if member.rpartition(".")[2] not in dropped} <= seen[operation]


def test_calls_produce_every_declared_reply_member(server):
    """The calls produce every declared member of every reply, except those in ``UNREACHABLE_MEMBERS``."""
    seen: dict[str, set[str]] = {name: set() for name in OPERATIONS}
    for steps in (*TABLES.values(), *RARE_CALLS.values()):
        server.control("POST", "reset")
        replies = run_steps(
            steps, server, lambda operation, **params: server.call(operation, **to_request_params(params))[1]
        )
        for step, _params, reply in replies:
            seen[step.operation].update(member_paths(reply, OPERATIONS[step.operation].result))
    unseen = {
        name: missing
        for name, operation in OPERATIONS.items()
        if (missing := set(declared_paths(operation.result)) - seen[name] - ARTIFACT_MEMBERS.get(name, set()))
    }
    assert unseen == {name: set(reasons) for name, reasons in UNREACHABLE_MEMBERS.items()}
    assert all(reason.strip() for reasons in UNREACHABLE_MEMBERS.values() for reason in reasons.values())


def run_and_check(steps, server, caller, artifacts: dict[str, str] | None = None) -> dict[str, set[str]]:
    """Run a table and check each reply.

    Args:
        steps: the table.
        server: the emulator.
        caller: the function that calls an operation.
        artifacts: values that the steps use as placeholders.

    Returns:
        The members that the replies had, by operation.
    """
    seen: dict[str, set[str]] = defaultdict(set)
    models = importlib.import_module("alibabacloud_iot20180120.models")
    for step, params, reply in run_steps(steps, server, caller, artifacts):
        operation = step.operation
        if operation in WITHOUT_SUCCESS_MEMBER:
            reply = {name: value for name, value in reply.items() if name != "Success"}
        elif step.code:
            assert (reply.get("Success"), reply.get("Code")) == (False, step.code), (operation, params, reply)
        else:
            assert reply.get("Success") is True, (operation, params, reply)
        assert reply["RequestId"]
        seen[operation].update(member_paths(reply, OPERATIONS[operation].result))
        assert unexpected_members(reply, OPERATIONS[operation].result) == [], (operation, reply)
        parsed = getattr(models, f"{operation}ResponseBody")().from_map(reply)
        assert without_empty(parsed.to_map()) == without_empty(
            without_unknown(operation, reply, UNKNOWN_TO_UPGRADED)
        ), operation
    return seen
