# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tasks of device jobs, each of which belongs to one device (manual chapter 4.13)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import job
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.json_text import parsed
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.job.status import wire_status

_STATES = ("queued", "sent", "in_progress", "failed", "rejected", "timed_out", "succeeded", "canceled")
STATES = Choice({name: wire_status(name) for name in _STATES})

_TASK_MEMBERS = {
    "TaskId": "task_id",
    "JobId": "job_id",
    "JobName": "job",
    "ProductKey": "product_key",
    "DeviceName": "device",
    "IotId": "iot_id",
    "Progress": "progress",
    "Message": "message",
    "UtcQueueTime": "queued",
    "UtcModified": "changed",
}


class JobTaskInfo(ReportEntry):
    """A report of one task, or of the tasks of a job.

    Custom code: one task and the tasks of a job are read with different operations.
    """

    families = (job,)
    fields = (
        Field("task_id", type=Text(1)),
        Field("job_id", type=Text(1)),
        Field("status", "Status", STATES),
    )

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if (params.get("task_id") is None) is (params.get("job_id") is None):
            raise InvalidValue("exactly one of task_id and job_id must be set", field="task_id")
        if params.get("task_id") and params.get("status"):
            raise InvalidValue("status can be set with job_id only", field="status")
        return super().perform(params, client, check_mode)

    def gather(self, reader: Reader, values: dict) -> dict:
        if "task_id" in values:
            # Only this operation returns the details that the device has reported.
            response = reader.find("QueryTask", {"TaskId": values["task_id"]})
            return {"tasks": [_parse_task(member(response, "Data"))] if response and member(response, "Data") else []}
        params = {"JobId": values["job_id"]}
        if "status" in values:
            params["Status"] = STATES.to_wire(values["status"])
        return {"tasks": [_parse_task(row) for row in reader.pages("ListTask", params)]}


def _parse_task(row: dict) -> dict:
    task = {**rename_members(row, _TASK_MEMBERS), "status": STATES.from_wire(row.get("Status"))}
    if row.get("StatusDetail"):
        task["details"] = parsed(row["StatusDetail"])
    return task
