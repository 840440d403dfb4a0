# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of the platform that decide how a failed request of a device set is handled."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import EXISTS, NOT_FOUND, PERMANENT
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import BUSINESS_PREFIX
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ApiError

#: Prefixes of business error codes that apply to the whole account, or that are temporary.
ACCOUNT_WIDE_PREFIXES = (
    "iot.system.",
    "iot.common.APINotSupportedInInstance",
    "iot.common.AuthActionPermissionDeny",
    "iot.common.InvalidTenant",
    "iot.common.RamActionPermissionDeny",
)

#: Error codes of an instance without QueryDeviceBySQL.
SEARCH_UNSUPPORTED_CODES = ("iot.common.APINotSupportedInInstance", "UnsupportedOperation", "InvalidAction.NotFound")


def concerns_request_only(error: Exception) -> bool:
    """Return whether an error is caused by the content of the request, so that other requests can still succeed.

    Without valid credentials, a permission or a connection, all other requests would fail with the same error.
    """
    if not isinstance(error, ApiError) or error.category not in (PERMANENT, NOT_FOUND, EXISTS):
        return False
    return error.code.startswith(BUSINESS_PREFIX) and not error.code.startswith(ACCOUNT_WIDE_PREFIXES)
