# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the activation of the service."""

from __future__ import annotations


def test_service_activated_twice_returns_same_order(api):
    order = api("OpenIotService")
    assert order["OrderId"].isdigit()
    assert api("OpenIotService", OwnerId=1000000000000001) == order


def test_service_activated_after_reset_returns_new_order(platform, api):
    first = api("OpenIotService")
    platform.reset()
    assert api("OpenIotService") != first


def test_service_activation_for_other_owner_is_rejected(api_error):
    assert api_error("OpenIotService", OwnerId=1).code == "iot.common.InvalidTenant"
