# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry of ``iot_api``: calls any operation of the API by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import SECRET_MEMBERS, Operation
from ansible_collections.iotops.aliyun.plugins.module_utils.client.response import secret_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import HIDDEN

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client


class RawApiEntry(Entry):
    """Calls one operation with validated parameters. In check mode, operations that change something are not called."""

    families = FAMILIES

    def options(self) -> dict[str, Any]:
        return {
            "operation": {"type": "str", "required": True},
            "params": {"type": "dict", "default": {}},
            "all_pages": {"type": "bool", "default": False},
            "include_secrets": {"type": "bool", "default": False, "no_log": False},
        }

    def secret_values(self, params: dict[str, Any]) -> set[str]:
        return super().secret_values(params) | secret_values(params.get("params"))

    def perform(self, params: dict[str, Any], client: Client, check_mode: bool) -> dict[str, Any]:
        name = params["operation"]
        operation = client.operation(name)
        if params["all_pages"] and operation.pages is None:
            raise InvalidValue(f"all_pages cannot be used: {name} is not paged", field="all_pages", remedy="Remove it")
        # Also validated in check mode, so that check mode finds the same errors.
        client.check(name, self._first_page_params(operation, params))
        result: dict[str, Any] = {"changed": operation.writes}
        if operation.writes and check_mode:
            result["msg"] = f"{name} changes the account and was not called in check mode"
        elif params["all_pages"]:
            result["elements"] = list(client.pages(name, params["params"]))
        else:
            result["reply"] = client.call(name, params["params"])
        if not params["include_secrets"]:
            result = hide_secrets(result)
        return result

    def _first_page_params(self, operation: Operation, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of the first request: with ``all_pages``, including those for the page."""
        pages = operation.pages
        if not params["all_pages"] or pages is None:
            return params["params"]
        first = {pages.size: pages.max_size, **({} if pages.token else {pages.page: 1})}
        return {**first, **params["params"]}


def hide_secrets(value: Any) -> Any:
    """Return a response in which the values of secret members are hidden."""
    if isinstance(value, dict):
        return {
            key: HIDDEN if key in SECRET_MEMBERS and member else hide_secrets(member) for key, member in value.items()
        }
    return [hide_secrets(element) for element in value] if isinstance(value, list) else value
