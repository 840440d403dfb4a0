# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entries: what a module does, independent of the runner that calls it.

An entry has the options of the module, and returns the result for the values of these options. It does not know
AnsibleModule or action plugins; both call it through ``runner.execute``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import endpoint_password
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import option_of
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.progress import Progress
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import Member, OfflineCheck, Violation
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.vault import Vault

#: The options for authentication and connection that every module has. The client reads environment variables and the
#: profile file, so that all plugins look for a setting in the same order.
CONNECTION: dict[str, dict[str, Any]] = {
    "access_key_id": {"type": "str", "no_log": False},
    "access_key_secret": {"type": "str", "no_log": True},
    "security_token": {"type": "str", "no_log": True},
    "region": {"type": "str"},
    "endpoint": {"type": "str"},
    "iot_instance_id": {"type": "str"},
    "profile": {"type": "str"},
    "timeout_in_seconds": {"type": "int", "default": 30},
    "retries": {"type": "int", "default": 6},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "pacing": {"type": "bool", "default": True},
}


def no_log_values(spec: dict[str, Any], params: Any) -> set[str]:
    """Return the values of all options with ``no_log``, at any depth.

    Args:
        spec: The argument spec.
        params: The options. Values of the wrong type are ignored.
    """
    found: set[str] = set()
    for name, option in spec.items():
        value = params.get(name) if isinstance(params, dict) else None
        if value in (None, ""):
            continue
        if option.get("no_log"):
            found.add(str(value))
        elif "options" in option:
            for element in value if isinstance(value, list) else [value]:
                found |= no_log_values(option["options"], element)
    return found


def no_log_names(spec: dict[str, Any]) -> set[str]:
    """Return the names of all options with ``no_log``, at any depth of an argument spec."""
    found: set[str] = set()
    for name, option in spec.items():
        if option.get("no_log"):
            found.add(name)
        found |= no_log_names(option.get("options") or {})
    return found


class Entry:
    """The base class of entries.

    Attributes:
        families: The modules of ``module_utils/api`` whose operations the entry can call.
        kind: The kind of the resources that the entry manages, if fleet files can contain them; empty otherwise.
        contains: The kinds of the resources that ``contents`` yields.
        is_offline: Whether the entry sends no requests. Then it is called without a client, and needs no credentials.
        vault: Encrypts files with Ansible Vault; set by the runner.
        progress: Shows a line about the progress of a long task; set by the runner on the controller.
    """

    families: tuple[Any, ...] = ()
    kind: str = ""
    contains: tuple[str, ...] = ()
    is_offline: bool = False
    vault: Vault | None = None
    progress: Progress = Progress()
    _catalogue: Catalogue | None = None

    def options(self) -> dict[str, Any]:
        """Return the options of the module as an argument spec, without those of the connection."""
        raise NotImplementedError(type(self).__name__)

    def perform(self, params: dict[str, Any], client: Client, check_mode: bool) -> dict[str, Any]:
        """Carry out the task.

        Args:
            params: The options of the task, validated against the argument spec.
            client: The API client.
            check_mode: Whether to change nothing.

        Returns:
            The result, without ``calls``.

        Raises:
            EngineError: The task is invalid, or failed after some requests.
            IotError: A request failed.
        """
        raise NotImplementedError(type(self).__name__)

    def run(self, params: dict[str, Any], client: Client, check_mode: bool) -> dict[str, Any]:
        """Perform the task and add the number of requests it sent to the result as ``calls``.

        Raises:
            EngineError: See ``perform``. If the error has a result, ``calls`` is added to it.
            IotError: See ``perform``.
        """
        before = client.calls
        try:
            result = self.perform(params, client, check_mode)
        except (EngineError, IotError) as error:
            if error.result:
                error.result["calls"] = client.calls - before
            raise
        result["calls"] = client.calls - before
        return result

    def references(self) -> dict[str, tuple[str, ...]]:
        """Return the kinds of the resources to which options refer by name, by option."""
        return {}

    def contents(self, params: dict[str, Any]) -> Iterator[Member | Violation]:
        """Yield the resources that the options of a task declare, such as the devices of a set, and what is invalid."""
        yield from ()

    def offline_checks(self) -> tuple[OfflineCheck, ...]:
        """Return the checks of a declared resource that send no requests."""
        return ()

    def planned_steps(self, result: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the requests in a result of check mode: ``operation``, ``changes`` or the count ``requests``."""
        return list(result.get("steps", []))

    def plan(self, params: dict[str, Any], client: Client) -> dict[str, Any]:
        """Return the result of check mode for a plan of the account.

        The result of an entry that ``contains`` resources also has the set ``members`` with their names, the set
        ``existing`` with those that exist and, if the reads have shown them, the set ``others`` with the names of all
        other resources beside them.

        Raises:
            EngineError: See ``perform``.
            IotError: See ``perform``.
        """
        return self.perform(params, client, True)

    def name_of(self, params: dict[str, Any]) -> tuple[str, ...]:
        """Return the values that identify the resource of a task among those of its kind; the last one is its name."""
        return (str(params.get("name") or ""),)

    def secret_values(self, params: dict[str, Any]) -> set[str]:
        """Return values in the options that must not be shown, in addition to those of options with ``no_log``."""
        password = endpoint_password(params.get("endpoint"))
        return {password} if password else set()

    def argument_spec(self) -> dict[str, Any]:
        """Return all options: those of the module and those of the connection."""
        return {**self.options(), **CONNECTION}

    def catalogue(self) -> Catalogue:
        """Return the catalogue of the operations that the entry can call."""
        if self._catalogue is None:
            self._catalogue = Catalogue(*self.families)
        return self._catalogue


class ResourceEntry(Entry):
    """The entry of a module that manages a resource.

    Args:
        resource: The class of the resource.

    Attributes:
        name_options: The options that identify a resource among those of its kind; the last one is its name.
    """

    def __init__(self, resource: type[Resource]):
        self.resource = resource()
        self.families = resource.families
        self.contains = resource.contains
        declared = {f.name: f.referenced_kinds for f in self.resource.fields if f.is_option and f.referenced_kinds}
        self._references = {**declared, **self.resource.references}
        # A list can be that of a parent, such as the topics of a product: names are unique within it.
        parents = self.resource.listing.params.values() if self.resource.listing else ()
        identity = self.resource.identity.values() if not self.resource.listing else ()
        fields = dict.fromkeys((*parents, *identity, *self.resource.key))
        self.name_options = tuple(dict.fromkeys(option_of(self.resource, name) for name in fields))
        if self.resource.states[next(iter(self.resource.states))] is not None:
            self.kind = resource.kind

    def plan(self, params: dict[str, Any], client: Client) -> dict[str, Any]:
        result = super().plan(params, client)
        for option in self.resource.member_options:
            before = result["diff"]["before"].get(option) or []
            result["members"] = {item["name"] for item in params.get(option) or []}
            result["existing"] = {item["name"] for item in before} & result["members"]
        return result

    def references(self) -> dict[str, tuple[str, ...]]:
        return self._references

    def contents(self, params: dict[str, Any]) -> Iterator[Member | Violation]:
        return self.resource.contents(params)

    def offline_checks(self) -> tuple[OfflineCheck, ...]:
        return self.resource.offline_checks

    def name_of(self, params: dict[str, Any]) -> tuple[str, ...]:
        return tuple(str(params[name]) for name in self.name_options if params.get(name) is not None)

    def options(self) -> dict[str, Any]:
        states = list(self.resource.states)
        spec: dict[str, Any] = {}
        if self.resource.states[states[0]] is None:
            # If the only state is absent, it must be set: a resource is never deleted by default.
            spec["state"] = {"type": "str", "choices": states, "required": True}
        elif len(states) > 1:
            spec["state"] = {"type": "str", "choices": states, "default": states[0]}
        for field in self.resource.fields:
            spec.update(field.argument_spec())
        if self.resource.returns_secrets:
            spec["include_secrets"] = {"type": "bool", "default": False, "no_log": False}
        return spec

    def perform(self, params: dict[str, Any], client: Client, check_mode: bool) -> dict[str, Any]:
        return converge(self.resource, params, client, check_mode)


class InfoEntry(Entry):
    """The entry of a module that gathers information about resources of one kind.

    Args:
        resource: The class of the resource.
    """

    def __init__(self, resource: type[Resource]):
        self.resource = resource()
        self.families = resource.families

    def options(self) -> dict[str, Any]:
        spec: dict[str, Any] = {}
        for name in self.resource.filters:
            spec[name] = self.resource.field(name).option_spec(required=name in self.resource.required_filters)
        if self.resource.listing and self.resource.details:
            spec["details"] = {"type": "bool", "default": False}
        on_request = list(dict.fromkeys(field.on_request for field in self.resource.fields if field.on_request))
        if on_request:
            spec["include"] = {"type": "list", "elements": "str", "choices": on_request, "default": []}
        if self.resource.can_return_secrets:
            spec["include_secrets"] = {"type": "bool", "default": False, "no_log": False}
        return spec

    def perform(self, params: dict[str, Any], client: Client, check_mode: bool) -> dict[str, Any]:
        return gather(self.resource, params, client)
