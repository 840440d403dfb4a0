# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The execution of a plan: each operation with its maximum batch size, and independent operations concurrently.

A failure of one device does not stop the changes of other devices. A plan is executed in three stages:

1. Delete devices, and remove tags, group memberships and gateways. This makes room for the second stage, because the
   platform limits their numbers.
2. Register devices, and update nicknames, tags, groups and gateways.
3. Enable and disable devices.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.gateway_job import wait_for_gateway_job
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import MAX_DETAILS_PER_REQUEST
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.sub_devices import sign_sub_device
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import (
    IncompleteBatch,
    WorkerPool,
    send_batch,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.plan import Plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.registration import (
    BATCH_SIZE,
    FIRST_POLL_DELAY,
    Registration,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.vendor_errors import (
    concerns_request_only,
)

#: The maximum number of devices of a request, for the operations that take several devices.
BATCH_SIZES = {
    "BatchUpdateDeviceNickname": 100,
    "BatchAddDeviceGroupRelations": 200,
    "BatchDeleteDeviceGroupRelations": 200,
    "BatchAddThingTopo": 10,
    "QueryPageByApplyId": 50,
}

#: The minimum number of times that the status of a batch of new devices is read: after the check, and after the
#: registration.
_POLLS_PER_BATCH = 2

_REGISTRATION_QUEUE = "registration"


def planned_requests(plan: Plan, with_secrets: bool) -> list[Requests]:
    """Return the requests that execute a plan, stage by stage.

    Args:
        plan: The plan.
        with_secrets: Whether the secrets of new devices are read.
    """
    plans = plan.split(BATCH_SIZE)
    return [
        Requests(
            {
                "DeleteDeviceProp": len(plan.untag),
                **_batch_requests("BatchDeleteDeviceGroupRelations", plan.leave),
                "RemoveThingTopo": len(plan.detach),
                "DeleteDevice": len(plan.delete),
            }
        ),
        sum((_update_requests(one) for one in plans), _registration_requests(plans[1:], with_secrets)),
        Requests({"EnableThing": len(plan.enable), "DisableThing": len(plan.disable)}),
    ]


def _update_requests(plan: Plan) -> Requests:
    return Requests(
        {
            **_batch_requests("BatchUpdateDeviceNickname", {"": list(plan.rename)}),
            "SaveDeviceProp": sum(len(tags.chunk_device_tags(added.items())) for added in plan.tag.values()),
            **_batch_requests("BatchAddDeviceGroupRelations", plan.join),
            **_batch_requests("BatchAddThingTopo", plan.attach),
        }
    )


def _registration_requests(batches: list[Plan], with_secrets: bool) -> Requests:
    page_size = BATCH_SIZES["QueryPageByApplyId"]
    # Attaching a device to a gateway needs its secret.
    need_secrets = [batch.register for batch in batches if with_secrets or batch.attach]
    return Requests(
        {
            "BatchCheckDeviceNames": len(batches),
            "BatchRegisterDeviceWithApplyId": len(batches),
            "QueryBatchRegisterDeviceStatus": _POLLS_PER_BATCH * len(batches),
            "QueryPageByApplyId": sum(len(chunked(devices, page_size)) for devices in need_secrets),
        },
        pause=_POLLS_PER_BATCH * FIRST_POLL_DELAY if batches else 0.0,
    )


def _batch_requests(operation: str, names_by_target: dict) -> dict[str, int]:
    """Return the number of requests of an operation that takes several devices for one target, such as a group."""
    size = BATCH_SIZES[operation]
    return {operation: sum(len(chunked(names, size)) for names in names_by_target.values())}


class PlanExecutor:
    """Executes plans.

    Args:
        workers: Sends the requests.
        product_key: The ProductKey.
        secrets: The secrets by name of existing devices that are attached to gateways.
        save_secrets: Called with the secrets of new devices after each batch; None if they are not saved.

    Attributes:
        failed: The reason of the first failure, by device name.
        registered: The names of the devices that were registered.
        adopted: The devices that were planned to be registered, but that something else has registered: whether their
            nickname is changed, by name.
    """

    def __init__(
        self,
        workers: WorkerPool,
        product_key: str,
        secrets: dict[str, str],
        save_secrets: Callable[[dict], None] | None = None,
    ) -> None:
        self.failed: dict[str, str] = {}
        self.registered: set[str] = set()
        self.adopted: dict[str, bool] = {}
        self._workers = workers
        self._product_key = product_key
        self._secrets = secrets
        self._save_secrets = save_secrets
        self._lock = threading.Lock()

    def execute(self, plan: Plan) -> None:
        """Execute a plan.

        Raises:
            IotError: If a request fails for a reason that applies to the other requests, too.
            EngineError: If the platform does not process a batch of new devices before the timeout.
        """
        self._submit_each("DeleteDeviceProp", plan.untag, lambda entry: {"PropKey": entry[1]}, lambda entry: entry[0])
        self._submit_group_changes("BatchDeleteDeviceGroupRelations", plan.leave)
        self._submit_each("RemoveThingTopo", plan.detach, lambda name: {})
        self._submit_each("DeleteDevice", plan.delete, lambda name: {})
        self._workers.wait()
        existing, *batches = plan.split(BATCH_SIZE)
        self._submit_updates(existing)
        for batch in batches:
            self._workers.submit(_REGISTRATION_QUEUE, lambda batch=batch: self._register(batch))
        self._workers.wait()
        missing = {device.name for device in plan.register} - self.registered - self.adopted.keys()
        for operation, names in (("EnableThing", plan.enable), ("DisableThing", plan.disable)):
            self._submit_each(operation, [name for name in names if name not in missing], lambda name: {})
        self._workers.wait()

    def _register(self, batch: Plan) -> None:
        """Register the devices of a batch, and submit the updates of those that exist then."""
        rejected: dict[str, str] = {}
        registration = Registration(self._workers, self._product_key, rejected.setdefault)
        with_secrets = self._save_secrets is not None or bool(batch.attach)
        nicknames = {device.name: device.nickname for device in batch.register}
        try:
            registered = registration.register(nicknames, with_secrets)
            secrets = {**registered, **self._adopt(rejected, nicknames, batch)}
        finally:
            for name, reason in rejected.items():
                self._add_failure(name, reason)
        attached = [name for names in batch.attach.values() for name in names if name in secrets]
        with self._lock:
            self.registered.update(registered)
            self._secrets.update({name: secrets[name] for name in attached})
        if self._save_secrets is not None:
            self._save_secrets(secrets)
        batch.rename = {name: nickname for name, nickname in batch.rename.items() if name in secrets}
        batch.tag = {name: added for name, added in batch.tag.items() if name in secrets}
        for names_by_target in (batch.join, batch.attach):
            for target, names in names_by_target.items():
                names_by_target[target] = [name for name in names if name in secrets]
        self._submit_updates(batch)

    def _adopt(self, rejected: dict[str, str], nicknames: dict[str, str | None], batch: Plan) -> dict[str, str | None]:
        """Find rejected devices that exist now, and remove them from ``rejected``.

        They were registered after this task had read the devices: by a batch of an earlier task that could not wait for
        its end, or by another client. Only a different nickname is planned here; the next run removes tags and groups
        that are not desired.

        Returns:
            Their secrets by name.
        """
        found: dict[str, dict] = {}
        for names in chunked(sorted(rejected), MAX_DETAILS_PER_REQUEST):
            params = {"ProductKey": self._product_key, "DeviceName": names}
            rows = member(self._workers.find("BatchQueryDeviceDetail", params), "Data.Data") or []
            found.update((row["DeviceName"], row) for row in rows)
        for name, row in found.items():
            del rejected[name]
            nickname = nicknames[name]
            if nickname is not None and nickname != (row.get("Nickname") or ""):
                batch.rename[name] = nickname
        with self._lock:
            self.adopted.update({name: name in batch.rename for name in found})
        return {name: row.get("DeviceSecret") for name, row in found.items()}

    def _submit_updates(self, plan: Plan) -> None:
        """Submit the changes of nicknames, tags, groups and gateways of existing devices."""
        self._submit_batches(
            "BatchUpdateDeviceNickname",
            list(plan.rename.items()),
            lambda batch: {
                "DeviceNicknameInfo": [{**self._device(name), "Nickname": nickname or None} for name, nickname in batch]
            },
            lambda entry: entry[0],
        )
        self._submit_each(
            "SaveDeviceProp",
            [(name, chunk) for name, added in plan.tag.items() for chunk in tags.chunk_device_tags(added.items())],
            lambda entry: {"Props": tags.device_tags_to_wire(entry[1])},
            lambda entry: entry[0],
        )
        self._submit_group_changes("BatchAddDeviceGroupRelations", plan.join)
        for (gateway_key, gateway), names in plan.attach.items():
            self._submit_batches(
                "BatchAddThingTopo",
                names,
                lambda batch, gateway_key=gateway_key, gateway=gateway: {
                    "GwProductKey": gateway_key,
                    "GwDeviceName": gateway,
                    "TopoAddItem": [
                        sign_sub_device(self._product_key, name, self._secrets.get(name) or "") for name in batch
                    ],
                },
            )

    def _submit_group_changes(self, operation: str, names_by_group: dict[str, list[str]]) -> None:
        for group, names in names_by_group.items():
            self._submit_batches(
                operation,
                names,
                lambda batch, group=group: {"GroupId": group, "Device": [self._device(name) for name in batch]},
                check_reply=_check_group_limit,
            )

    def _device(self, name: str) -> dict[str, str]:
        return {"ProductKey": self._product_key, "DeviceName": name}

    def _add_failure(self, name: str, error: str | Exception) -> None:
        with self._lock:
            self.failed.setdefault(name, str(error))

    def _submit_each(
        self,
        operation: str,
        entries: Iterable,
        params: Callable[[Any], dict],
        name_of: Callable[[Any], str] = str,
    ) -> None:
        """Submit one request for each entry.

        Args:
            operation: The operation.
            entries: The entries.
            params: Returns the parameters for an entry in addition to those that identify the device.
            name_of: Returns the device name of an entry.
        """

        def send(entry: Any) -> None:
            name = name_of(entry)
            try:
                # A device that another client has deleted needs no request.
                request = self._workers.find if operation == "DeleteDevice" else self._workers.call
                reply = request(operation, {**self._device(name), **params(entry)})
                if reply is None:
                    return
                complaint = wait_for_gateway_job(self._workers.call, reply)
                if complaint:
                    self._add_failure(name, complaint)
            except ApiError as error:
                if not concerns_request_only(error):
                    raise
                self._add_failure(name, error)

        for entry in entries:
            self._workers.submit(operation, lambda entry=entry: send(entry))

    def _submit_batches(
        self,
        operation: str,
        entries: list,
        params: Callable[[list], dict],
        name_of: Callable[[Any], str] = str,
        check_reply: Callable[[dict], None] | None = None,
    ) -> None:
        """Submit one request for each batch of entries.

        Args:
            operation: The operation.
            entries: The entries.
            params: Returns the parameters for a batch.
            name_of: Returns the device name of an entry.
            check_reply: Raises IncompleteBatch if a reply reports that a batch was not processed completely.
        """

        def send(batch: list) -> None:
            reply = self._workers.call(operation, params(batch))
            if check_reply is not None:
                check_reply(reply)

        def job(batch: list) -> None:
            send_batch(batch, send, lambda entry, error: self._add_failure(name_of(entry), error))

        for batch in chunked(entries, BATCH_SIZES[operation]):
            self._workers.submit(operation, lambda batch=batch: job(batch))


def _check_group_limit(reply: dict) -> None:
    """Raise IncompleteBatch if devices were not added to a group."""
    if int(reply.get("ExceedTenGroupDeviceCount") or 0):
        raise IncompleteBatch("the device is already a member of 10 groups, which is the maximum")
