# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Consumer groups: the default group, renaming, and the consumption status."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.consumer_group import ConsumerGroup
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

GROUP = ConsumerGroup()
ROWS = [{"GroupId": "g1", "GroupName": "console"}, {"GroupId": "DEFAULT_GROUP", "GroupName": "默认消费组"}]


def account(**replies) -> FakeClient:
    """Return a client of an account with the group console and the default group."""
    by_id = {row["GroupId"]: row for row in ROWS}
    return FakeClient(
        QueryConsumerGroupList=ROWS,
        QueryConsumerGroupByGroupId=lambda params: {"Data": by_id[params["GroupId"]]},
        CreateConsumerGroup={"GroupId": "g2"},
        **replies,
    )


def group(client, **options) -> dict:
    return converge(GROUP, options, client, True)


@pytest.mark.parametrize("name", ["DEFAULT_GROUP", "默认消费组"])
def test_default_group_change_or_deletion_fails(name):
    assert group(account(), name=name)["changed"] is False
    for options in ({"name": name, "state": "absent"}, {"name": "mine", "renamed_from": name}):
        client = account()
        with pytest.raises(ImmutableField, match=r"^the default consumer group cannot be changed or deleted") as caught:
            converge(GROUP, options, client, False)
        assert caught.value.field == ("state" if "state" in options else "name")
        assert not any(client.operation(operation).writes for operation in client.log)


def test_group_is_renamed_if_new_name_is_unused():
    (step,) = group(account(), name="board", renamed_from="console")["steps"]
    assert (step["operation"], step["changes"]) == (
        "UpdateConsumerGroup",
        {"name": {"before": "console", "after": "board"}},
    )
    assert group(account(), name="console", renamed_from="DEFAULT_GROUP")["changed"] is False
    (step,) = group(account(), name="board", renamed_from="nothing")["steps"]
    assert step["operation"] == "CreateConsumerGroup"


def test_group_status_is_read_by_info_module_only():
    client = account()
    group(client, name="console")
    assert "QueryConsumerGroupStatus" not in client.log
    # Some numbers are returned as text, and members without a value are missing.
    status = {"AccumulationCount": "26", "ConsumerSpeed": 14, "RealTimeConsumeCountPerMinute": 14}
    client_ = {"ClientId": "c", "ClientIpPort": "1.2.3.4:5", "OnlineTime": 1, "RealTimeConsumeCountPerMinute": 2}
    status["ClientConnectionStatusList"] = {"ConsumerGroupClientConnectionInfo": [client_]}
    (found,) = gather(GROUP, {"name": "console"}, account(QueryConsumerGroupStatus=status))["consumer_groups"]
    assert found == {
        "name": "console",
        "group_id": "g1",
        "backlog": 26,
        "rate": 14,
        "real_time_rate": 14,
        "backlog_rate": 0,
        "last_consumed": "",
        "clients": [
            {
                "client_id": "c",
                "address": "1.2.3.4:5",
                "online_since": 1,
                "real_time_rate": 2,
                "backlog_rate": None,
            }
        ],
    }
