# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Print on devices (manual chapter 4.21.2).

Templates are created in the console, which the emulator does not have: every well-formed template identifier is
accepted. The layout of templates is not known, so a page lists the parameters, one per line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import ids
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.services.common import configuration
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device, status_of
from ansible_collections.iotops.aliyun.emulator.simulation.simulated import SUCCEED
from ansible_collections.iotops.aliyun.emulator.simulation.solutions import PRINT, DeviceError, perform

TABLES = """
CREATE TABLE IF NOT EXISTS print_job (
    print_id TEXT PRIMARY KEY,
    iot_id TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
    template_biz_code TEXT NOT NULL,
    topic TEXT NOT NULL,  -- the topic of the print request to the device
    params TEXT NOT NULL,  -- JSON
    page TEXT NOT NULL,  -- the printed text
    printed_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS print_job_by_device ON print_job (iot_id);
"""

#: Number of retries after a device fails or does not answer.
MAX_RETRIES = 2

#: Default error that a device reports.
OUT_OF_PAPER = DeviceError("2", "no paper")

_ID_LENGTH = 28
_TEMPLATE_BIZ_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUS_ERRORS = {
    "UNACTIVE": "iot.deviceprint.DeviceNotActivated",
    "OFFLINE": "iot.deviceprint.DeviceOffline",
    "DISABLE": "iot.deviceprint.InvalidDevice",
}


@operation
def print_by_template(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.2.1: Print a page. A device that fails also fails in all retries."""
    device = _find_printer(ctx, p)
    if not _TEMPLATE_BIZ_CODE.fullmatch(p["TemplateBizCode"]):
        raise ApiError("iot.deviceprint.PrintingTemplateNotExists")
    params = configuration.parse_object(p.get("ParamsJsonString") or "{}")
    if params is None:
        raise ApiError("iot.deviceprint.PrintingParamsError")
    print_id = ids.alphanumeric(_ID_LENGTH)
    outcome, error = perform(ctx, device, PRINT, OUT_OF_PAPER)
    if outcome != SUCCEED:
        device_error = {"DeviceErrorCode": error.code, "DeviceErrorMessage": error.message} if error else {}
        failed = {"Id": print_id, "MaxRetryCount": MAX_RETRIES, "RetryCount": MAX_RETRIES, "Success": False}
        return {"Data": failed | device_error}
    topic_suffix = "print" if p.get("HistoryPrintTopic") else "user/print"
    ctx.store.insert(
        "print_job",
        print_id=print_id,
        iot_id=device["iot_id"],
        template_biz_code=p["TemplateBizCode"],
        topic=f"/ext/rrpc/{print_id}/{device['product_key']}/{device['device_name']}/{topic_suffix}",
        params=json.dumps(params, ensure_ascii=False),
        page="\n".join(_render_lines(params)),
        printed_at=ctx.now,
    )
    return {"Data": {"Id": print_id, "MaxRetryCount": MAX_RETRIES, "RetryCount": 0, "Success": True}}


def _find_printer(ctx: Context, p: dict[str, Any]) -> Row:
    """Return the row of the device. Raise ApiError if it does not exist or is not online."""
    try:
        device = find_device(ctx, p)
    except ApiError as error:
        raise ApiError("iot.deviceprint.InvalidDevice", error.message) from None
    error_code = _STATUS_ERRORS.get(status_of(device))
    if error_code:
        raise ApiError(error_code)
    return device


def _render_lines(params: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a page: one per parameter; for a table its name and one per row."""
    for name, value in params.items():
        if isinstance(value, list):
            yield f"{name}:"
            for row in value:
                yield f"  {_render_value(row)}"
        else:
            yield f"{name}: {_render_value(value)}"


def _render_value(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name}: {_render_scalar(cell)}" for name, cell in value.items())
    return _render_scalar(value)


def _render_scalar(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
