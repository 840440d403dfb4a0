# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures for distribution jobs."""

from __future__ import annotations

import json

import pytest

UID = "1000000000000001"
HOME = "iotx-oxssharez200"
OTHER_REGION = "iotx-oxssharez300"
TARGET = "iot-cn-6ja1x"
OTHER_TARGET = "iot-060a02"


@pytest.fixture
def product(api):
    """Return the key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def register(api, product):
    """Return a function that registers devices and returns their IDs."""

    def register(*names: str) -> list[str]:
        return [api("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]["IotId"] for name in names]

    return register


@pytest.fixture
def job_params(product):
    """Return a function that returns the parameters of a device job."""

    def job_params(*names: str, targets: tuple[str, ...] = (TARGET,), **params) -> dict:
        return {
            "ProductKey": product,
            "DeviceName": list(names),
            "SourceInstanceId": HOME,
            "TargetInstanceConfig": [{"TargetInstanceId": target} for target in targets],
            "TargetUid": UID,
            "Strategy": 0,
            **params,
        }

    return job_params


@pytest.fixture
def start_device_job(api, job_params):
    """Return a function that starts a device job and returns its ID."""
    return lambda *names, **params: api("CreateDeviceDistributeJob", **job_params(*names, **params))["JobId"]


@pytest.fixture
def start_product_job(api, product):
    """Return a function that starts a product job and returns its ID."""
    defaults = {"ProductKey": product, "SourceInstanceId": HOME, "TargetInstanceId": TARGET, "TargetUid": UID}
    return lambda **params: api("CreateProductDistributeJob", **{**defaults, **params})["JobId"]


@pytest.fixture
def finish_jobs(platform):
    """Return a function that advances the clock until the jobs are finished."""
    return lambda: platform.clock.advance(10)


@pytest.fixture
def status(api):
    """Return a function that returns the status of a device job."""
    return lambda job: api("QueryDeviceDistributeJob", JobId=job)["Data"]["Status"]


@pytest.fixture
def result_codes(api, download):
    """Return a function that returns the result codes of the devices of a job, by device name."""

    def result_codes(job: str) -> dict[str, str]:
        results = json.loads(download(api("QueryDeviceDistributeDetail", JobId=job)["File"]))
        assert all(set(result) == {"ProductKey", "DeviceName", "Code", "Message"} for result in results)
        assert all((result["Message"] == "success") == (result["Code"] == "200") for result in results)
        return {result["DeviceName"]: result["Code"] for result in results}

    return result_codes


@pytest.fixture
def device_targets(api):
    """Return a function that lists distributed devices as pairs of device name and target instance."""

    def device_targets(**params) -> list[tuple[str, str]]:
        items = api("ListDistributedDevice", CurrentPage=1, PageSize=100, **params)["Data"]["Info"]["items"]
        return [(item["DeviceName"], item["TargetInstanceId"]) for item in items]

    return device_targets


@pytest.fixture
def product_targets(api):
    """Return a function that lists the target instances of distributed products, the newest first."""

    def product_targets(**params) -> list[str]:
        items = api("ListDistributedProduct", CurrentPage=1, PageSize=100, **params)["Data"]["Info"]["items"]
        return [item["TargetInstanceId"] for item in items]

    return product_targets
