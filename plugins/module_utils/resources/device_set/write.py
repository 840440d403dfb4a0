# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Carrying work out: each operation at its batch limit, independent ones side by side; one device's failure is its own.

There are three stages: what makes room, what makes and changes, and what lets devices in or shuts them out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.gateway_job import wait_for_gateway_job
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.sub_devices import signed
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import (
    Lanes,
    PartlyDone,
    Refusal,
    concerns_one,
    settle,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.plan import Work
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.registration import (
    BATCH,
    FIRST_LOOK,
    Registration,
)

#: How many devices each operation takes in one request, for those that take several.
SIZES = {
    "BatchUpdateDeviceNickname": 100,
    "BatchAddDeviceGroupRelations": 200,
    "BatchDeleteDeviceGroupRelations": 200,
    "BatchAddThingTopo": 10,
    "QueryPageByApplyId": 50,
}

_REGISTRATION = "registration"


def portions(entries: list, size: int) -> list:
    """A list in parts of at most that size."""
    return [entries[start : start + size] for start in range(0, len(entries), size)]


def planned(work: Work, with_secrets: bool) -> list:
    """The requests that work takes, stage by stage; each batch of new devices is looked at twice at least."""
    parts = work.parts(BATCH)
    new = parts[1:]

    def grouped(operation: str, *named: dict) -> dict:
        return {operation: sum(len(portions(names, SIZES[operation])) for one in named for names in one.values())}

    told = [part.register for part in new if with_secrets or part.attach]
    changed = [
        Requests(
            {
                "BatchUpdateDeviceNickname": len(portions(list(part.rename), SIZES["BatchUpdateDeviceNickname"])),
                "SaveDeviceProp": len(part.tag),
                **grouped("BatchAddDeviceGroupRelations", part.join),
                **grouped("BatchAddThingTopo", part.attach),
            }
        )
        for part in parts
    ]
    registered = Requests(
        {
            "BatchCheckDeviceNames": len(new),
            "BatchRegisterDeviceWithApplyId": len(new),
            "QueryBatchRegisterDeviceStatus": 2 * len(new),
            "QueryPageByApplyId": sum(len(portions(batch, SIZES["QueryPageByApplyId"])) for batch in told),
        },
        pause=2 * FIRST_LOOK if new else 0.0,
    )
    return [
        Requests(
            {
                "DeleteDeviceProp": len(work.untag),
                **grouped("BatchDeleteDeviceGroupRelations", work.leave),
                "RemoveThingTopo": len(work.detach),
                "DeleteDevice": len(work.delete),
            }
        ),
        sum(changed, registered),
        Requests({"EnableThing": len(work.enable), "DisableThing": len(work.disable)}),
    ]


class Writing:
    """Carries work out.

    Args:
        lanes: what requests go out by.
        product_key: the product.
        secrets: the secrets of devices that are there and go behind gateways, by name.
        keep: is given the secrets of new devices as they come; None where nobody wants them.

    Attributes:
        failed: why something could not be done, by name.
        registered: the names of the devices that were made.
    """

    def __init__(self, lanes: Lanes, product_key: str, secrets: dict, keep: Callable[[dict], None] | None = None):
        self.failed: dict = {}
        self.registered: set = set()
        self._lanes = lanes
        self._product_key = product_key
        self._secrets = secrets
        self._keep = keep
        self._lock = threading.Lock()

    def carry_out(self, work: Work) -> None:
        """Does all of it.

        Raises:
            IotError: a request failed for a reason that the others would fail for, too.
            EngineError: the platform has not come to an end in time.
        """
        self._each("DeleteDeviceProp", work.untag, lambda entry: {"PropKey": entry[1]}, lambda entry: entry[0])
        self._relations("BatchDeleteDeviceGroupRelations", work.leave)
        self._each("RemoveThingTopo", work.detach, lambda name: {})
        self._each("DeleteDevice", work.delete, lambda name: {})
        self._lanes.finish()
        there, *batches = work.parts(BATCH)
        self._change(there)
        for part in batches:
            self._lanes.put(_REGISTRATION, lambda part=part: self._register(part))
        self._lanes.finish()
        missing = {one.name for one in work.register} - self.registered
        for operation, names in (("EnableThing", work.enable), ("DisableThing", work.disable)):
            self._each(operation, [name for name in names if name not in missing], lambda name: {})
        self._lanes.finish()

    def _register(self, part: Work) -> None:
        """Registers a batch, and has done what its devices are to be beside being there."""
        registration = Registration(self._lanes, self._product_key, self._refuse)
        with_secrets = self._keep is not None or bool(part.attach)
        made = registration.register({one.name: one.nickname for one in part.register}, with_secrets)
        with self._lock:
            self.registered.update(made)
            self._secrets.update({name: made[name] for names in part.attach.values() for name in names if name in made})
        if self._keep is not None:
            self._keep(made)
        part.tag = {name: tags for name, tags in part.tag.items() if name in made}
        for named in (part.join, part.attach):
            named.update({key: [name for name in names if name in made] for key, names in named.items()})
        self._change(part)

    def _change(self, part: Work) -> None:
        """Has changed what is to be changed of devices that are there."""
        self._lists(
            "BatchUpdateDeviceNickname",
            list(part.rename.items()),
            lambda some: {
                "DeviceNicknameInfo": [{**self._named(name), "Nickname": nickname or None} for name, nickname in some]
            },
            lambda entry: entry[0],
        )
        self._each(
            "SaveDeviceProp",
            part.tag.items(),
            lambda entry: {"Props": json.dumps(entry[1], ensure_ascii=False)},
            lambda entry: entry[0],
        )
        self._relations("BatchAddDeviceGroupRelations", part.join)
        for (gateway_key, gateway), names in part.attach.items():
            self._lists(
                "BatchAddThingTopo",
                names,
                lambda some, gateway_key=gateway_key, gateway=gateway: {
                    "GwProductKey": gateway_key,
                    "GwDeviceName": gateway,
                    "TopoAddItem": [signed(self._product_key, name, self._secrets.get(name) or "") for name in some],
                },
            )

    def _relations(self, operation: str, named: dict) -> None:
        for group, names in named.items():
            self._lists(
                operation,
                names,
                lambda some, group=group: {"GroupId": group, "Device": [self._named(name) for name in some]},
                verify=_all_added,
            )

    def _named(self, name: str) -> dict:
        return {"ProductKey": self._product_key, "DeviceName": name}

    def _refuse(self, name: str, error) -> None:
        with self._lock:
            self.failed.setdefault(name, str(error))

    def _each(self, operation: str, entries, params: Callable, name_of: Callable = str) -> None:
        """Has one request sent for each entry."""

        def send(entry) -> None:
            name = name_of(entry)
            try:
                reply = self._lanes.call(operation, {**self._named(name), **params(entry)})
                complaint = wait_for_gateway_job(self._lanes.call, reply)
                if complaint:
                    self._refuse(name, complaint)
            except Refusal as error:
                if not concerns_one(error):
                    raise
                self._refuse(name, error)

        for entry in entries:
            self._lanes.put(operation, lambda entry=entry: send(entry))

    def _lists(self, operation, entries: list, params: Callable, name_of: Callable = str, verify=None) -> None:
        """Has entries sent, as many a request as it takes."""

        def send(some: list) -> None:
            reply = self._lanes.call(operation, params(some))
            if verify is not None:
                verify(reply)

        def job(some: list) -> None:
            settle(some, send, lambda entry, error: self._refuse(name_of(entry), error))

        for some in portions(entries, SIZES[operation]):
            self._lanes.put(operation, lambda some=some: job(some))


def _all_added(reply: dict) -> None:
    """Raises PartlyDone where devices were left out of a group."""
    if int(reply.get("ExceedTenGroupDeviceCount") or 0):
        raise PartlyDone("the device is in ten groups already, which is the most")
