# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Text recognition in images (manual chapter 4.21)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, Operation

ERRORS = {**common.ERRORS}

OPERATIONS = {
    "RecognizeCarNum": Operation(
        "4.21.6.1", CREATE, None,
        "Url",
        response="Data",
        instance=False,
    ),
    "RecognizePictureGeneral": Operation(
        "4.21.6.2", CREATE, None,
        "Url!",
        response="Data",
        instance=False,
    ),
}
