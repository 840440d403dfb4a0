# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The estimate of a task, and the requests that it sends."""

from __future__ import annotations

import pytest

from .conftest import NAMES, planned, rows, sent


def test_new_devices_are_created_with_the_estimated_requests(account):
    account.group("bridge")
    account.group("tunnel")
    devices = rows(tags={"site": "west", "row": "1"}, groups=["bridge", "tunnel"], nickname="Lamp_1")
    in_check_mode = account.run(True, devices=devices)
    assert not account.written()
    result = account.run(devices=devices)
    assert result["counts"] == {**dict.fromkeys(result["counts"], 0), "named": 120, "created": 120}
    assert (
        planned(result)
        == planned(in_check_mode)
        == {
            "BatchAddDeviceGroupRelations": 2,
            "BatchCheckDeviceNames": 1,
            "BatchRegisterDeviceWithApplyId": 1,
            "QueryBatchRegisterDeviceStatus": 2,
            "QueryDevice": 1,
            "SaveDeviceProp": 120,
        }
    )
    polls = account.sent["QueryBatchRegisterDeviceStatus"]
    assert sent(account) == {**planned(result), "QueryBatchRegisterDeviceStatus": polls}
    assert 2 <= polls <= 6


@pytest.mark.parametrize("fixture", ["account", "enterprise"])
def test_unchanged_devices_are_read_with_the_estimated_requests(fixture, request):
    account = request.getfixturevalue(fixture)
    account.group("bridge")
    devices = rows(tags={"site": "west"}, groups=["bridge"], enabled=True)
    account.run(devices=devices)
    for purge in (True, False):
        again = account.run(devices=devices, purge_tags=purge, purge_groups=purge)
        assert again["changed"] is False
        assert again["counts"]["existing"] == 120
        assert again["diff"] == {"before": {}, "after": {}}
        assert sent(account) == planned(again)
        assert not account.written()


def test_read_with_search_needs_no_other_queries(enterprise):
    enterprise.run(devices=rows(tags={"site": "west"}))
    again = enterprise.run(devices=rows(tags={"site": "west"}, groups=[]))
    assert planned(again) == {"QueryDevice": 1, "QueryDeviceBySQL": 3}


def test_read_without_search_and_purging_needs_no_requests_for_single_devices(account):
    account.group("bridge")
    account.run(devices=rows(tags={"site": "west"}, groups=["bridge"]))
    devices = rows(tags={"site": "west"}, groups=["bridge"])
    again = account.run(devices=devices, purge_tags=False, purge_groups=False)
    assert planned(again) == {
        "QueryDevice": 3,
        "QueryDeviceByTags": 3,
        "QueryDeviceListByDeviceGroup": 3,
    }


def test_read_with_rejected_search_falls_back_to_other_queries(enterprise):
    enterprise.run(devices=rows(tags={"site": "west"}))
    rejected = []

    def before(action, params):
        if action == "QueryDeviceBySQL":
            from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

            rejected.append(params)
            raise ApiError("", operation=action, code="iot.common.APINotSupportedInInstance", category="permanent")

    enterprise.before = before
    again = enterprise.run(devices=rows(tags={"site": "west"}))
    assert again["changed"] is False
    assert len(rejected) == 1
    assert planned(again)["QueryDeviceBySQL"] == 1
    assert sent(enterprise) == planned(again)


def test_read_of_few_among_many_devices_uses_details(account):
    account.devices(NAMES)
    result = account.run(devices=rows(NAMES[:30], enabled=True))
    assert planned(result) == {"BatchQueryDeviceDetail": 1}
    assert result["counts"]["existing"] == 30


def test_tags_and_groups_of_devices_without_these_options_are_not_read(account):
    account.devices(NAMES)
    devices = rows(NAMES[:-2]) + rows(NAMES[-2:], tags={}, groups=[])
    result = account.run(devices=devices)
    assert result["changed"] is False
    assert (planned(result)["QueryDeviceProp"], planned(result)["QueryDeviceGroupByDevice"]) == (2, 2)


def test_estimate_above_limit_adds_warning(account):
    result = account.run(True, devices=rows(tags={"site": "west"}), warn_above_in_seconds=3)
    # 120 tags at 50 requests per second, of which the first 50 are sent immediately, and two polls of a batch.
    assert result["estimate"]["writes"]["seconds"] == pytest.approx(2 * 1.05 + 2, abs=0.1)
    assert "at least 4 seconds" in result["warnings"][0]
    assert "more than warn_above_in_seconds: 3" in result["warnings"][0]
    assert "warnings" not in account.run(True, devices=rows(tags={"site": "west"}), warn_above_in_seconds=5)


def test_rate_limit_window_is_that_of_the_client():
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.rate_limit import WINDOW
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import RATE_LIMIT_WINDOW

    assert RATE_LIMIT_WINDOW == WINDOW
