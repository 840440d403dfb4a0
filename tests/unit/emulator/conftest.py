# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A platform in this process.

Imports from the collection are inside of functions here: pytest reads this file before Ansible's way of finding
collections is in force, and what was imported by then would stand in its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ...conftest import flat

#: A member of the envelope that a few operations have where they say yes.
CODE_OF_SUCCESS = ("Code", "Success")

_PYTHON_TYPES = {"string": str, "integer": int, "boolean": bool, "number": (int, float)}


@pytest.fixture
def platform() -> Iterator[Any]:
    """An empty platform in memory."""
    from ansible_collections.iotops.aliyun.emulator.dispatch import Platform

    platform = Platform()
    yield platform
    platform.close()


@pytest.fixture
def api(platform):
    """Call an operation as Python: ``api("QueryProduct", ProductKey="a1")`` returns the reply without its envelope.

    Also holds every reply to the members and types that the catalogue declares.
    """
    from ansible_collections.iotops.aliyun.emulator.catalogue import OPERATIONS

    def call(action: str, **params: Any) -> dict[str, Any]:
        reply = platform.call(action, flat(params))
        own = {name: value for name, value in reply.items() if (name, str(value)) != CODE_OF_SUCCESS}
        check_members(action, OPERATIONS[action].result, own)
        return reply

    return call


@pytest.fixture
def refused(api):
    """Call an operation that must answer with a business error, and return the error."""
    from ansible_collections.iotops.aliyun.emulator.errors import ApiError

    def call(action: str, **params: Any) -> ApiError:
        with pytest.raises(ApiError) as caught:
            api(action, **params)
        return caught.value

    return call


@pytest.fixture
def download(platform):
    """What is fetched from a URL that the platform has given out; of ``media_type``, where a test says so."""
    from ansible_collections.iotops.aliyun.emulator.services import object_storage

    def download(url: str, media_type: str | None = None) -> bytes:
        query = dict(parse_qsl(urlsplit(url).query))
        file = platform.run(lambda ctx: object_storage.fetch(ctx, object_storage.key_of_url(url), query))
        assert media_type in (None, file["media_type"])
        return platform.run(lambda ctx: object_storage.content_of(ctx, file))

    return download


@pytest.fixture
def upload(platform, api):
    """Ask an operation for a form and upload a file with it; returns what the operation answered."""
    from ansible_collections.iotops.aliyun.emulator.services import object_storage

    def upload(content: bytes = b"firmware", action: str = "GenerateOTAUploadURL", **params: Any) -> dict[str, Any]:
        form = api(action, **params)["Data"]
        platform.run(lambda ctx: object_storage.store(ctx, form["Key"], [content] if content else []))
        return form

    return upload


@pytest.fixture
def firmware(api, upload):
    """Make a firmware of version 2.0.0 that needs no verification, and return its id."""
    made = []

    def firmware(product: str, **params: Any) -> str:
        made.append(product)
        described = {"FirmwareName": f"firmware{len(made)}", "DestVersion": "2.0.0", "NeedToVerify": False}
        if "MultiFiles" not in params:
            # Every firmware has a content of its own.
            described["FirmwareUrl"] = upload(f"content {len(made)}".encode())["FirmwareUrl"]
        return api("CreateOTAFirmware", ProductKey=product, **{**described, **params})["Data"]["FirmwareId"]

    return firmware


@pytest.fixture
def static(api, key):
    """Create a static job for all devices of a product and return its id."""

    def static(firmware_id: str, **params: Any) -> str:
        asked = {"FirmwareId": firmware_id, "ProductKey": key, "TargetSelection": "ALL", **params}
        return api("CreateOTAStaticUpgradeJob", **asked)["Data"]["JobId"]

    return static


@pytest.fixture
def dynamic(api, key):
    """Create a dynamic job for devices of version 1.0.0, or of a group, and return its id."""

    def dynamic(firmware_id: str, **params: Any) -> str:
        asked = {"FirmwareId": firmware_id, "ProductKey": key, **params}
        if "GroupId" not in params:
            asked.setdefault("SrcVersion", ["1.0.0"])
        return api("CreateOTADynamicUpgradeJob", **asked)["Data"]["JobId"]

    return dynamic


def check_members(where: str, declared: dict, given: dict[str, Any]) -> None:
    """Fail where a reply has a member or a type that the catalogue does not know."""
    for name, value in given.items():
        assert name in declared, f"{where} has no {name}"
        param = declared[name]
        if param.type == "list":
            assert isinstance(value, list), f"{where}.{name} is a list"
            for element in value:
                if param.members:
                    check_members(f"{where}.{name}", param.members, element)
                else:
                    assert isinstance(element, _PYTHON_TYPES[param.element])
        elif param.type == "object":
            assert isinstance(value, dict), f"{where}.{name} is an object"
            if param.members:
                check_members(f"{where}.{name}", param.members, value)
        else:
            assert isinstance(value, _PYTHON_TYPES[param.type]), f"{where}.{name} is a {param.type}"
            assert param.type == "boolean" or not isinstance(value, bool), f"{where}.{name} is a {param.type}"
