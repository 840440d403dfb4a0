# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the request quotas."""

from __future__ import annotations

import contextlib

import pytest

from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.http.quota import Quota


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def count_allowed(quota: Quota, action: str, limit: int = 1000, **params) -> int:
    """Return how many requests are allowed at one time."""
    number = 0
    with contextlib.suppress(GatewayError):
        while number < limit:
            quota.take(action, OPERATIONS[action], params)
            number += 1
    return number


def test_quota_allows_documented_requests_per_second():
    time = Time()
    quota = Quota(time)
    assert count_allowed(quota, "QueryProduct") == 50
    with pytest.raises(GatewayError) as caught:
        quota.take("QueryProduct", OPERATIONS["QueryProduct"], {})
    assert (caught.value.status, caught.value.code) == (400, "Throttling.User")
    time.now += 0.1
    assert count_allowed(quota, "QueryProduct") == 5
    time.now += 10
    assert count_allowed(quota, "QueryProduct") == 50


def test_quota_is_separate_per_operation():
    quota = Quota(Time())
    assert count_allowed(quota, "UpdateProduct") == 10
    assert count_allowed(quota, "QueryProduct") == 50
    quota.reset()
    assert count_allowed(quota, "UpdateProduct") == 10


def test_quota_of_deep_pages_is_lower():
    quota = Quota(Time())
    assert count_allowed(quota, "QueryProductList", CurrentPage=500, PageSize=200) == 2
    assert count_allowed(quota, "QueryProductList", CurrentPage=499, PageSize=200) == 50


def test_broadcasts_to_a_topic_and_to_all_devices_have_separate_quotas():
    time = Time()
    quota = Quota(time)
    assert count_allowed(quota, "PubBroadcast", TopicFullName="/broadcast/a1/news") == 1
    # The service limits broadcasts to all devices, by the clock of the emulator.
    assert count_allowed(quota, "PubBroadcast") == 1000
    time.now += 1
    assert count_allowed(quota, "PubBroadcast", TopicFullName="/broadcast/a1/news") == 1


@pytest.mark.parametrize("action", [name for name, operation in OPERATIONS.items() if operation.qps is None])
def test_operation_without_documented_quota_is_not_throttled(action):
    assert count_allowed(Quota(Time()), action) == 1000
