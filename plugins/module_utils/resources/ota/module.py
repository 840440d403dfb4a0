# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""OTA modules: parts of the devices of a product that are updated independently (manual chapter 4.20)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import ota, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import AtMost, UsedBy
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, finds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.quotas import Quota
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

#: Maximum number of custom modules of a product.
MAX_MODULES = 10

#: The module that every product has: the whole device. It is not in any list, and cannot be changed or deleted.
DEFAULT = "default"


class ModuleName(Text):
    """The name of a module. It is not case-sensitive."""

    def __init__(self) -> None:
        super().__init__(1, 64, pattern="[A-Za-z0-9._-]+", hint="letters, digits, periods, - and _")

    def canonical(self, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value


class NewName(ModuleName):
    """The name of a custom module."""

    def check(self, value: Any) -> str:
        if self.canonical(value) == DEFAULT:
            return "cannot be default: every product has this module, and it cannot be changed or deleted"
        return super().check(value)


class OtaModule(Resource):
    """A custom OTA module of a product, in addition to the default one, which is the whole device."""

    kind = "ota_module"
    title = "OTA module"
    families = (ota, product)
    key = ("name",)
    identity = {"ProductKey": "product_key", "ModuleName": "name"}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("name", "ModuleName", NewName(), required=True),
        Field(
            "alias",
            "AliasName",
            Text(
                1,
                64,
                pattern="[A-Za-z0-9._\u4e00-\u9fff-]+",
                hint="Chinese and English letters, digits, periods, - and _",
                clearable=True,
            ),
            initial="",
        ),
        Field("description", "Desc", Text(0, 100), initial=""),
        Field("created", read="GmtCreate", computed=True),
        Field("modified", read="GmtModified", computed=True),
    )
    listing = Listing("ListOTAModuleByProduct", "Data", params={"ProductKey": "product_key"}, keep=True)
    built_in = {"name": (DEFAULT,)}
    create = Create("CreateOTAModule", outputs={})
    changes = (Update("UpdateOTAModule", "alias", "description"),)
    delete = Delete("DeleteOTAModule")
    constraints = (AtMost(MAX_MODULES, "product"),)
    quotas = (Quota(MAX_MODULES, "section 4.20.17", per="product_key"),)
    used_by = (
        UsedBy(
            "firmware",
            "ListOTAFirmware",
            name="FirmwareName",
            reference="name",
            params={"ProductKey": "product_key"},
            member="ModuleName",
            remedy="Delete the firmware of the module first",
        ),
    )
    filters = ("product", "name")
    required_filters = ("product",)


@finds("ota_module")
def module_name(reader: Reader, name: str, key: Any) -> Any:
    """Return the name of a module in the case in which it was created.

    Args:
        reader: Reads the account.
        name: The name in the task.
        key: The ProductKey; None if the task does not set a product.

    Raises:
        ReferenceNotFound: The module does not exist, and the reader does not tolerate that.
    """
    if name.lower() == DEFAULT:
        return DEFAULT
    if key is None:
        # Without a product, the name cannot be looked up.
        return name
    if key is not PENDING:
        response = reader.read("ListOTAModuleByProduct", {"ProductKey": key})
        for row in response.get("Data") or []:
            if row["ModuleName"].lower() == name.lower():
                return row["ModuleName"]
    return reader.not_found("OTA module", name)
