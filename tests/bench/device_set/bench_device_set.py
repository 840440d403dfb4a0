# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests of a device set compared with the minimum under the batch limits, and the duration with the estimate."""

from __future__ import annotations

import math

import pytest

from ...conftest import running_emulator
from .conftest import Account

DEVICES = 10_000
MANY_DEVICES = 100_000
CHANGED = 100

#: The minimum requests under the batch limits of the platform for new devices with a nickname, tags and a group.
MIN_WRITES = {
    "BatchCheckDeviceNames": DEVICES // 1_000,
    "BatchRegisterDeviceWithApplyId": DEVICES // 1_000,
    "SaveDeviceProp": DEVICES,
    "BatchAddDeviceGroupRelations": DEVICES // 200,
}
MIN_REQUESTS = sum(MIN_WRITES.values()) + 2 * (DEVICES // 1_000) + 1
#: A search returns all facts about 50 devices per request. The product and the group are looked up before.
MIN_READS = DEVICES // 50 + 3


@pytest.fixture(scope="module")
def quotas(tmp_path_factory):
    """An account of an emulator with quotas."""
    folder = tmp_path_factory.mktemp("quotas")
    with running_emulator(folder) as server:
        yield Account(server, folder, pacing=True)


def bench_new_devices(quotas, measured):
    file = quotas.write_csv(DEVICES)
    quotas.calls()
    in_check_mode = quotas.task("iot_devices", True, product="street_light", devices_file=file)
    _counts, writes, _throttled = quotas.calls()
    assert writes == 0
    result = quotas.task("iot_devices", product="street_light", devices_file=file)
    counts, _writes, throttled = quotas.calls()
    assert result["counts"]["created"] == DEVICES
    sent = sum(counts.values())
    measured(
        f"requests for {DEVICES:,} new devices with nickname, 2 tags, 1 group",
        f"{sent:,} = {sent / MIN_REQUESTS:.3f} × the minimum ({MIN_REQUESTS:,})",
        "1.05 ×",
        sent <= 1.05 * MIN_REQUESTS,
    )
    estimate = in_check_mode["estimate"]["seconds"]
    ratio = result["seconds"] / estimate
    measured(
        "its duration compared with the estimate",
        f"{result['seconds']:.0f} s, estimate {estimate:.0f} s, {ratio - 1:+.1%}",
        "within 10 %",
        abs(ratio - 1) <= 0.1,
    )
    assert throttled == 0


def bench_no_changes(quotas, measured):
    quotas.calls()
    again = quotas.task("iot_devices", product="street_light", devices_file=quotas.write_csv(DEVICES))
    counts, writes, throttled = quotas.calls()
    assert not again["changed"]
    assert throttled == 0
    sent = sum(counts.values())
    measured(
        "second run without changes",
        f"{sent} reads = {sent / MIN_READS:.3f} × the minimum ({MIN_READS}), {writes} writes",
        "1.05 ×, no writes",
        sent <= 1.05 * MIN_READS and writes == 0,
    )


def bench_one_tag_of_some_devices(quotas, measured):
    quotas.calls()
    quotas.task("iot_devices", product="street_light", devices_file=quotas.write_csv(DEVICES, CHANGED))
    counts, writes, _throttled = quotas.calls()
    reads = sum(counts.values()) - writes
    measured(
        f"one tag changed on {CHANGED} of {DEVICES:,}",
        f"{reads} reads, {writes} writes",
        f"the reads of the second run and {CHANGED} writes",
        reads <= 1.05 * MIN_READS and writes == CHANGED,
    )


def bench_many_devices(no_quotas, measured):
    def run_without_changes(count: int) -> dict:
        """Return the result of the fastest of three runs without changes, to exclude other load on the machine."""
        options = {"product": "street_light", "devices_file": no_quotas.write_csv(count)}
        no_quotas.task("iot_devices", **options)
        runs = [no_quotas.task("iot_devices", **options) for _one in range(3)]
        assert not any(run["changed"] for run in runs)
        return min(runs, key=lambda run: run["seconds"])

    few = run_without_changes(DEVICES)["seconds"]
    again = run_without_changes(MANY_DEVICES)
    measured(
        f"{MANY_DEVICES:,} devices, no changes, quotas off: memory",
        f"{again['memory']:.0f} MiB",
        "400 MB",
        again["memory"] < 400 * 1e6 / 2**20,
    )
    ratio = again["seconds"] / few
    measured(
        f"its duration compared with {DEVICES:,} devices",
        f"{again['seconds']:.1f} s / {few:.1f} s = {ratio:.1f}",
        "12",
        ratio <= 12,
    )


def test_minimum_requests_use_the_limits_of_the_api():
    from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES

    limits = {name: one.limits for family in FAMILIES for name, one in family.OPERATIONS.items()}
    assert limits["BatchCheckDeviceNames"]["DeviceNameList"] == 1_000
    assert limits["BatchAddDeviceGroupRelations"]["Device"] == 200
    assert math.ceil(DEVICES / 50) == 200
