# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Any operation of the API by its name: the way to what no resource declares."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import SECRET_MEMBERS
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import HIDDEN


class RawApiEntry(Entry):
    """Calls one operation with checked parameters; one that changes something is not called in check mode."""

    families = FAMILIES

    def options(self):
        return {
            "operation": {"type": "str", "required": True},
            "params": {"type": "dict", "default": {}},
            "all_pages": {"type": "bool", "default": False},
            "include_secrets": {"type": "bool", "default": False, "no_log": False},
        }

    def perform(self, params, client, check_mode):
        name = params["operation"]
        operation = client.operation(name)
        if params["all_pages"] and operation.pages is None:
            raise InvalidValue(f"{name} has no pages", field="all_pages", remedy="Leave all_pages out")
        # Checked in check mode as well: a plan that could not be carried out is no plan.
        client.check(name, self._with_first_page(operation, params))
        result = {"changed": operation.writes}
        if operation.writes and check_mode:
            result["msg"] = f"{name} changes the account and was not called"
        elif params["all_pages"]:
            result["elements"] = list(client.pages(name, params["params"]))
        else:
            result["reply"] = client.call(name, params["params"])
        if not params["include_secrets"]:
            result = hide(result)
        return result

    def _with_first_page(self, operation, params):
        pages = operation.pages
        if not params["all_pages"]:
            return params["params"]
        first = {pages.size: pages.max_size, **({} if pages.token else {pages.page: 1})}
        return {**first, **params["params"]}


def hide(value):
    """A reply with the values of secret members hidden."""
    if isinstance(value, dict):
        return {key: HIDDEN if key in SECRET_MEMBERS and member else hide(member) for key, member in value.items()}
    return [hide(element) for element in value] if isinstance(value, list) else value
