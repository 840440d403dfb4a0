# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Many devices as one desired set: desired state, read, plan, (check mode stops here), apply, result."""

from __future__ import annotations

from collections import Counter
from functools import partial

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, group, job, ota, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import (
    desired,
    gateways,
    report,
    secrets_file,
    write,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import Failure, Lanes
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.csv_file import rows_of
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import estimate
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.plan import deletion_of, work_of
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.purge import Limit, others_to_go
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.slices import Slice, selector
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import (
    EVERY,
    GROUPS,
    IDENTITY,
    NICKNAME,
    SECRET,
    STATUS,
    TAGS,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

_SHARED = {name: option for name, option in desired.OPTIONS.items() if name in desired.SHARED}


class DevicesEntry(Entry):
    """Brings many devices of a product to what the options ask for."""

    families = (device, group, job, product, ota)

    def options(self) -> dict:
        return {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "product": {"type": "str", "required": True},
            "devices": {"type": "list", "elements": "dict", "options": desired.OPTIONS},
            "devices_file": {"type": "path"},
            "defaults": {"type": "dict", "options": _SHARED, "default": {}},
            "purge": {"type": "bool", "default": False},
            "purge_limit": {"type": "str", "default": "10%"},
            "purge_tags": {"type": "bool", "default": True},
            "purge_groups": {"type": "bool", "default": True},
            "move": {"type": "bool", "default": False},
            "slice": Slice.argument,
            **secrets_file.OPTIONS,
            "secrets_of": {"type": "str", "choices": ["new", "all"], "default": "new", "no_log": False},
            "warn_above_in_seconds": {"type": "int", "default": 3600},
            "parallel_requests": {"type": "int", "default": 8},
        }

    def perform(self, params: dict, client, check_mode: bool) -> dict:
        return Run(params, client, check_mode).perform()


class Run:
    """One task.

    Args:
        params: its options.
        client: the client; only its requests count in the result.
        check_mode: whether to stop before the first write.
    """

    def __init__(self, params: dict, client, check_mode: bool):
        _check(params)
        self._params = params
        self._client = client
        self._check_mode = check_mode
        self._absent = params["state"] == "absent"
        self._lanes = Lanes(client, params["parallel_requests"])
        self._reader = Reader(client, tolerant=check_mode or self._absent)
        self._is_in = selector(params.get("slice"))
        self._secrets: secrets_file.SecretsFile | None = None

    def perform(self) -> dict:
        """Does it, and returns the result.

        Raises:
            EngineError: the task cannot be done as written; nothing was sent that changes anything.
            report.NotAllDone: it was begun, and something could not be done.
            IotError: a read failed.
        """
        calls = self._client.calls
        params = self._params
        devices = self._wanted()
        if not self._check_mode:
            self._secrets = secrets_file.opened(params)
        key = product_key(self._reader, params["product"])
        self._resolve(devices)
        fleet = Fleet(self._client, self._lanes, key)
        if key is not PENDING:
            self._read(fleet, devices)
        work = self._work(fleet, devices)
        # What goes behind a gateway signs with its secret.
        fleet.learn_secrets([name for names in work.attach.values() for name in names if name in fleet.devices])
        with_secrets = bool(params.get("secrets_file"))
        planned = write.planned(work, with_secrets)
        result = {
            "product_key": str(key),
            "estimate": {
                **estimate(self._client, [*fleet.planned, *planned]),
                "reads": estimate(self._client, fleet.planned),
                "writes": estimate(self._client, planned),
            },
        }
        report.describe(result, devices, fleet, work, self._group_names)
        if self._reader.pending and not self._absent:
            result["pending"] = list(self._reader.pending)
        limit = params["warn_above_in_seconds"]
        if result["estimate"]["seconds"] > limit:
            seconds = result["estimate"]["seconds"]
            result["warnings"] = [f"the quotas make this take {seconds:.0f} seconds, and the limit is {limit}"]
        if not self._check_mode:
            self._execute(fleet, work, key, result, calls)
        result["calls"] = self._client.calls - calls
        return result

    # What is wanted

    def _wanted(self) -> list:
        params = self._params
        rows = rows_of(params["devices_file"]) if params.get("devices_file") else params.get("devices") or []
        if self._absent:
            rows = ({"name": row["name"]} for row in rows)
        shared = {} if self._absent else params["defaults"]
        return list(desired.wanted_devices(rows, shared, self._is_in))

    def _resolve(self, devices: list) -> None:
        """Turns what the devices' groups and gateways are called into what the platform knows."""
        names = {name for one in devices for name in one.groups or ()}
        # The group of a device may be another task's: what a device is in is told by its name.
        self._group_names = {}
        if names or (self._params["purge_groups"] and any(one.groups is not None for one in devices)):
            rows = list(self._reader.pages("QueryDeviceGroupList"))
            self._group_names = {row["GroupId"]: row["GroupName"] for row in rows}
        ids = {name: group for group, name in self._group_names.items()}
        ids.update({group: group for group in self._group_names})
        for name in sorted(names - ids.keys()):
            self._reader.missing("device group", name)
            ids[name] = name
        keys = {
            one.gateway[0]: product_key(self._reader, one.gateway[0])
            for one in {one.gateway: one for one in devices if one.gateway}.values()
        }
        for one in devices:
            if one.groups:
                one.groups = tuple(dict.fromkeys(ids[name] for name in one.groups))
            if one.gateway:
                one.gateway = (keys[one.gateway[0]], one.gateway[1])

    # What is there

    def _read(self, fleet: Fleet, devices: list) -> None:
        params = self._params
        tagged = {one.name for one in devices if one.tags is not None}
        grouped = {one.name for one in devices if one.groups is not None}
        facts = {
            IDENTITY: True,
            NICKNAME: any(one.nickname is not None for one in devices),
            STATUS: any(one.enabled is not None for one in devices),
            SECRET: bool(params.get("secrets_file")) and params["secrets_of"] == "all",
            TAGS: bool(tagged),
            GROUPS: bool(grouped),
            EVERY: params["purge"],
        }
        pairs = Counter(pair for one in devices for pair in (one.tags or {}).items())
        members = Counter(group for one in devices for group in one.groups or () if group in self._group_names)
        fleet.ask(
            {fact for fact, is_asked in facts.items() if is_asked},
            [one.name for one in devices],
            wanted_tags=None if params["purge_tags"] else dict(pairs),
            groups=dict(members),
            other_groups=params["purge_groups"],
            concerned={TAGS: tagged, GROUPS: grouped},
        )
        behind = {one.name: one.gateway for one in devices if one.gateway is not None}
        if behind:
            gateways.ask_gateways(fleet, self._lanes, self._reader, fleet.product_key, behind)
            if not params["move"]:
                gateways.refuse_moves(fleet, behind)

    # What is to be done

    def _work(self, fleet: Fleet, devices: list):
        params = self._params
        if self._absent:
            return deletion_of(one.name for one in devices if one.name in fleet.devices)
        work = work_of(devices, fleet.devices, params["purge_tags"], params["purge_groups"])
        if params["purge"]:
            gone = deletion_of(others_to_go(fleet, self._is_in, params["purge_limit"]))
            work.delete += gone.delete
            work.changes.update(gone.changes)
        return work

    def _execute(self, fleet: Fleet, work, key, result: dict, calls: int) -> None:
        secrets = {name: known.secret for name, known in fleet.devices.items() if known.secret}
        keep = None
        if self._secrets is not None:
            if self._params["secrets_of"] == "all":
                self._secrets.add(key, secrets)
            keep = partial(self._secrets.add, key)
        carrying = write.Writing(self._lanes, key, secrets, keep)
        error = None
        try:
            try:
                carrying.carry_out(work)
            finally:
                # Whatever happens: nobody will be told a secret again in that way.
                if self._secrets is not None:
                    self._secrets.close()
        except (Failure, EngineError) as caught:
            error = caught
        report.outcome(result, work, carrying, error is not None)
        result["calls"] = self._client.calls - calls
        if error is not None:
            raise report.NotAllDone(
                f"not finished, run the task again to go on: {error}", result, _api_error_fields(error)
            ) from error
        if carrying.failed:
            raise report.NotAllDone(report.complaint(carrying.failed, len(result["failures"])), result)


def _api_error_fields(error: Exception) -> Failure | None:
    return error if isinstance(error, Failure) else None


def _check(params: dict) -> None:
    """Holds the options against each other.

    Raises:
        InvalidValue: they cannot be.
    """
    if (params.get("devices") is None) is (params.get("devices_file") is None):
        raise InvalidValue("either devices or devices_file must be given", field="devices")
    if params["state"] == "absent" and params["purge"]:
        raise InvalidValue("purge is for state: present; state: absent takes away what is named", field="purge")
    for name, kind in (("slice", Slice()), ("purge_limit", Limit())):
        complaint = kind.check(params[name]) if params.get(name) is not None else ""
        if complaint:
            raise InvalidValue(f"{name} {complaint}", field=name)
    if not 1 <= params["parallel_requests"] <= 64:
        raise InvalidValue("parallel_requests must be 1 to 64", field="parallel_requests")
    secrets_file.check(params)
    path = params.get("devices_file")
    if path and not path.startswith("/"):
        example = f"{{{{ playbook_dir }}}}/{path}"
        message = f"devices_file must be a path from the root, such as {example}, not {path}"
        raise InvalidValue(message, field="devices_file")
