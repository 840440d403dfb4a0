# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Actions on a device or a product whose effect the API does not return."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.client_id import ClientIdSelection
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.reset import Reset
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.deduplication import Deduplication
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

LAMP = {"product": "street_light", "name": "lamp_1"}


def account(**replies) -> FakeClient:
    """Return a client of an account with the device lamp_1 of the product street_light."""
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light"}],
        QueryDeviceDetail={"Data": {"IotId": "i1"}},
        **replies,
    )


@pytest.mark.parametrize("reply", [{}, {"JobId": ""}])
def test_device_is_reset(reply):
    client = account(ResetThing=reply)
    assert Reset().run(LAMP, client, False) == {"changed": True, "calls": 3}
    assert client.sent[-1] == ("ResetThing", {"IotId": "i1"})


def test_reset_of_large_gateway_waits_for_job():
    client = account(ResetThing={"JobId": "j1"}, QueryJob={"Data": {"Status": "COMPLETED"}})
    assert Reset().run(LAMP, client, False) == {"changed": True, "calls": 4, "job_id": "j1"}
    assert client.sent[-1] == ("QueryJob", {"JobId": "j1"})


def test_client_id_is_set_as_valid_one():
    client = account()
    ClientIdSelection().run({**LAMP, "client_id": "c1"}, client, False)
    assert client.sent[-1] == ("TransformClientId", {"IotId": "i1", "ClientId": "c1"})


def test_deduplication_is_sent():
    client = account()
    Deduplication().run({"product": "street_light", "by_value": True, "by_timestamp": False}, client, False)
    assert client.sent[-1] == (
        "UpdateProductFilterConfig",
        {"ProductKey": "a1", "PropertyValueFilter": True, "PropertyTimestampFilter": False},
    )


@pytest.mark.parametrize(
    ("entry", "options"),
    [
        (Reset(), LAMP),
        (ClientIdSelection(), {**LAMP, "client_id": "c1"}),
        (Deduplication(), {"product": "street_light", "by_value": True, "by_timestamp": True}),
    ],
)
def test_action_in_check_mode_sends_no_write(entry, options):
    client = account()
    result = entry.run(options, client, True)
    assert result["changed"] is True
    assert set(client.log) <= {"QueryProductList", "QueryDeviceDetail"}
