# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Platform instances and their regions.

No operation creates an instance. Every ID with the right format is accepted as an instance of the account.
"""

from __future__ import annotations

import re

#: The region of the emulator, and of every instance whose ID does not determine the region.
REGION = "cn-shanghai"

# The public instances and their regions.
_PUBLIC_INSTANCES = {
    "iotx-oxssharez200": REGION,
    "iotx-oxssharez300": "ap-northeast-1",
    "iotx-oxssharez400": "ap-southeast-1",
    "iotx-oxssharez500": "us-west-1",
    "iotx-oxssharez600": "us-east-1",
    "iotx-oxssharez700": "eu-central-1",
}

_ID = re.compile(r"iotx?[_-][A-Za-z0-9_-]+")


def is_instance_id(text: str) -> bool:
    """Return whether a text has the format of an instance ID, such as ``iot-cn-6ja1x`` or ``iotx-oxssharez200``."""
    return _ID.fullmatch(text) is not None


def region_of(instance_id: str) -> str:
    """Return the region of an instance."""
    return _PUBLIC_INSTANCES.get(instance_id, REGION)
