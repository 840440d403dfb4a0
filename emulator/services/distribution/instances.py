# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Instances of the platform, of which this one is but one.

No operation makes an instance: any id of the right form is taken for one of the account's.
"""

from __future__ import annotations

import re

#: Where an instance is whose id does not tell: with the platform itself.
REGION = "cn-shanghai"

# The public instances of all regions.
_PUBLIC = {
    "iotx-oxssharez200": REGION,
    "iotx-oxssharez300": "ap-northeast-1",
    "iotx-oxssharez400": "ap-southeast-1",
    "iotx-oxssharez500": "us-west-1",
    "iotx-oxssharez600": "us-east-1",
    "iotx-oxssharez700": "eu-central-1",
}

_ID = re.compile(r"iotx?[_-][A-Za-z0-9_-]+")


def is_instance_id(text: str) -> bool:
    """Whether an instance can have this id, such as ``iot-cn-6ja1x`` or ``iotx-oxssharez200``."""
    return _ID.fullmatch(text) is not None


def region_of(instance_id: str) -> str:
    """The region that an instance is in."""
    return _PUBLIC.get(instance_id, REGION)
