# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every operation through each SDK: it succeeds, and its reply has nothing that a user of the SDK would lose."""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict

import pytest

from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES

from .calls import LEFT_BY_DEVICES, TABLES, leave_things
from .conftest import SDKS
from .node_sdk import UNKNOWN, known
from .rare_calls import NEVER, RARE
from .shapes import paths_in, paths_known, without_nothing, wrong_members
from .steps import Call, as_sent, carry_out

#: The operations for which the original SDK has no request. It has all.
NOT_IN_ORIGINAL: frozenset[str] = frozenset()
#: The operations that the upgraded SDK calls without a request.
WITHOUT_REQUEST = frozenset({"GetSpeechVoice"})
#: The members of replies that are there when a device has left something.
SEEN_WHERE_LEFT = {
    **{
        name: set(paths_known(OPERATIONS[name].result))
        for name in ("QueryClientIds", "QueryDeviceFile", "QueryDeviceFileList")
    },
    "QueryMessageInfo": {"Message.TransformedMessageContent", "Message.TransformedTopicFullName"},
}

#: The operations whose replies do not say, by the SDKs' models, that they succeeded. Here they do.
BARE = frozenset({"OpenIotService"})

#: The members of replies that the manual has and the upgraded SDK's models do not know. They are lost on its users.
LOST = {name: {"JobId"} for name in ("DeleteDevice", "DisableThing", "EnableThing", "RemoveThingTopo")}


def called(steps) -> list[str]:
    """The operations of a table."""
    return [step.operation for step in steps if isinstance(step, Call)]


def test_every_operation_is_called():
    everything = {operation for steps in (*TABLES.values(), LEFT_BY_DEVICES) for operation in called(steps)}
    assert everything == set(OPERATIONS)
    assert len(everything) == 277


def test_a_table_calls_all_of_its_family():
    families = {family.__name__.rpartition(".")[2]: set(family.OPERATIONS) for family in FAMILIES}
    assert set(TABLES) == set(families)
    left = set(called(LEFT_BY_DEVICES))
    missing = {name: families[name] - set(called(steps)) - left for name, steps in TABLES.items()}
    assert not any(missing.values()), missing


def test_what_the_sdks_lack():
    from aliyunsdkiot.request import v20180120

    original = {module.name.removesuffix("Request") for module in pkgutil.iter_modules(v20180120.__path__)}
    assert set(OPERATIONS) - original == NOT_IN_ORIGINAL
    upgraded = importlib.import_module("alibabacloud_iot20180120.models")
    assert {name for name in OPERATIONS if not hasattr(upgraded, f"{name}Request")} == WITHOUT_REQUEST
    assert all(hasattr(upgraded, f"{name}ResponseBody") for name in OPERATIONS)
    for name, lost in LOST.items():
        assert lost <= set(OPERATIONS[name].result)
        assert not lost & set(getattr(upgraded, f"{name}ResponseBody")().from_map(dict.fromkeys(lost, "x")).to_map())


@pytest.mark.parametrize("family", TABLES)
def test_every_operation_succeeds(family, sdk, server):
    check(TABLES[family], server, sdk)


@pytest.mark.parametrize("table", RARE)
def test_what_is_rare(table, sdk, server):
    check(RARE[table], server, sdk)


@pytest.mark.parametrize("name", SDKS)
def test_operations_on_what_devices_leave(name, launch, tmp_path, sdk_named):
    platform = Platform(tmp_path / "state")
    try:
        left = leave_things(platform)
    finally:
        platform.close()
    server = launch("--no-throttle", "--data", str(tmp_path / "state"))
    seen = check(LEFT_BY_DEVICES, server, sdk_named(name, server.address), left)
    for operation, members in SEEN_WHERE_LEFT.items():
        lost = UNKNOWN.get(operation, ()) if name == "node" else ()
        assert {member for member in members if member.rpartition(".")[2] not in lost} <= seen[operation]


def test_every_member_of_a_reply(server):
    """Calls bring about every member of every reply, but for those that ``NEVER`` has a reason for."""
    seen: dict[str, set[str]] = {name: set() for name in OPERATIONS}
    for steps in (*TABLES.values(), *RARE.values()):
        server.control("POST", "reset")
        replies = carry_out(steps, server, lambda operation, **params: server.call(operation, **as_sent(params))[1])
        for step, _params, reply in replies:
            seen[step.operation].update(paths_in(reply, OPERATIONS[step.operation].result))
    unseen = {
        name: missing
        for name, operation in OPERATIONS.items()
        if (missing := set(paths_known(operation.result)) - seen[name] - SEEN_WHERE_LEFT.get(name, set()))
    }
    assert unseen == {name: set(reasons) for name, reasons in NEVER.items()}
    assert all(reason.strip() for reasons in NEVER.values() for reason in reasons.values())


def check(steps, server, caller, left: dict[str, str] | None = None) -> dict[str, set[str]]:
    """Carry out a table and check each reply. Returns which members the replies had, by operation.

    ``left`` is what devices have left, as the steps name it.
    """
    seen: dict[str, set[str]] = defaultdict(set)
    models = importlib.import_module("alibabacloud_iot20180120.models")
    for step, params, reply in carry_out(steps, server, caller, left):
        operation = step.operation
        if operation in BARE:
            reply = {name: value for name, value in reply.items() if name != "Success"}
        elif step.code:
            assert (reply.get("Success"), reply.get("Code")) == (False, step.code), (operation, params, reply)
        else:
            assert reply.get("Success") is True, (operation, params, reply)
        assert reply["RequestId"]
        seen[operation].update(paths_in(reply, OPERATIONS[operation].result))
        assert wrong_members(reply, OPERATIONS[operation].result) == [], (operation, reply)
        parsed = getattr(models, f"{operation}ResponseBody")().from_map(reply)
        assert without_nothing(parsed.to_map()) == without_nothing(known(operation, reply, LOST)), operation
    return seen
