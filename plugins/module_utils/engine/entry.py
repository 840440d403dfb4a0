# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a module does, apart from how it was started: its options, and its result for a set of them.

An entry knows nothing of AnsibleModule or of action plugins; both call it (see ``door``).
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource

#: The options that every module has: who calls, where, and how patiently. The environment and the profile file are
#: asked by the client, so that all its users find them in the same order.
CONNECTION = {
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


class Entry:
    """What a module does.

    Attributes:
        families: the modules of ``module_utils/api`` whose operations it may call.
    """

    families: tuple = ()
    _catalogue: Catalogue | None = None

    def options(self) -> dict:
        """The module's own options as an argument spec."""
        raise NotImplementedError(type(self).__name__)

    def perform(self, params: dict, client, check_mode: bool) -> dict:
        """Does it; returns the result.

        Raises:
            EngineError, IotError: it cannot be done, or failed.
        """
        raise NotImplementedError(type(self).__name__)

    def run(self, params: dict, client, check_mode: bool) -> dict:
        """Perform the task and add the number of requests it sent to the result as ``calls``.

        Raises:
            EngineError, IotError: As ``perform``; a result that the error carries has ``calls`` as well.
        """
        before = client.calls
        try:
            result = self.perform(params, client, check_mode)
        except EngineError as error:
            if error.result:
                error.result["calls"] = client.calls - before
            raise
        result["calls"] = client.calls - before
        return result

    def argument_spec(self) -> dict:
        """All options: the module's own and those of the connection."""
        return {**self.options(), **CONNECTION}

    def catalogue(self) -> Catalogue:
        """The operations that its client knows."""
        if self._catalogue is None:
            self._catalogue = Catalogue(*self.families)
        return self._catalogue


class ResourceEntry(Entry):
    """Brings one resource to what the options ask for."""

    def __init__(self, resource: type[Resource]):
        self.resource = resource()
        self.families = resource.families

    def options(self) -> dict:
        states = list(self.resource.states)
        spec = {"state": {"type": "str", "choices": states, "default": states[0]}} if len(states) > 1 else {}
        if self.resource.states[states[0]] is None:
            # Nobody takes away what he did not say he would.
            spec = {"state": {"type": "str", "choices": states, "required": True}}
        for field in self.resource.fields:
            spec.update(field.argument_spec())
        if self.resource.returns_secrets:
            spec["include_secrets"] = {"type": "bool", "default": False, "no_log": False}
        return spec

    def perform(self, params: dict, client, check_mode: bool) -> dict:
        return converge(self.resource, params, client, check_mode)


class InfoEntry(Entry):
    """Tells what is there of one kind of resource."""

    def __init__(self, resource: type[Resource]):
        self.resource = resource()
        self.families = resource.families

    def options(self) -> dict:
        spec = {}
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

    def perform(self, params: dict, client, check_mode: bool) -> dict:
        return gather(self.resource, params, client)
