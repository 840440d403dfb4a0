# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The vendor's SDKs as judges: every operation by its name, through either of them.

A reply is held against the SDK's own model of it: a member that the model does not know would be lost on every user.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from ..conftest import KEY
from .node_sdk import UNKNOWN, Node, known
from .node_sdk import node as running_node
from .shapes import without_nothing
from .steps import Caller

SNAPSHOTS = Path(__file__).parent / "snapshots"


class Upgraded:
    """``alibabacloud-iot20180120``: typed requests and replies, signed with ACS3."""

    def __init__(self, address: str):
        from alibabacloud_iot20180120 import models
        from alibabacloud_iot20180120.client import Client
        from alibabacloud_tea_openapi.models import Config

        self._models = models
        self._client = Client(Config(access_key_id=KEY, access_key_secret=KEY, endpoint=address, protocol="http"))
        # Its own rule for underscores knows exceptions: create_otafirmware, but r_rpc.
        self._methods = {name.replace("_", ""): name for name in dir(Client)}

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        """The members of the reply that the SDK's model knows."""
        method = getattr(self._client, self._methods[operation.lower()])
        request_class = getattr(self._models, f"{operation}Request", None)  # none where there is nothing to ask with
        response = method(request_class().from_map(params)) if request_class else method()
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
            setter(json.dumps(value) if isinstance(value, dict) else value)  # an object travels as JSON
        return json.loads(self._client.do_action_with_exception(request))


class ForNode:
    """``@alicloud/iot20180120``: typed requests and replies, in JavaScript."""

    def __init__(self, node: Node, address: str):
        self._node = node
        self._address = address

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        """The members of the reply that the SDK's model knows; what it is known not to know is in ``node_sdk``."""
        told = self._node.call(self._address, operation, params)
        assert without_nothing(told["reply"]) == without_nothing(known(operation, told["sent"], UNKNOWN)), operation
        return told["reply"]


def pytest_addoption(parser):
    parser.addoption(
        "--update-snapshots", action="store_true", help="keep what the snapshot tests see as what is right"
    )


@pytest.fixture
def snapshot(request):
    """Compare what a test has seen with what was kept under a name; ``--update-snapshots`` keeps it anew."""

    def compare(name: str, seen: Any) -> None:
        path = SNAPSHOTS / f"{name}.json"
        if request.config.getoption("--update-snapshots", default=False):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(seen, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
        assert path.exists(), f"{name} has not been kept yet: --update-snapshots does it"
        assert seen == json.loads(path.read_text("utf-8"))

    return compare


@pytest.fixture(scope="session")
def node():
    """A Node.js with the vendor's SDK for it, which all tests share."""
    with running_node() as node:
        yield node


@pytest.fixture
def sdk_named(request):
    """One of ``SDKS``, for the platform at an address: ``sdk_named("original", server.address)``."""

    def make(name: str, address: str) -> Caller:
        if name == "node":
            return ForNode(request.getfixturevalue("node"), address)
        return {"upgraded": Upgraded, "original": Original}[name](address)

    return make


SDKS = ("node", "original", "upgraded")


@pytest.fixture(params=SDKS)
def sdk(request, server, sdk_named):
    """One of the SDKs, against an empty platform; the test runs once for each."""
    return sdk_named(request.param, server.address)


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
