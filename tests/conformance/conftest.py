# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures that call operations with the vendor's SDKs.

Replies are compared with the SDK's own models: users of the SDK cannot see a member that the model does not have.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from ..conftest import KEY
from .node_sdk import UNKNOWN_TO_NODE, Node, without_unknown
from .node_sdk import node as running_node
from .shapes import without_empty
from .steps import Caller

SNAPSHOTS = Path(__file__).parent / "snapshots"


class UpgradedSdk:
    """``alibabacloud-iot20180120``: typed requests and replies, signature ACS3."""

    def __init__(self, address: str):
        from alibabacloud_iot20180120 import models
        from alibabacloud_iot20180120.client import Client
        from alibabacloud_tea_openapi.models import Config

        self._models = models
        self._client = Client(Config(access_key_id=KEY, access_key_secret=KEY, endpoint=address, protocol="http"))
        # The SDK's method names do not follow one rule: create_otafirmware, but r_rpc.
        self._methods = {name.replace("_", ""): name for name in dir(Client)}

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        """Call an operation and return the members of the reply that the SDK's model has."""
        method = getattr(self._client, self._methods[operation.lower()])
        request_class = getattr(self._models, f"{operation}Request", None)  # None for operations without parameters
        response = method(request_class().from_map(params)) if request_class else method()
        return response.body.to_map()


class OriginalSdk:
    """``aliyun-python-sdk-iot``: setters and plain JSON, signature version 1.0."""

    def __init__(self, address: str):
        from aliyunsdkcore.client import AcsClient

        self._client = AcsClient(KEY, KEY, "cn-shanghai")
        self._address = address

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        """Call an operation and return the reply."""
        module = importlib.import_module(f"aliyunsdkiot.request.v20180120.{operation}Request")
        request = getattr(module, f"{operation}Request")()
        request.set_endpoint(self._address)
        for name, value in params.items():
            setter = getattr(request, f"set_{name}", None) or getattr(request, f"set_{name}s")
            setter(json.dumps(value) if isinstance(value, dict) else value)  # objects are sent as JSON
        return json.loads(self._client.do_action_with_exception(request))


class NodeSdk:
    """``@alicloud/iot20180120``: typed requests and replies in JavaScript."""

    def __init__(self, node: Node, address: str):
        self._node = node
        self._address = address

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        """Call an operation and return the members of the reply that the SDK's model has.

        ``node_sdk`` lists the members that the model is known to lack.
        """
        result = self._node.call(self._address, operation, params)
        assert without_empty(result["reply"]) == without_empty(
            without_unknown(operation, result["sent"], UNKNOWN_TO_NODE)
        ), operation
        return result["reply"]


def pytest_addoption(parser):
    parser.addoption("--update-snapshots", action="store_true", help="store the current replies as the expected ones")


@pytest.fixture
def snapshot(request):
    """Compare a value with the stored snapshot of a name; ``--update-snapshots`` stores the value first."""

    def compare(name: str, actual: Any) -> None:
        path = SNAPSHOTS / f"{name}.json"
        if request.config.getoption("--update-snapshots", default=False):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(actual, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
        assert path.exists(), f"snapshot {name} does not exist: create it with --update-snapshots"
        assert actual == json.loads(path.read_text("utf-8"))

    return compare


@pytest.fixture(scope="session")
def node():
    """Start Node.js with the vendor's SDK, shared by all tests."""
    with running_node() as node:
        yield node


@pytest.fixture
def create_sdk(request):
    """Create one of ``SDKS`` for an emulator: ``create_sdk("original", server.address)``."""

    def create(name: str, address: str) -> Caller:
        if name == "node":
            return NodeSdk(request.getfixturevalue("node"), address)
        return {"upgraded": UpgradedSdk, "original": OriginalSdk}[name](address)

    return create


SDKS = ("node", "original", "upgraded")


@pytest.fixture(params=SDKS)
def sdk(request, server, create_sdk):
    """Create an SDK for an empty emulator; the test runs once for each SDK."""
    return create_sdk(request.param, server.address)


@pytest.fixture
def call_ok(sdk):
    """Call an operation that must succeed."""

    def call(operation: str, **params: Any) -> dict[str, Any]:
        reply = sdk(operation, **params)
        assert reply["Success"], (operation, reply)
        return reply

    return call


@pytest.fixture
def call_error(sdk):
    """Call an operation that must fail and return the error code."""

    def call(operation: str, **params: Any) -> str:
        reply = sdk(operation, **params)
        assert reply["Success"] is False, (operation, reply)
        return reply["Code"]

    return call
