# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Printing on devices (the manual's chapter 4.21.2).

Templates are made on the console, which does not exist here: any identifier that has the form of a template's is taken
for one. How a template arranges its parameters is not known, so a page lists them, one a line.
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
    topic TEXT NOT NULL,  -- on which the device was told to print
    params TEXT NOT NULL,  -- JSON
    page TEXT NOT NULL,  -- what is on the paper
    printed_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS print_job_by_device ON print_job (iot_id);
"""

#: How often the platform tries once more where a device fails, or does not answer.
MOST_RETRIES = 2

#: An error that a device reports.
NO_PAPER = DeviceError("2", "no paper")

_ID_LENGTH = 28
_TEMPLATE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REFUSALS = {
    "UNACTIVE": "iot.deviceprint.DeviceNotActivated",
    "OFFLINE": "iot.deviceprint.DeviceOffline",
    "DISABLE": "iot.deviceprint.InvalidDevice",
}


@operation
def print_by_template(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.2.1: a device that cannot print cannot either when it is tried again."""
    device = _printer(ctx, p)
    if not _TEMPLATE.fullmatch(p["TemplateBizCode"]):
        raise ApiError("iot.deviceprint.PrintingTemplateNotExists")
    params = configuration.parse_object(p.get("ParamsJsonString") or "{}")
    if params is None:
        raise ApiError("iot.deviceprint.PrintingParamsError")
    print_id = ids.alphanumeric(_ID_LENGTH)
    outcome, error = perform(ctx, device, PRINT, NO_PAPER)
    if outcome != SUCCEED:
        told = {"DeviceErrorCode": error.code, "DeviceErrorMessage": error.message} if error else {}
        failed = {"Id": print_id, "MaxRetryCount": MOST_RETRIES, "RetryCount": MOST_RETRIES, "Success": False}
        return {"Data": failed | told}
    below = "print" if p.get("HistoryPrintTopic") else "user/print"
    ctx.store.insert(
        "print_job",
        print_id=print_id,
        iot_id=device["iot_id"],
        template_biz_code=p["TemplateBizCode"],
        topic=f"/ext/rrpc/{print_id}/{device['product_key']}/{device['device_name']}/{below}",
        params=json.dumps(params, ensure_ascii=False),
        page="\n".join(_lines(params)),
        printed_at=ctx.now,
    )
    return {"Data": {"Id": print_id, "MaxRetryCount": MOST_RETRIES, "RetryCount": 0, "Success": True}}


def _printer(ctx: Context, p: dict[str, Any]) -> Row:
    """The row of the device that is to print. Raises ApiError where it cannot."""
    try:
        device = find_device(ctx, p)
    except ApiError as error:
        raise ApiError("iot.deviceprint.InvalidDevice", error.message) from None
    refusal = _REFUSALS.get(status_of(device))
    if refusal:
        raise ApiError(refusal)
    return device


def _lines(params: dict[str, Any]) -> Iterator[str]:
    """The lines of a page: a parameter each, and below the name of a table its rows."""
    for name, value in params.items():
        if isinstance(value, list):
            yield f"{name}:"
            for row in value:
                yield f"  {_shown(row)}"
        else:
            yield f"{name}: {_shown(value)}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name}: {_plain(cell)}" for name, cell in value.items())
    return _plain(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
