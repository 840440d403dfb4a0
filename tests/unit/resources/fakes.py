# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A client with predefined responses, and helpers for the tests of resources."""

from __future__ import annotations

import importlib
import pkgutil

from ansible_collections.iotops.aliyun.plugins.module_utils import resources
from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
from ansible_collections.iotops.aliyun.plugins.module_utils.client.encoding import encode
from ansible_collections.iotops.aliyun.plugins.module_utils.client.response import required_list
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Derived, Ref

CATALOGUE = Catalogue(*FAMILIES)


def declared_resources() -> list[type[Resource]]:
    """Return all resources that the collection declares."""
    found = {}
    for module in pkgutil.walk_packages(resources.__path__, f"{resources.__name__}."):
        names = vars(importlib.import_module(module.name))
        for value in names.values():
            if isinstance(value, type) and issubclass(value, Resource) and value.kind:
                found[value.kind] = value
    return list(found.values())


def resolve_params(params, known: dict | None = None):
    """Return the parameters of a step with resolved references.

    Args:
        params: The parameters.
        known: Values by field. The value of any other field is "1", which is also a number.
    """
    if isinstance(params, Ref):
        return (known or {}).get(params.field, "1")
    if isinstance(params, Derived):
        return params.function(*((known or {}).get(name, "1") for name in params.fields))
    if isinstance(params, dict):
        return {name: resolve_params(value, known) for name, value in params.items()}
    return [resolve_params(value, known) for value in params] if isinstance(params, list) else params


class FakeClient:
    """A client with predefined responses.

    Each request is validated with its operation.

    Args:
        replies: The response by operation: a response, a function that returns it, or, for an operation with pages, a
            list of elements. None stands for "not found". Writes have an empty response by default.
    """

    has_instance = True
    reads_whole_lists = False

    def __init__(self, **replies) -> None:
        self.replies = replies
        self.calls = 0
        self.warnings: list = []
        self.completed_writes: list = []
        self.last_call_was_repeated = False
        self.sent: list = []

    @property
    def log(self) -> list[str]:
        """Return the names of the operations that were called, in order."""
        return [name for name, _params in self.sent]

    def operation(self, name: str):
        return CATALOGUE.operation(name)

    def _respond(self, name: str, params: dict | None):
        pages = self.operation(name).pages
        first = {pages.page: 1, pages.size: pages.max_size} if pages else {}
        encode(name, self.operation(name), {**first, **(params or {})})
        self.calls += 1
        self.sent.append((name, params))
        reply = self.replies[name] if not self.operation(name).writes else self.replies.get(name, {})
        return reply(params) if callable(reply) else reply

    def call(self, name: str, params: dict | None = None, keep_lists: str = ""):
        return self._respond(name, params)

    def read(self, name: str, params: dict | None = None):
        assert not self.operation(name).writes
        return self._respond(name, params)

    find = read

    def download(self, url: str) -> bytes:
        return self.replies.get(url, url).encode()

    def upload(self, url: str, fields: dict, path: str) -> None:
        self.sent.append((url, {**fields, "file": path}))

    def pages(self, name: str, params: dict | None = None):
        items = self._respond(name, params)
        return iter(items if isinstance(items, list) else member(items, self.operation(name).pages.items))

    def elements(self, name: str, params: dict | None, path: str):
        return required_list(name, self.read(name, params), path)

    def update_lists(self, name: str, change) -> None:
        pass

    def clear_cache(self):
        pass
