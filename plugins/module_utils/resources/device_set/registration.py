# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The registration of devices in batches (manual sections 4.8.15 to 4.8.20).

The names of a batch are submitted, checked asynchronously by the platform, and then registered asynchronously. The
ApplyId of a batch identifies it in all these steps and can be registered only once, so that no device is registered
twice if a response is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ApiError, EngineError, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import wait
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.vendor_errors import (
    concerns_request_only,
)

#: The maximum number of names of a batch. The manual documents 10,000 in one place and 1,000 in another, and that the
#: platform ignores names beyond the limit without an error.
BATCH_SIZE = 1_000

#: The seconds before the first read of the status of a batch: the platform needs some time to process it.
FIRST_POLL_DELAY = 1.0
#: The maximum number of seconds to wait for the platform to process a batch.
TIMEOUT = 900

_SECRETS_PAGE_SIZE = 50

# The statuses of a batch.
_CHECKING, _CHECKED = "CHECK", "CHECK_SUCCESS"
_CREATING, _CREATED, _CREATE_FAILED = "CREATE", "CREATE_SUCCESS", "CREATE_FAILED"


class Registration:
    """Registers devices of one product.

    Args:
        workers: Sends the requests.
        product_key: The ProductKey.
        reject: Called with each name that the platform rejects, and the reason.
    """

    def __init__(
        self,
        workers: WorkerPool,
        product_key: str,
        reject: Callable[[str, str], None] = lambda name, reason: None,
    ) -> None:
        self._workers = workers
        self._product_key = product_key
        self._reject = reject

    def register(self, nicknames: dict[str, str | None], with_secrets: bool) -> dict[str, str | None]:
        """Register one batch of devices.

        Args:
            nicknames: The nickname of each device by name; None for no nickname.
            with_secrets: Whether to read the secrets of the devices.

        Returns:
            The secrets of the registered devices by name; None if the secrets are not read.

        Raises:
            IotError: If a request fails for a reason other than a device name.
            EngineError: If the platform does not process the batch before the timeout.
        """
        left = dict(nicknames)
        while left:
            try:
                apply_id = self._submit_names(left)
            except ApiError as error:
                if not concerns_request_only(error):
                    raise
                return self._register_in_halves(left, with_secrets, error)
            state = self._wait_while(apply_id, _CHECKING)
            if state["Status"] == _CHECKED:
                return self._register_checked(apply_id, left, with_secrets)
            if not self._remove_invalid(state, left):
                raise EngineError(
                    f"the platform rejected a batch of {len(left)} device names and did not return which ones"
                )
        return {}

    def start_generated(self, count: int) -> int:
        """Request devices with names that the platform generates, and return the ApplyId of the batch.

        Args:
            count: The number of devices, at most ``BATCH_SIZE``.

        Raises:
            IotError: If the request fails. If its response was lost, the devices may be registered.
        """
        reply = self._workers.call("BatchRegisterDevice", {"ProductKey": self._product_key, "Count": count})
        return int(member(reply, "Data.ApplyId"))

    def is_registering(self, apply_id: int) -> bool:
        """Return whether the platform is still registering the devices of a batch.

        Raises:
            IotError: If the request fails.
        """
        return self._read_state(apply_id).get("Status") == _CREATING

    def wait_for_generated(self, apply_id: int) -> dict[str, str | None]:
        """Wait for the end of a batch with generated names, and return the secrets of its devices by name.

        Raises:
            IotError: If a request fails.
            EngineError: If the platform does not process the batch before the timeout.
        """
        self._wait_while(apply_id, _CREATING)
        return self._read_secrets(apply_id)

    def _register_in_halves(
        self, nicknames: dict[str, str | None], with_secrets: bool, error: ApiError
    ) -> dict[str, str | None]:
        """Register each half of a batch that the platform rejected as a whole."""
        names = list(nicknames)
        if len(names) == 1:
            self._reject(names[0], str(error))
            return {}
        middle = len(names) // 2
        registered: dict[str, str | None] = {}
        for half in (names[:middle], names[middle:]):
            registered.update(self.register({name: nicknames[name] for name in half}, with_secrets))
        return registered

    def _submit_names(self, nicknames: dict[str, str | None]) -> int:
        """Submit the names of a batch, and return its ApplyId."""
        rows = [
            {"DeviceName": name, **({"DeviceNickname": nickname} if nickname else {})}
            for name, nickname in nicknames.items()
        ]
        reply = self._workers.call("BatchCheckDeviceNames", {"ProductKey": self._product_key, "DeviceNameList": rows})
        return int(member(reply, "Data.ApplyId"))

    def _register_checked(self, apply_id: int, names: dict[str, str | None], with_secrets: bool) -> dict:
        """Register a batch whose names were checked successfully."""
        batch = {"ProductKey": self._product_key, "ApplyId": apply_id}
        try:
            self._workers.call("BatchRegisterDeviceWithApplyId", batch)
        except IotError as error:
            if concerns_request_only(error):
                for name in names:
                    self._reject(name, str(error))
                return {}
            if not error.ambiguous:
                raise
            # The request may have been processed. If it was not, the batch still has the status of a checked batch.
            if self._read_state(apply_id)["Status"] == _CHECKED:
                self._workers.call("BatchRegisterDeviceWithApplyId", batch)
        state = self._wait_while(apply_id, _CREATING, _CHECKED)
        if state["Status"] == _CREATE_FAILED:
            self._remove_invalid(state, names)
        valid = set(member(state, "ValidList.Name") or [])
        # In some replies the list of valid names is empty.
        registered = [name for name in names if not valid or name in valid]
        if not with_secrets:
            return dict.fromkeys(registered)
        secrets = self._read_secrets(apply_id)
        return {name: secrets.get(name) for name in registered}

    def _remove_invalid(self, state: dict, names: dict[str, str | None]) -> set[str]:
        """Remove the names that the platform rejected from ``names``, and return them."""
        reasons = {
            row.get("DeviceName"): row.get("ErrorMsg")
            for row in member(state, "InvalidDetailList.invalidDetailList") or []
        }
        invalid = {*(member(state, "InvalidList.Name") or []), *reasons} & names.keys()
        for name in invalid:
            del names[name]
            self._reject(name, reasons.get(name) or "the platform rejected the name")
        return invalid

    def _read_state(self, apply_id: int) -> dict:
        batch = {"ProductKey": self._product_key, "ApplyId": apply_id}
        return member(self._workers.call("QueryBatchRegisterDeviceStatus", batch), "Data") or {}

    def _wait_while(self, apply_id: int, *unfinished: str) -> dict:
        """Wait until the status of a batch is none of ``unfinished``, and return its state."""
        time.sleep(FIRST_POLL_DELAY)

        def unfinished_reason(state: dict) -> str:
            status = state.get("Status")
            return f"the registration of a batch of devices has status {status}" if status in unfinished else ""

        state, reason = wait(lambda: self._read_state(apply_id), unfinished_reason, TIMEOUT)
        if reason:
            raise EngineError(f"after {TIMEOUT} seconds {reason}", remedy="Run the task again to continue")
        return state

    def _read_secrets(self, apply_id: int) -> dict[str, str | None]:
        secrets: dict[str, str | None] = {}
        number = 1
        while True:
            page = {"ApplyId": apply_id, "CurrentPage": number, "PageSize": _SECRETS_PAGE_SIZE}
            reply = self._workers.call("QueryPageByApplyId", page)
            rows = member(reply, "ApplyDeviceList.ApplyDeviceInfo") or []
            secrets.update((row["DeviceName"], row.get("DeviceSecret")) for row in rows)
            if not rows or len(secrets) >= int(reply.get("Total") or 0):
                return secrets
            number += 1
