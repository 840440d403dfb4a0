# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Opening the service."""

from __future__ import annotations


def test_the_service_is_opened_once(api):
    order = api("OpenIotService")
    assert order["OrderId"].isdigit()
    assert api("OpenIotService", OwnerId=1000000000000001) == order


def test_each_opening_has_an_order_of_its_own(platform, api):
    first = api("OpenIotService")
    platform.reset()
    assert api("OpenIotService") != first


def test_nobody_opens_it_for_somebody_else(api_error):
    assert api_error("OpenIotService", OwnerId=1).code == "iot.common.InvalidTenant"
