# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Jobs of large gateways: the task waits for them and reports their failure."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import waiting
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device import gateway_job
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.device import Device
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.gateway_job import wait_for_gateway_job
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.reset import Reset
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

HUB = {"product": "hub", "name": "hub_west"}


@pytest.fixture
def slept(monkeypatch) -> list:
    """Replace ``time.sleep``, and return the list of the seconds that were slept."""
    seconds: list = []
    monkeypatch.setattr(waiting.time, "sleep", seconds.append)
    return seconds


def account(*states: str, **replies) -> FakeClient:
    """Return a client of an account whose job has these states, one per read."""
    remaining = iter(states)
    hub = {"ProductKey": "a1", "DeviceName": "hub_west", "IotId": "i1", "Status": "ONLINE", "NodeType": 1}
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "hub"}],
        QueryDeviceDetail={"Data": hub},
        QueryJob=lambda params: {"Data": {"JobId": params["JobId"], "Status": next(remaining)}},
        **replies,
    )


@pytest.mark.parametrize("reply", [{}, {"JobId": None}, {"JobId": ""}])
def test_response_without_job_is_not_waited_for(reply, slept):
    client = account()
    assert wait_for_gateway_job(client.call, reply) == ""
    assert (client.log, slept) == ([], [])


def test_job_is_waited_for(slept):
    client = account("WAITING", "IN_PROGRESS", "COMPLETED")
    assert wait_for_gateway_job(client.call, {"JobId": "j1"}) == ""
    assert client.log == ["QueryJob"] * 3
    assert slept == [1.0, 1.5]


@pytest.mark.parametrize(("status", "reason"), [("CANCELLED", "was canceled"), ("TIMED_OUT", "timed out")])
def test_failed_job_is_reported(slept, status, reason):
    failure = wait_for_gateway_job(account(status).call, {"JobId": "j1"})
    assert failure == f"the job j1, which changes the sub-devices of the gateway, {reason}"


def test_job_that_exceeds_timeout_is_reported(monkeypatch, slept):
    monkeypatch.setattr(gateway_job, "MAX_WAIT", 0)
    failure = wait_for_gateway_job(account("IN_PROGRESS").call, {"JobId": "j1"})
    assert failure.endswith("is still running after 0 seconds")


@pytest.mark.parametrize(
    ("operation", "options"), [("DisableThing", {"enabled": False}), ("DeleteDevice", {"state": "absent"})]
)
def test_device_with_failed_job_fails(slept, operation, options):
    client = account("CANCELLED", **{operation: {"JobId": "j1"}})
    with pytest.raises(StepFailed, match=f"^{operation}: the job j1, .* was canceled"):
        converge(Device(), {**HUB, **options}, client, False)
    client = account("IN_PROGRESS", "COMPLETED", **{operation: {"JobId": "j1"}})
    assert converge(Device(), {**HUB, **options}, client, False)["changed"]
    assert client.log.count("QueryJob") == 2


def test_reset_with_failed_job_fails(slept):
    with pytest.raises(EngineError, match=r"^ResetThing: the job j1, .* was canceled"):
        Reset().run(HUB, account("CANCELLED", ResetThing={"JobId": "j1"}), False)
