# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of sound codes, which are documented only with the operations."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import PERMANENT, error_codes

ERRORS = error_codes(
    {
        "iot.soundcodeservice.NotSigned": (
            PERMANENT, "The account has not activated the sound code service", "Activate the sound code service",
        ),
    }
)
