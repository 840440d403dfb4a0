# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An account of the embedded platform in this process, and the real client on it.

Imports from the collection are inside of functions: see tests/unit/emulator/conftest.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import pytest

from ....conftest import flatten

INSTANCE = "iot-060a0bcd"
_COMMON = {
    "AccessKeyId",
    "Action",
    "Format",
    "RegionId",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureVersion",
    "Timestamp",
    "Version",
}


class Account:
    """An account with one product, ``lamps``.

    Attributes:
        sent: how often each operation was called.
        before: is told of each call before it is carried out; an exception that it raises is what the client sees.
        after: is told of each call that was carried out, in the same way.
        throttled: replaces the platform's quotas, which are not in force here.
    """

    def __init__(self, instance: str = ""):
        from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform

        self.sent: Counter = Counter()
        self.before: Callable = lambda action, params: None
        self.after: Callable = lambda action, params: None
        self.instance = instance
        # A store belongs to the thread that has opened it.
        self._thread = ThreadPoolExecutor(1)
        self.platform = self._thread.submit(Platform).result()
        self.key = self.api("CreateProduct", ProductName="lamps", NodeType=0)["Data"]["ProductKey"]

    def close(self) -> None:
        self._thread.submit(self.platform.close).result()
        self._thread.shutdown()

    def api(self, action: str, **params: Any) -> dict:
        """Calls an operation as somebody else."""
        if self.instance:
            params["IotInstanceId"] = self.instance
        return self._thread.submit(self.platform.call, action, flatten(params)).result()

    def advance(self, seconds: float) -> None:
        self._thread.submit(self.platform.clock.advance, seconds).result()

    def devices(self, names: list, **params: Any) -> None:
        """Registers devices as somebody else."""
        for name in names:
            self.api("RegisterDevice", ProductKey=self.key, DeviceName=name, **params)

    def group(self, name: str, devices: list = ()) -> str:
        """Makes a group with members as somebody else; returns its GroupId."""
        group = self.api("CreateDeviceGroup", GroupName=name)["Data"]["GroupId"]
        if devices:
            rows = [{"ProductKey": self.key, "DeviceName": device} for device in devices]
            self.api("BatchAddDeviceGroupRelations", GroupId=group, Device=rows)
        return group

    def tag(self, name: str, tags: str) -> None:
        self.api("SaveDeviceProp", ProductKey=self.key, DeviceName=name, Props=tags)

    def tags(self, name: str) -> str:
        return self.api("QueryDeviceProp", ProductKey=self.key, DeviceName=name)["Props"]

    def post(self, query: str, body: bytes | str) -> tuple:
        """Answers as the wire does."""
        from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError

        text = body.decode() if isinstance(body, bytes) else body
        params = dict(parse_qsl(query, keep_blank_values=True) + parse_qsl(text, keep_blank_values=True))
        action = params["Action"]
        params = {name: value for name, value in params.items() if name not in _COMMON}
        self.sent[action] += 1
        self.before(action, params)
        try:
            reply = self._thread.submit(self.platform.call, action, params).result()
        except GatewayError as error:
            return error.status, {"Code": error.code, "Message": str(error)}
        except ApiError as error:
            return 200, {"Success": False, "Code": error.code, "ErrorMessage": str(error)}
        self.after(action, params)
        return 200, {"Success": True, "RequestId": "r", **reply}

    def client(self, families: tuple):
        from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
        from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
        from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve

        settings = {
            "endpoint": "http://127.0.0.1:1",
            "access_key_id": "emulator",
            "access_key_secret": "emulator",
            "iot_instance_id": self.instance or None,
            "pacing": False,
            "retries": 2,
        }
        return Client(resolve(settings, {}), Catalogue(*families), transport=self)

    def run(self, check_mode: bool = False, **options: Any) -> dict:
        """The result of the module."""
        from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

        from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute
        from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.entry import DevicesEntry

        entry = DevicesEntry()
        validated = ArgumentSpecValidator(entry.argument_spec()).validate({"product": "lamps", **options})
        assert not validated.error_messages, validated.error_messages
        self.sent.clear()
        client = self.client(entry.families)
        return execute(entry, validated.validated_parameters, check_mode, lambda *given: client)

    def written(self) -> Counter:
        """How often each operation was called that changes something."""
        from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS

        return Counter({action: count for action, count in self.sent.items() if OPERATIONS[action].writes})


@pytest.fixture
def account(patience) -> Iterator[Account]:
    """An account whose instance has no search."""
    account = patience(Account())
    yield account
    account.close()


@pytest.fixture
def enterprise(patience) -> Iterator[Account]:
    """An account whose instance has one."""
    account = patience(Account(INSTANCE))
    yield account
    account.close()


@pytest.fixture
def patience(monkeypatch):
    """Whoever waits moves the platform's clock in place of waiting."""

    def of(account: Account) -> Account:
        for place in ("engine.waiting", "resources.device_set.registration", "client.client"):
            name = f"ansible_collections.iotops.aliyun.plugins.module_utils.{place}.time.sleep"
            monkeypatch.setattr(name, account.advance)
        return account

    return of
