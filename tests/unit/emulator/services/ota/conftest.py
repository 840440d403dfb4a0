# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures for the tests of OTA jobs and tasks."""

from __future__ import annotations

from collections import Counter

import pytest


@pytest.fixture
def devices(simulate, key):
    """Create simulated devices that never finish an upgrade, and return their names."""

    def devices(count: int = 3, version: str = "1.0.0", prefix: str = "lamp", product: str = key, module="default"):
        profile = {"outcome": "stall"}
        versions = {module: version} if version else {}
        simulate(product=product, count=count, prefix=prefix, module_versions=versions, profile=profile)
        return [f"{prefix}{number:05}" for number in range(1, count + 1)]

    return devices


@pytest.fixture
def targets(api):
    """Return the names of the devices that a job has tasks for."""

    def targets(job_id: str) -> list[str]:
        tasks = api("ListOTATaskByJob", JobId=job_id, PageSize=100)["Data"]["SimpleOTATaskInfo"]
        return [task["DeviceName"] for task in tasks]

    return targets


@pytest.fixture
def job(api):
    """Return a job from QueryOTAJob."""
    return lambda job_id: api("QueryOTAJob", JobId=job_id)["Data"]


@pytest.fixture
def simulate_devices(simulate, key):
    """Create simulated devices with an upgrade profile."""

    def simulate_devices(
        count: int = 3, version: str = "1.0.0", prefix: str = "lamp", online: bool = True, **upgrade
    ) -> None:
        versions = {"default": version} if version else {}
        profile = {"upgrade": upgrade}
        simulate(product=key, count=count, prefix=prefix, online=online, module_versions=versions, profile=profile)

    return simulate_devices


@pytest.fixture
def tasks(api):
    """Return the tasks of a job."""

    def tasks(job_id: str, **params) -> list[dict]:
        return api("ListOTATaskByJob", JobId=job_id, PageSize=100, **params)["Data"]["SimpleOTATaskInfo"]

    return tasks


@pytest.fixture
def counts(tasks):
    """Return the number of a job's tasks by status."""
    return lambda job_id: dict(Counter(task["TaskStatus"] for task in tasks(job_id)))


@pytest.fixture
def status(api):
    """Return the status of a job."""
    return lambda job_id: api("QueryOTAJob", JobId=job_id)["Data"]["JobStatus"]


@pytest.fixture
def report_version(publish_as_device):
    """Report the version of a module as a device that is not simulated."""

    def report_version(device: dict, version: str, **members: str) -> None:
        publish_as_device("/ota/device/inform/{own}", {"id": "1", "params": {"version": version, **members}}, device)

    return report_version


@pytest.fixture
def report_progress(publish_as_device):
    """Report progress as a device that is not simulated."""

    def report_progress(device: dict, step: int | str, **members: str) -> None:
        publish_as_device(
            "/ota/device/progress/{own}", {"id": "1", "params": {"step": step, "desc": "", **members}}, device
        )

    return report_progress


@pytest.fixture
def lamp(device, report_version):
    """Return the row of a connected device with version 1.0.0 that is not simulated: messages stay in its outbox."""
    report_version(device, "1.0.0")
    return device
