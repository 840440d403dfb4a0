# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleets: their requests beside the fewest that the batch limits allow, and their time beside the estimate."""

from __future__ import annotations

import math

import pytest

from ...conftest import start
from .conftest import Fleet

DEVICES = 10_000
MANY = 100_000
CHANGED = 100

#: The fewest requests that the platform's batch limits allow for new devices with a nickname, tags and a group.
FEWEST_WRITES = {
    "BatchCheckDeviceNames": DEVICES // 1_000,
    "BatchRegisterDeviceWithApplyId": DEVICES // 1_000,
    "SaveDeviceProp": DEVICES,
    "BatchAddDeviceGroupRelations": DEVICES // 200,
}
FEWEST = sum(FEWEST_WRITES.values()) + 2 * (DEVICES // 1_000) + 1
#: A search tells everything of 50 devices at a time; what the product and the group are called is looked up before.
FEWEST_READS = DEVICES // 50 + 3


@pytest.fixture(scope="module")
def paced(tmp_path_factory):
    """A fleet on a platform whose quotas are in force."""
    folder = tmp_path_factory.mktemp("paced")
    server = start(folder)
    yield Fleet(server, folder, pacing=True)
    server.end()
    server.process.stderr.close()


@pytest.fixture(scope="module")
def unpaced(tmp_path_factory):
    """A fleet on a platform without quotas."""
    folder = tmp_path_factory.mktemp("unpaced")
    server = start(folder, "--no-throttle")
    yield Fleet(server, folder, pacing=False)
    server.end()
    server.process.stderr.close()


def bench_new_devices(paced, measured):
    file = paced.written(DEVICES)
    paced.calls()
    foretold = paced.task("iot_devices", True, product="street_light", devices_file=file)
    _counts, writes, _throttled = paced.calls()
    assert writes == 0
    made = paced.task("iot_devices", product="street_light", devices_file=file)
    counts, _writes, throttled = paced.calls()
    assert made["counts"]["created"] == DEVICES
    sent = sum(counts.values())
    measured(
        f"requests for {DEVICES:,} new devices with nickname, 2 tags, 1 group",
        f"{sent:,} = {sent / FEWEST:.3f} × the fewest ({FEWEST:,})",
        "1.05 ×",
        sent <= 1.05 * FEWEST,
    )
    estimate = foretold["estimate"]["seconds"]
    ratio = made["seconds"] / estimate
    measured(
        "time of that against the estimate",
        f"{made['seconds']:.0f} s against {estimate:.0f} s, {ratio - 1:+.1%}",
        "within 10 %",
        abs(ratio - 1) <= 0.1,
    )
    assert throttled == 0


def bench_nothing_to_do(paced, measured):
    paced.calls()
    again = paced.task("iot_devices", product="street_light", devices_file=paced.written(DEVICES))
    counts, writes, throttled = paced.calls()
    assert not again["changed"]
    assert throttled == 0
    sent = sum(counts.values())
    measured(
        "a second run, nothing to do",
        f"{sent} reads = {sent / FEWEST_READS:.3f} × the fewest ({FEWEST_READS}), {writes} writes",
        "1.05 ×, no write",
        sent <= 1.05 * FEWEST_READS and writes == 0,
    )


def bench_a_tag_of_some(paced, measured):
    paced.calls()
    paced.task("iot_devices", product="street_light", devices_file=paced.written(DEVICES, CHANGED))
    counts, writes, _throttled = paced.calls()
    reads = sum(counts.values()) - writes
    measured(
        f"one tag changed on {CHANGED} of {DEVICES:,}",
        f"{reads} reads, {writes} writes",
        f"the reads above and {CHANGED} writes",
        reads <= 1.05 * FEWEST_READS and writes == CHANGED,
    )


def bench_many_devices(unpaced, measured):
    def nothing_to_do(count: int) -> dict:
        """The quickest of three runs that have nothing to do: what else the machine did is none of theirs."""
        options = {"product": "street_light", "devices_file": unpaced.written(count)}
        unpaced.task("iot_devices", **options)
        runs = [unpaced.task("iot_devices", **options) for _one in range(3)]
        assert not any(run["changed"] for run in runs)
        return min(runs, key=lambda run: run["seconds"])

    of_few = nothing_to_do(DEVICES)["seconds"]
    again = nothing_to_do(MANY)
    measured(
        f"{MANY:,} devices, nothing to do, quotas off: memory",
        f"{again['memory']:.0f} MiB",
        "400 MB",
        again["memory"] < 400 * 1e6 / 2**20,
    )
    ratio = again["seconds"] / of_few
    measured(
        f"its time beside that of {DEVICES:,}",
        f"{again['seconds']:.1f} s / {of_few:.1f} s = {ratio:.1f}",
        "12",
        ratio <= 12,
    )


def test_the_fewest_are_counted_by_the_api_s_own_limits():
    from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES

    limits = {name: one.limits for family in FAMILIES for name, one in family.OPERATIONS.items()}
    assert limits["BatchCheckDeviceNames"]["DeviceNameList"] == 1_000
    assert limits["BatchAddDeviceGroupRelations"]["Device"] == 200
    assert math.ceil(DEVICES / 50) == 200
