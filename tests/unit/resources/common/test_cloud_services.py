# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""References to resources of other Alibaba Cloud services."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.cloud_services import find_problem

ROLE = {"roleArn": "acs:ram::1:role/forwarding", "roleName": "forwarding"}
VALID = {"topicName": "alarms", "regionName": "cn-shanghai", "role": ROLE, "other": 3}


def test_valid_configuration_is_accepted():
    assert find_problem(VALID, ("topicName",)) == ""
    assert find_problem({}, ("topicName",)) == ""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"topicName": ""}, "topicName must be a string that is not blank, not ''"),
        ({"topicName": 3}, "topicName must be a string that is not blank, not 3"),
        ({"regionName": "Shanghai"}, "regionName must be the ID of a region such as cn-shanghai, not 'Shanghai'"),
        ({"regionName": None}, "regionName must be a string that is not blank, not None"),
        ({"role": {**ROLE, "roleName": " "}}, "role.roleName must be a string that is not blank, not ' '"),
        (
            {"role": {**ROLE, "roleArn": "acs:ram::1:role/a b"}},
            "role.roleArn must be the ARN of a RAM role, acs:ram::{account}:role/{name}, not 'acs:ram::1:role/a b'",
        ),
    ],
)
def test_invalid_member_is_named(change, problem):
    assert find_problem({**VALID, **change}, ("topicName",)) == problem


def test_member_that_check_mode_does_not_know_is_accepted():
    unknown = "(known after apply)"
    configuration = {"topicName": unknown, "regionName": unknown, "role": {"roleArn": unknown, "roleName": unknown}}
    assert find_problem(configuration, ("topicName",)) == ""
