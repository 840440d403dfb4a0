# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of sound codes, which only the pages of its operations have."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import PERMANENT, error_codes

ERRORS = error_codes(
    {
        "iot.soundcodeservice.NotSigned": (
            PERMANENT, "The sound code service has not been activated for the account", "Activate the sound code service",
        ),
    }
)
