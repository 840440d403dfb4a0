# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The vendor's SDKs as judges: every operation by its name, through either of them.

A reply is held against the SDK's own model of it: a member that the model does not know would be lost on every user.
"""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

import pytest

from ..conftest import KEY


class Upgraded:
    """``alibabacloud-iot20180120``: typed requests and replies, signed with ACS3."""

    def __init__(self, address: str):
        from alibabacloud_iot20180120 import models
        from alibabacloud_iot20180120.client import Client
        from alibabacloud_tea_openapi.models import Config

        self._models = models
        self._client = Client(Config(access_key_id=KEY, access_key_secret=KEY, endpoint=address, protocol="http"))

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        """The members of the reply that the SDK's model knows."""
        request = getattr(self._models, f"{operation}Request")().from_map(params)
        response = getattr(self._client, snake_case(operation))(request)
        return response.body.to_map()


class Original:
    """``aliyun-python-sdk-iot``: setters and bare JSON, signed with version 1.0."""

    def __init__(self, address: str):
        from aliyunsdkcore.client import AcsClient

        self._client = AcsClient(KEY, KEY, "cn-shanghai")
        self._address = address

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        """The reply as it came."""
        module = importlib.import_module(f"aliyunsdkiot.request.v20180120.{operation}Request")
        request = getattr(module, f"{operation}Request")()
        request.set_endpoint(self._address)
        for name, value in params.items():
            setter = getattr(request, f"set_{name}", None) or getattr(request, f"set_{name}s")
            setter(value)
        return json.loads(self._client.do_action_with_exception(request))


SDKS = {"upgraded": Upgraded, "original": Original}


@pytest.fixture(params=sorted(SDKS))
def sdk(request, server):
    """One of the SDKs, against an empty platform; the test runs once for each."""
    return SDKS[request.param](server.address)


@pytest.fixture
def good(sdk):
    """Call an operation that must succeed."""

    def call(operation: str, **params: Any) -> dict[str, Any]:
        reply = sdk(operation, **params)
        assert reply["Success"], (operation, reply)
        return reply

    return call


@pytest.fixture
def bad(sdk):
    """Call an operation that must be refused, and return the code."""

    def call(operation: str, **params: Any) -> str:
        reply = sdk(operation, **params)
        assert reply["Success"] is False, (operation, reply)
        return reply["Code"]

    return call


def snake_case(name: str) -> str:
    """A method's name as the upgraded SDK makes it: ``QueryDeviceBySQL`` is ``query_device_by_sql``."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", words).lower()
