# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An emulator in the test process, and the client of the collection that sends its requests to it.

The collection is imported inside functions: see tests/unit/emulator/conftest.py.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import pytest

from ....conftest import flatten

INSTANCE = "iot-060a0bcd"
NAMES = [f"lamp-{number:04d}" for number in range(120)]

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


def rows(names: list[str] = NAMES, **options: Any) -> list[dict]:
    """Return devices with the same options, in the form of the option ``devices``."""
    return [{"name": name, **options} for name in names]


def planned(result: dict) -> dict[str, int]:
    """Return the estimated number of requests by operation."""
    return result["estimate"]["operations"]


def sent(account: Account) -> dict[str, int]:
    """Return the number of sent requests by operation, except the lookups that an estimate does not contain."""
    counts = dict(account.sent)
    for lookup in ("QueryProductList", "QueryDeviceGroupList"):
        counts.pop(lookup, None)
    return counts


class Account:
    """An account of the emulator with one product, ``lamps``. The quotas are not enforced.

    Args:
        instance: The ID of the instance; if set, the instance has a device search.

    Attributes:
        sent: The number of calls by operation.
        before: Called with the operation and the parameters before each call. The client receives the exceptions that
            it raises.
        after: The same after each successful call.
    """

    def __init__(self, instance: str = "") -> None:
        from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform

        self.sent: Counter = Counter()
        self.before: Callable = lambda action, params: None
        self.after: Callable = lambda action, params: None
        self.instance = instance
        # The store of the emulator can be used only in the thread that opened it.
        self._thread = ThreadPoolExecutor(1)
        self.platform = self._thread.submit(Platform).result()
        self.key = self.api("CreateProduct", ProductName="lamps", NodeType=0)["Data"]["ProductKey"]

    def close(self) -> None:
        self._thread.submit(self.platform.close).result()
        self._thread.shutdown()

    def api(self, action: str, **params: Any) -> dict:
        """Call an operation as another client."""
        if self.instance:
            params["IotInstanceId"] = self.instance
        return self._thread.submit(self.platform.call, action, flatten(params)).result()

    def advance(self, seconds: float) -> None:
        self._thread.submit(self.platform.clock.advance, seconds).result()

    def devices(self, names: list, **params: Any) -> None:
        """Register devices as another client."""
        for name in names:
            self.api("RegisterDevice", ProductKey=self.key, DeviceName=name, **params)

    def group(self, name: str, devices: Iterable[str] = ()) -> str:
        """Create a group with members as another client, and return its GroupId."""
        group = self.api("CreateDeviceGroup", GroupName=name)["Data"]["GroupId"]
        if devices:
            rows = [{"ProductKey": self.key, "DeviceName": device} for device in devices]
            self.api("BatchAddDeviceGroupRelations", GroupId=group, Device=rows)
        return group

    def tag(self, name: str, tags: str) -> None:
        self.api("SaveDeviceProp", ProductKey=self.key, DeviceName=name, Props=tags)

    def tags(self, name: str) -> str:
        return self.api("QueryDeviceProp", ProductKey=self.key, DeviceName=name)["Props"]

    def post(self, query: str, body: bytes | str) -> tuple[int, dict]:
        """Return the HTTP status and the response of a request, like the transport of the client."""
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

    def client(self, families: tuple) -> Any:
        """Return a client that sends its requests to this account."""
        from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
        from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
        from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve

        settings = {
            "endpoint": "http://127.0.0.1:1",
            "access_key_id": "emulator-id",
            "access_key_secret": "emulator-secret-2018",
            "iot_instance_id": self.instance or None,
            "pacing": False,
            "retries": 2,
        }
        return Client(resolve(settings, {}), Catalogue(*families), transport=self)

    def run(self, check_mode: bool = False, **options: Any) -> dict:
        """Run the module iot_devices, and return its result."""
        from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

        from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute
        from ansible_collections.iotops.aliyun.plugins.module_utils.engine.vault import CommandVault
        from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.entry import DevicesEntry

        entry = DevicesEntry()
        entry.vault = CommandVault(sys.executable, _run_command)
        validated = ArgumentSpecValidator(entry.argument_spec()).validate({"product": "lamps", **options})
        assert not validated.error_messages, validated.error_messages
        self.sent.clear()
        client = self.client(entry.families)
        return execute(entry, validated.validated_parameters, check_mode, lambda *_args: client)

    def written(self) -> Counter:
        """Return the number of calls by write operation."""
        from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS

        return Counter({action: count for action, count in self.sent.items() if OPERATIONS[action].writes})


def _run_command(command: list, text: str) -> tuple:
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def account(fast_clock) -> Iterator[Account]:
    """An account whose instance has no device search."""
    account = fast_clock(Account())
    yield account
    account.close()


@pytest.fixture
def enterprise(fast_clock) -> Iterator[Account]:
    """An account whose instance has a device search."""
    account = fast_clock(Account(INSTANCE))
    yield account
    account.close()


@pytest.fixture
def fast_clock(monkeypatch) -> Callable[[Account], Account]:
    """A function that makes the code under test advance the clock of the emulator instead of sleeping."""

    def patch(account: Account) -> Account:
        for module in ("engine.waiting", "resources.device_set.registration", "client.client"):
            name = f"ansible_collections.iotops.aliyun.plugins.module_utils.{module}.time.sleep"
            monkeypatch.setattr(name, account.advance)
        return account

    return patch
