# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names, lookup and details of devices, for all resources that refer to devices (manual chapter 4.8)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, finds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key


def _nickname(maximum: int) -> Text:
    return Text(
        4,
        maximum,
        wide_char_width=2,
        pattern="[A-Za-z0-9_\u4e00-\u9fff]+",
        hint="Chinese and English letters, digits and _",
        clearable=True,
    )


#: A nickname. The registration of a device accepts a longer one than its update.
NICKNAME = _nickname(64)
UPDATED_NICKNAME = _nickname(32)

#: The maximum number of devices whose details one request returns.
MAX_DETAILS_PER_REQUEST = 100


class GatewayRef(Type):
    """The gateway that a device is attached to, by product and name; empty if the device is not attached."""

    argument = {"type": "dict", "options": {"product": {"type": "str"}, "name": {"type": "str"}}}

    @property
    def empty(self) -> dict:
        return {}

    def check(self, value: dict) -> str:
        if bool(value.get("product")) is not bool(value.get("name")):
            return "must have both product and name, or neither of them"
        return DEVICE_NAME.check(value["name"]) if value.get("name") else ""

    def canonical(self, value: dict | None) -> tuple | None:
        return (value.get("product_key"), value["name"]) if value and value.get("name") else None


def check_updated_nickname(nickname: str, option: str, field: str) -> None:
    """Check the new nickname of a device that exists.

    Args:
        nickname: The nickname.
        option: The option with the nickname, for messages.
        field: The name of the option of the module.

    Raises:
        InvalidValue: The platform accepts this nickname only when a device is registered.
    """
    problem = UPDATED_NICKNAME.check(nickname)
    if problem:
        raise InvalidValue(
            f"{option} {problem}. The device exists: only the nickname of a new device can have up to 64 characters",
            field=field,
        )


@finds("device")
def device_id(reader: Reader, name: str, product_key: Any) -> Any:
    """Return the IotId of a device by its name and the ProductKey of its product.

    Raises:
        ReferenceNotFound: There is no such device and the reader is not tolerant.
    """
    if product_key is PENDING:
        return PENDING
    found = reader.find("QueryDeviceDetail", {"ProductKey": product_key, "DeviceName": name})
    return member(found, "Data.IotId") if found else reader.not_found("device", name)


#: The fields by which an action selects a device.
DEVICE_FIELDS = (
    Field("product", required=True, lookup=product_key, resolves_to="product_key"),
    Field("name", type=DEVICE_NAME, required=True, lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
)


def read_details(reader: Reader, product_key: str, names: list[str]) -> dict[str, dict]:
    """Return the details of those of the devices of a product that exist, by device name."""
    found = {}
    for chunk in chunked(names, MAX_DETAILS_PER_REQUEST):
        params = {"ProductKey": product_key, "DeviceName": chunk}
        rows = reader.elements("BatchQueryDeviceDetail", params, "Data.Data")
        found.update((row["DeviceName"], row) for row in rows)
    return found
