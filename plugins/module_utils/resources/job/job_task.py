# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What single devices do within device jobs (manual chapter 4.13)."""

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
STATES = Choice({word: wire_status(word) for word in _STATES})

_OF_TASK = {
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
    """Tells of the task of one device, or of the tasks of a job."""

    families = (job,)
    fields = (
        Field("task_id", type=Text(1)),
        Field("job_id", type=Text(1)),
        Field("status", "Status", STATES),
    )

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if (params.get("task_id") is None) is (params.get("job_id") is None):
            raise InvalidValue("either task_id or job_id must be given", field="task_id")
        if params.get("task_id") and params.get("status"):
            raise InvalidValue("status is for the tasks of a job", field="status")
        return super().perform(params, client, check_mode)

    def gather(self, reader: Reader, values: dict) -> dict:
        if "task_id" in values:
            # The tasks of a job are listed without what the device has said of them.
            reply = reader.find("QueryTask", {"TaskId": values["task_id"]})
            return {"tasks": [_told(member(reply, "Data"))] if reply and member(reply, "Data") else []}
        wanted = {"JobId": values["job_id"]}
        if "status" in values:
            wanted["Status"] = STATES.to_wire(values["status"])
        return {"tasks": [_told(row) for row in reader.pages("ListTask", wanted)]}


def _told(row: dict) -> dict:
    told = {**rename_members(row, _OF_TASK), "status": STATES.from_wire(row.get("Status"))}
    if row.get("StatusDetail"):
        told["details"] = parsed(row["StatusDetail"])
    return told
