# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What has only begun behind a large gateway is waited for, and told where it does not come to a good end."""

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
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers

HUB = {"product": "hub", "name": "hub_west"}


@pytest.fixture
def slept(monkeypatch) -> list:
    """The seconds that were slept: no test waits."""
    seconds: list = []
    monkeypatch.setattr(waiting.time, "sleep", seconds.append)
    return seconds


def account(*states: str, **replies) -> Answers:
    """An account where a job is in these states, one look after the other."""
    told = iter(states)
    hub = {"ProductKey": "a1", "DeviceName": "hub_west", "IotId": "i1", "Status": "ONLINE", "NodeType": 1}
    return Answers(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "hub"}],
        QueryDeviceDetail={"Data": hub},
        QueryJob=lambda params: {"Data": {"JobId": params["JobId"], "Status": next(told)}},
        **replies,
    )


@pytest.mark.parametrize("reply", [{}, {"JobId": None}, {"JobId": ""}])
def test_what_is_done_is_not_waited_for(reply, slept):
    client = account()
    assert wait_for_gateway_job(client.call, reply) == ""
    assert (client.log, slept) == ([], [])


def test_a_job_is_waited_for(slept):
    client = account("WAITING", "IN_PROGRESS", "COMPLETED")
    assert wait_for_gateway_job(client.call, {"JobId": "j1"}) == ""
    assert client.log == ["QueryJob"] * 3
    assert slept == [1.0, 1.5]


@pytest.mark.parametrize(("status", "words"), [("CANCELLED", "was canceled"), ("TIMED_OUT", "was timed out")])
def test_a_job_that_ends_otherwise(slept, status, words):
    complaint = wait_for_gateway_job(account(status).call, {"JobId": "j1"})
    assert complaint == f"the job j1, which does it for the sub-devices, {words}"


def test_a_job_that_takes_too_long(monkeypatch, slept):
    monkeypatch.setattr(gateway_job, "LONGEST", 0)
    complaint = wait_for_gateway_job(account("IN_PROGRESS").call, {"JobId": "j1"})
    assert complaint.endswith("goes on after 0 seconds")


@pytest.mark.parametrize(
    ("operation", "wanted"), [("DisableThing", {"enabled": False}), ("DeleteDevice", {"state": "absent"})]
)
def test_a_device_fails_where_its_job_does(slept, operation, wanted):
    client = account("CANCELLED", **{operation: {"JobId": "j1"}})
    with pytest.raises(StepFailed, match=f"^{operation}: the job j1, .* was canceled"):
        converge(Device(), {**HUB, **wanted}, client, False)
    client = account("IN_PROGRESS", "COMPLETED", **{operation: {"JobId": "j1"}})
    assert converge(Device(), {**HUB, **wanted}, client, False)["changed"]
    assert client.log.count("QueryJob") == 2


def test_a_reset_fails_where_its_job_does(slept):
    with pytest.raises(EngineError, match=r"^ResetThing: the job j1, .* was canceled"):
        Reset().run(HUB, account("CANCELLED", ResetThing={"JobId": "j1"}), False)
