# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures for the tests of device jobs."""

from __future__ import annotations

import json

import pytest

CUSTOM_JOB = {"Type": "CUSTOM_JOB", "JobDocument": '{"key":"value"}'}


@pytest.fixture
def create(api, key):
    """Create a job, by default a custom job for all devices of a product, and return its id."""

    def create(kind: dict[str, str] | None = None, **params) -> str:
        target = json.dumps({"targetType": "PRODUCT_KEY", "targetProduct": key})
        request = {"JobName": "onejob", "TargetConfig": target, **(kind or CUSTOM_JOB), **params}
        for name in ("TargetConfig", "RolloutConfig", "TimeoutConfig", "JobFile"):
            if isinstance(request.get(name), dict):
                request[name] = json.dumps(request[name])
        return api("CreateJob", **request)["JobId"]

    return create


@pytest.fixture
def simulate_devices(simulate, key):
    """Create simulated devices."""

    def simulate_devices(count: int = 2, prefix: str = "lamp", online: bool = True, **profile) -> None:
        simulate(product=key, count=count, prefix=prefix, online=online, profile=profile)

    return simulate_devices


@pytest.fixture
def status(api):
    """Return the status of a job."""
    return lambda job_id: api("QueryJob", JobId=job_id)["Data"]["Status"]


@pytest.fixture
def statistics(api):
    """Return the number of a job's tasks by status, without statuses that have no tasks."""

    def statistics(job_id: str) -> dict[str, int]:
        data = api("QueryJobStatistics", JobId=job_id)["Data"]
        assert data.pop("Total") == sum(data.values())
        return {name: count for name, count in data.items() if count}

    return statistics


@pytest.fixture
def task(api):
    """Return the only task of a job."""

    def task(job_id: str) -> dict:
        [entry] = api("ListTask", JobId=job_id, Limit=10)["Data"]["data"]
        return api("QueryTask", TaskId=entry["TaskId"])["Data"]

    return task


@pytest.fixture
def update(publish_as_device, outbox):
    """Report the progress of a task as the device and return the reply."""

    def update(task_id: str, status: str, **params) -> dict:
        outbox()
        message = {"id": "9", "version": "1.0", "params": {"taskId": task_id, "status": status, **params}}
        publish_as_device("/sys/{own}/thing/job/update", message)
        [(topic, reply)] = outbox()
        assert topic == "/sys/{own}/thing/job/update_reply"
        return reply

    return update


@pytest.fixture
def get(publish_as_device, outbox):
    """Request a task as the device and return the data of the reply."""

    def get(task_id: str) -> dict:
        outbox()
        publish_as_device("/sys/{own}/thing/job/get", {"id": "9", "version": "1.0", "params": {"taskId": task_id}})
        [(topic, reply)] = outbox()
        assert topic == "/sys/{own}/thing/job/get_reply"
        assert (reply["id"], reply["code"]) == ("9", 200)
        return reply["data"]

    return get
