# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How devices are named, looked up and described, for whatever has to do with them (the manual's chapter 4.8)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

NICKNAME = Text(
    4,
    64,
    wide_char_width=2,
    pattern="[A-Za-z0-9_\u4e00-\u9fff]+",
    hint="Chinese and English letters, digits and _",
    clearable=True,
)


#: The most devices of which one call tells the details.
MOST_DETAILS = 100


class GatewayRef(Type):
    """The gateway that a device is behind, by its product and name; empty where it is behind none."""

    argument = {"type": "dict", "options": {"product": {"type": "str"}, "name": {"type": "str"}}}

    @property
    def empty(self):
        return {}

    def check(self, value) -> str:
        if bool(value.get("product")) is not bool(value.get("name")):
            return "needs product and name, or none of them"
        return DEVICE_NAME.check(value["name"]) if value.get("name") else ""

    def canonical(self, value):
        return (value.get("product_key"), value["name"]) if value and value.get("name") else None


def device_id(reader, name: str, key):
    """The IotId of a device that is named by its name, in the product of that ProductKey.

    Raises:
        ParentMissing: there is none, and the reader does not tolerate that.
    """
    if key is PENDING:
        return PENDING
    found = reader.find("QueryDeviceDetail", {"ProductKey": key, "DeviceName": name})
    return member(found, "Data.IotId") if found else reader.not_found("device", name)


#: How an action names its device.
NAMED = (
    Field("product", required=True, lookup=product_key, resolves_to="product_key"),
    Field("name", type=DEVICE_NAME, required=True, lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
)


def read_details(reader, key: str, names: list) -> dict:
    """What the platform tells of those of a product's devices that are there, by their names."""
    found = {}
    for some in chunked(names, MOST_DETAILS):
        params = {"ProductKey": key, "DeviceName": some}
        rows = member(reader.read("BatchQueryDeviceDetail", params), "Data.Data") or []
        found.update((row["DeviceName"], row) for row in rows)
    return found
