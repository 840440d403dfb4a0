# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read push jobs of speeches, and the groups that speeches can be pushed to (manual chapter 4.21.1)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row, omit_none
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import (
    check_project,
    illegal_request,
    invalid_parameter,
    list_reply,
    requested_list_page,
)
from ansible_collections.iotops.aliyun.emulator.services.group.group import STATIC
from ansible_collections.iotops.aliyun.emulator.services.speech.speech import pack_words, word_to_reply
from ansible_collections.iotops.aliyun.emulator.services.speech.speech_push import (
    CANCEL,
    RUNNING,
    SENDING,
    SUCCESS,
    TIMEOUT,
    parse_push_mode,
)

_JOB_STATUSES = (RUNNING, CANCEL, SUCCESS, TIMEOUT)
_DEVICE_STATUSES = (RUNNING, SENDING, CANCEL, SUCCESS, TIMEOUT)

# The status of a job depends on its devices: RUNNING while any device is unfinished, else TIMEOUT if any device timed
# out, else SUCCESS if any device succeeded, else CANCEL (also without devices).
_JOBS = """
SELECT speech_push.*, product_key, device_name, CASE
    WHEN EXISTS (SELECT 1 FROM speech_push_device AS one WHERE one.job_code = speech_push.job_code
                 AND one.status IN ('RUNNING', 'SENDING')) THEN 'RUNNING'
    WHEN EXISTS (SELECT 1 FROM speech_push_device AS one WHERE one.job_code = speech_push.job_code
                 AND one.status = 'TIMEOUT') THEN 'TIMEOUT'
    WHEN EXISTS (SELECT 1 FROM speech_push_device AS one WHERE one.job_code = speech_push.job_code
                 AND one.status = 'SUCCESS') THEN 'SUCCESS'
    ELSE 'CANCEL' END AS status, speech_push.rowid AS insert_order
FROM speech_push LEFT JOIN device USING (iot_id)
"""


@operation
def query_solution_device_group_page(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.9: List static groups on all levels, newest first.

    The emulator does not store when a group was changed: ``GmtModified`` is the creation time.
    """
    check_project(p["ProjectCode"])
    page = requested_list_page(ctx, p)
    groups, total = ctx.store.page_of(
        """
        SELECT device_group.*, (
            SELECT count(*) FROM device_group_member AS member WHERE member.group_id = device_group.group_id
        ) AS devices
        FROM device_group WHERE group_type = ? AND instr(group_name, ?)
        """,
        (STATIC, p.get("FuzzyGroupName", "")),
        page.offset,
        page.size,
        "created_at DESC, device_group.rowid DESC",
    )
    items = [
        omit_none(
            DeviceCount=group["devices"],
            GmtCreate=group["created_at"],
            GmtModified=group["created_at"],
            GroupDesc=group["description"],
            GroupId=group["group_id"],
            GroupName=group["group_name"],
        )
        for group in groups
    ]
    return list_reply(page, total, items, "itemName")


@operation
def query_speech_push_job(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.10: List push jobs, newest first."""
    check_project(p["ProjectCode"])
    page = requested_list_page(ctx, p)
    statuses = p.get("StatusList") or _JOB_STATUSES
    if not set(statuses) <= set(_JOB_STATUSES):
        raise invalid_parameter(f"StatusList must contain only {', '.join(_JOB_STATUSES)}")
    terms = ["project_code = ?", "status IN (SELECT value FROM json_each(?))"]
    values = [p["ProjectCode"], json.dumps(statuses)]
    if p.get("PushMode"):
        terms.append("push_mode = ?")
        values.append(parse_push_mode(p))
    if p.get("JobCode"):
        terms.append("job_code = ?")
        values.append(p["JobCode"])
    jobs, total = ctx.store.page_of(
        f"SELECT * FROM ({_JOBS}) WHERE {' AND '.join(terms)}",
        values,
        page.offset,
        page.size,
        "created_at DESC, insert_order DESC",
    )
    return list_reply(page, total, _jobs_to_reply(ctx, jobs))


@operation
def query_speech_push_job_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.11: List the devices of a push job."""
    job = _find_job(ctx, p)
    page = requested_list_page(ctx, p)
    terms = ["job_code = ?"]
    values = [job["job_code"]]
    if p.get("Status"):
        if p["Status"] not in _DEVICE_STATUSES:
            raise invalid_parameter(f"Status must be one of {', '.join(_DEVICE_STATUSES)}")
        terms.append("status = ?")
        values.append(p["Status"])
    if p.get("DeviceName"):
        # The condition on product_key lets SQLite use the index on product and name.
        terms.append(
            """
            iot_id IN (
                SELECT iot_id FROM device WHERE product_key IN (SELECT product_key FROM product) AND device_name = ?
            )
            """
        )
        values.append(p["DeviceName"])
    devices, total = ctx.store.page_of(
        f"""
        SELECT *, (SELECT device_name FROM device WHERE device.iot_id = one.iot_id) AS device_name
        FROM speech_push_device AS one WHERE {" AND ".join(terms)}
        """,
        values,
        page.offset,
        page.size,
        "iot_id",
    )
    items = [
        omit_none(
            DeviceName=device["device_name"],
            ErrorCode=device["error_code"],
            ErrorMessage=device["error_message"],
            GmtModified=device["modified_at"],
            Status=device["status"],
        )
        for device in devices
    ]
    return list_reply(page, total, items)


@operation
def query_speech_push_job_speech(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.1.12: List the speeches of a push job in their current state, without deleted ones."""
    job = _find_job(ctx, p)
    page = requested_list_page(ctx, p)
    speeches, total = ctx.store.page_of(
        "SELECT speech.* FROM speech_push_speech AS pushed JOIN speech USING (speech_code) WHERE job_code = ?",
        [job["job_code"]],
        page.offset,
        page.size,
        "pushed.rowid",
    )
    words = pack_words(ctx, speeches)
    items = []
    for speech in speeches:
        item = {**word_to_reply(speech), "SpeechType": speech["speech_type"].upper()}
        if speech["speech_code"] in words:
            item["SpeechList"] = {"Items": [word_to_reply(word) for word in words[speech["speech_code"]]]}
        items.append(item)
    return list_reply(page, total, items)


def _find_job(ctx: Context, p: dict[str, Any]) -> Row:
    job = ctx.store.one("speech_push", job_code=p["JobCode"])
    if job is None:
        raise illegal_request(f"Push job {p['JobCode']} does not exist")
    return job


def _jobs_to_reply(ctx: Context, jobs: list[Row]) -> list[Row]:
    codes = json.dumps([job["job_code"] for job in jobs])
    device_counts: dict[str, dict[str, int]] = {}
    for row in ctx.store.rows(
        """
        SELECT job_code, status, count(*) AS number FROM speech_push_device
        WHERE job_code IN (SELECT value FROM json_each(?)) GROUP BY job_code, status
        """,
        codes,
    ):
        device_counts.setdefault(row["job_code"], {})[row["status"]] = row["number"]
    speech_counts = ctx.store.rows(
        """
        SELECT job_code, count(*) AS number FROM speech_push_speech
        WHERE job_code IN (SELECT value FROM json_each(?)) GROUP BY job_code
        """,
        codes,
    )
    speeches = {row["job_code"]: row["number"] for row in speech_counts}
    return [
        _job_to_reply(job, device_counts.get(job["job_code"], {}), speeches.get(job["job_code"], 0)) for job in jobs
    ]


def _job_to_reply(job: Row, device_counts: dict[str, int], speeches: int) -> Row:
    """Return a push job as the API returns it.

    Args:
        job: the row of the job.
        device_counts: the number of devices by status.
        speeches: the number of speeches of the job that were not deleted.
    """
    return omit_none(
        Code=job["job_code"],
        CreatedTime=job["created_at"],
        DeviceName=job["device_name"],
        ExpiredTime=job["expires_at"],
        FailDeviceNum=device_counts.get(CANCEL, 0) + device_counts.get(TIMEOUT, 0),
        GroupId=job["group_id"],
        GroupName=job["group_name"],
        IotId=job["iot_id"],
        ProductKey=job["product_key"],
        PushMode=job["push_mode"],
        RunningDeviceNum=device_counts.get(RUNNING, 0) + device_counts.get(SENDING, 0),
        SpeechNum=job["speech_count"],
        SpeechStatus=speeches == job["speech_count"],
        Status=job["status"],
        SuccessDeviceNum=device_counts.get(SUCCESS, 0),
        TotalDeviceNum=sum(device_counts.values()),
    )
