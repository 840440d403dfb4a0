# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plan, apply and export of a large fleet: requests and the minimum, duration and the quotas, memory."""

from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES

from ...conftest import running_emulator
from ..tasks import Tasks
from .files import DEVICES, GROUPS, PRODUCTS, RULES, as_option, write_fleet

PAGE = 50  # devices in one response
RULE_PAGE = 100  # rules in one response
LATENCY = 50  # milliseconds

MANY_DEVICES = 100_000
FEW_DEVICES = 10_000

#: The least requests of a plan without changes: one for each page of a list, and one for each facet of a resource that
#: no list contains.
MIN_REQUESTS = {
    "QueryProductList": 1,
    "QueryProduct": PRODUCTS,
    "ListProductTags": PRODUCTS,
    "ListThingModelVersion": PRODUCTS,
    "QueryThingModel": PRODUCTS,
    "QueryThingModelPublished": PRODUCTS,
    "QueryProductTopic": PRODUCTS,
    "ListRule": RULES // RULE_PAGE + 1,  # the last page is one that is not full
    "GetRule": RULES,
    "QueryDeviceGroupList": 2,  # static and dynamic groups
    "QueryDeviceGroupInfo": GROUPS,
    "QueryDevice": PRODUCTS,  # how many devices there are
    "QueryDeviceBySQL": DEVICES // PAGE,
}
#: The lists in which it looks for unmanaged resources of other kinds.
MIN_UNMANAGED = {
    "QueryConsumerGroupList": 1,
    "ListParserDataSource": 1,
    "ListDestination": 1,
    "ListOTAFirmware": 1,
    "ListOTAModuleByProduct": PRODUCTS,
    "ListJob": 1,
    "ListParser": 1,
    "QuerySoundCodeList": 1,
    "QuerySoundCodeScheduleList": 1,
}

#: What an export reads beside that: a plan reads only what the files declare.
MIN_EXPORT = {
    "QueryConsumerGroupByGroupId": 1,
    "QuerySuperDeviceGroup": GROUPS,
    "QueryDeviceGroupTagList": GROUPS,
    "ListRuleActions": RULES,
    "QuerySubscribeRelation": 2 * PRODUCTS,  # for AMQP and MNS
}

_QUOTAS = {name: one.qps for family in FAMILIES for name, one in family.OPERATIONS.items() if one.qps}


def quota_bound(counts: Counter) -> float:
    """Return the seconds that the requests take at least, with all operations at the same time."""
    return max(count / _QUOTAS[name] for name, count in counts.items() if name in _QUOTAS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The state of an emulator to which the fleet is applied, and the fleet."""
    path = tmp_path_factory.mktemp("account")
    write_fleet(path / "fleet")
    with running_emulator(path, "--no-throttle", "--data", str(path / "data")) as server:
        Tasks(server, pacing=False).task("iot_fleet_apply", fleet=as_option(path / "fleet"))
    return path


def bench_plan(folder, launch, measured):
    fleet = as_option(folder / "fleet")
    tasks = Tasks(launch("--latency", str(LATENCY), "--data", str(folder / "data")), pacing=True)
    result = tasks.task("iot_fleet_plan", fleet=fleet)
    counts, writes, throttled = tasks.calls()
    assert result["plan"]["summary"] == {"create": 0, "update": 0, "delete": 0, "none": len_of(fleet)}
    minimum = sum(MIN_REQUESTS.values()) + sum(MIN_UNMANAGED.values())
    sent = sum(counts.values())
    measured(
        "plan without changes: requests",
        f"{sent} = {sent / minimum:.3f} × the minimum ({minimum}), {writes} writes, {throttled} throttled",
        "1.05 ×, none throttled",
        sent <= 1.05 * minimum and not writes and not throttled,
    )
    bound = quota_bound(counts)
    measured(
        f"its duration with {LATENCY} ms latency and quotas",
        f"{result['seconds']:.1f} s = {result['seconds'] / bound:.2f} × the quota bound ({bound:.0f} s)",
        "1.2 ×",
        result["seconds"] <= 1.2 * bound,
    )
    exported = tasks.task("iot_fleet_export", export_dir=str(folder / "export"))
    counts, _writes, _throttled = tasks.calls()
    minimum += sum(MIN_EXPORT.values())
    read = sum(counts.values())
    measured(
        "export of that account: requests",
        f"{read} = {read / minimum:.3f} × the minimum ({minimum}); {exported['summary']}",
        "1.05 ×",
        read <= 1.05 * minimum,
    )


def bench_apply(tmp_path, launch, measured):
    write_fleet(tmp_path / "fleet", columns=("nickname", "tags.site", "tags.row"))
    fleet = as_option(tmp_path / "fleet")
    tasks = Tasks(launch("--latency", str(LATENCY)), pacing=True)
    estimate = tasks.task("iot_fleet_plan", fleet=fleet)["plan"]["estimated_seconds"]
    applied = tasks.task("iot_fleet_apply", fleet=fleet)
    measured(
        "apply from an empty account: duration compared with the estimate",
        f"{applied['seconds']:.0f} s, estimate {estimate:.0f} s, {applied['seconds'] / estimate - 1:+.1%}",
        "within 10 %",
        abs(applied["seconds"] / estimate - 1) <= 0.1,
    )


def bench_many_devices(tmp_path, measured):
    seconds: dict[int, float] = {}
    for devices in (FEW_DEVICES, MANY_DEVICES):
        write_fleet(tmp_path / f"fleet-{devices}", devices, ["groups"])
        fleet = as_option(tmp_path / f"fleet-{devices}")
        with running_emulator(tmp_path, "--no-throttle") as server:
            tasks = Tasks(server, pacing=False)
            tasks.task("iot_fleet_apply", fleet=fleet)
            # The fastest of three runs, to exclude other load on the machine.
            runs = [tasks.task("iot_fleet_plan", fleet=fleet) for _run in range(3)]
        assert all(run["plan"]["summary"]["none"] == len_of(fleet) for run in runs)
        seconds[devices] = min(run["seconds"] for run in runs)
        memory = max(run["memory"] for run in runs)
    measured(
        f"plan for {MANY_DEVICES:,} devices: memory",
        f"{memory:.0f} MiB",
        "500 MB",
        memory < 500 * 1e6 / 2**20,
    )
    ratio = seconds[MANY_DEVICES] / seconds[FEW_DEVICES]
    measured(
        f"its duration compared with {FEW_DEVICES:,} devices, quotas off",
        f"{seconds[MANY_DEVICES]:.1f} s / {seconds[FEW_DEVICES]:.1f} s = {ratio:.1f}",
        "11",
        ratio <= 11,
    )


def len_of(fleet: dict[str, list]) -> int:
    """Return the number of declared resources."""
    return sum(map(len, fleet.values()))


def test_minimum_requests_use_the_page_sizes_of_the_api():
    pages = {name: one.pages for family in FAMILIES for name, one in family.OPERATIONS.items() if one.pages}
    assert pages["ListRule"].max_size == RULE_PAGE
    assert pages["QueryDevice"].max_size == PAGE
