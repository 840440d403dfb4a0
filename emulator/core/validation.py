# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Validate request parameters against the API data: missing, malformed and too long parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.registry import TRUNCATE, Implementation
from ansible_collections.iotops.aliyun.emulator.core.wire import typed_parameters
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Operation


def parse_parameters(operation: Operation, implementation: Implementation, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the typed parameters of an operation from the flat request ``values``.

    Raises:
        GatewayError: ``Missing…`` or ``InvalidParameter``.
        ApiError: a list is longer than the limit of one call.
    """
    params = typed_parameters(operation.params, values)
    for name, param in operation.params.items():
        if param.required and params.get(name) in (None, "", []):
            raise missing_parameter(name)
    for name, limit in operation.limits.items():
        if len(params.get(name, ())) > limit:
            code = (
                implementation.too_many if isinstance(implementation.too_many, str) else implementation.too_many[name]
            )
            if code != TRUNCATE:
                raise ApiError(code, f"{name} accepts at most {limit} elements per call")
            params[name] = params[name][:limit]
    return params
