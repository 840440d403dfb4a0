# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The estimate of a task, and the requests that it sends."""

from __future__ import annotations

import pytest

from .conftest import NAMES, planned, rows, sent


def test_new_devices_need_the_estimated_requests(account):
    account.group("bridge")
    account.group("tunnel")
    wanted = rows(tags={"site": "west", "row": "1"}, groups=["bridge", "tunnel"], nickname="Lamp_1")
    foretold = account.run(True, devices=wanted)
    assert not account.written()
    made = account.run(devices=wanted)
    assert made["counts"] == {**dict.fromkeys(made["counts"], 0), "named": 120, "created": 120}
    assert (
        planned(made)
        == planned(foretold)
        == {
            "BatchAddDeviceGroupRelations": 2,
            "BatchCheckDeviceNames": 1,
            "BatchRegisterDeviceWithApplyId": 1,
            "QueryBatchRegisterDeviceStatus": 2,
            "QueryDevice": 1,
            "SaveDeviceProp": 120,
        }
    )
    looks = account.sent["QueryBatchRegisterDeviceStatus"]
    assert sent(account) == {**planned(made), "QueryBatchRegisterDeviceStatus": looks}
    assert 2 <= looks <= 6


@pytest.mark.parametrize("where", ["account", "enterprise"])
def test_unchanged_devices_need_no_writes(where, request):
    account = request.getfixturevalue(where)
    account.group("bridge")
    wanted = rows(tags={"site": "west"}, groups=["bridge"], enabled=True)
    account.run(devices=wanted)
    for purge in (True, False):
        again = account.run(devices=wanted, purge_tags=purge, purge_groups=purge)
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
    wanted = rows(tags={"site": "west"}, groups=["bridge"])
    again = account.run(devices=wanted, purge_tags=False, purge_groups=False)
    assert planned(again) == {
        "QueryDevice": 3,
        "QueryDeviceByTags": 3,
        "QueryDeviceListByDeviceGroup": 3,
    }


def test_read_with_rejected_search_falls_back_to_other_queries(enterprise):
    enterprise.run(devices=rows(tags={"site": "west"}))
    refused = []

    def before(action, params):
        if action == "QueryDeviceBySQL":
            from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

            refused.append(params)
            raise ApiError("", operation=action, code="iot.common.APINotSupportedInInstance", category="permanent")

    enterprise.before = before
    again = enterprise.run(devices=rows(tags={"site": "west"}))
    assert again["changed"] is False
    assert len(refused) == 1
    assert planned(again)["QueryDeviceBySQL"] == 1
    assert sent(enterprise) == planned(again)


def test_read_of_few_among_many_devices_uses_details(account):
    account.devices(NAMES)
    told = account.run(devices=rows(NAMES[:30], enabled=True))
    assert planned(told) == {"BatchQueryDeviceDetail": 1}
    assert told["counts"]["existing"] == 30


def test_tags_and_groups_of_devices_without_these_options_are_not_read(account):
    account.devices(NAMES)
    wanted = rows(NAMES[:-2]) + rows(NAMES[-2:], tags={}, groups=[])
    told = account.run(devices=wanted)
    assert told["changed"] is False
    assert (planned(told)["QueryDeviceProp"], planned(told)["QueryDeviceGroupByDevice"]) == (2, 2)


def test_estimate_above_limit_adds_warning(account):
    result = account.run(True, devices=rows(tags={"site": "west"}), warn_above_in_seconds=3)
    # 120 tags at 50 a second, of which the first 50 go at once; and two looks at a batch.
    assert result["estimate"]["writes"]["seconds"] == pytest.approx(2 * 1.05 + 2, abs=0.1)
    assert "take 4 seconds, and the limit is 3" in result["warnings"][0]
    assert "warnings" not in account.run(True, devices=rows(tags={"site": "west"}), warn_above_in_seconds=5)
