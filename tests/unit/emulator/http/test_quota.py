# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests per second."""

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


def taken(quota: Quota, action: str, most: int = 1000, **params) -> int:
    """How many requests get through at once."""
    number = 0
    with contextlib.suppress(GatewayError):
        while number < most:
            quota.take(action, OPERATIONS[action], params)
            number += 1
    return number


def test_one_second_holds_the_documented_requests():
    time = Time()
    quota = Quota(time)
    assert taken(quota, "QueryProduct") == 50
    with pytest.raises(GatewayError) as caught:
        quota.take("QueryProduct", OPERATIONS["QueryProduct"], {})
    assert (caught.value.status, caught.value.code) == (400, "Throttling.User")
    time.now += 0.1
    assert taken(quota, "QueryProduct") == 5
    time.now += 10
    assert taken(quota, "QueryProduct") == 50


def test_operations_do_not_share():
    quota = Quota(Time())
    assert taken(quota, "UpdateProduct") == 10
    assert taken(quota, "QueryProduct") == 50
    quota.forget()
    assert taken(quota, "UpdateProduct") == 10


def test_deep_pages_are_slow():
    quota = Quota(Time())
    assert taken(quota, "QueryProductList", CurrentPage=500, PageSize=200) == 2
    assert taken(quota, "QueryProductList", CurrentPage=499, PageSize=200) == 50


@pytest.mark.parametrize("action", [name for name, operation in OPERATIONS.items() if operation.qps is None])
def test_where_nothing_is_documented_nothing_is_throttled(action):
    assert taken(Quota(Time()), action) == 1000
