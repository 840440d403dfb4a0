# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Activation of the IoT Platform service (manual chapter 4.2)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import SET, Operation

ERRORS = {**common.ERRORS}

OPERATIONS = {
    "OpenIotService": Operation(
        "4.2", SET, None,
        "OwnerId:int",
        response="OrderId",
        instance=False,
    ),
}
