# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading the jobs that push speeches, and the groups that they can be for (the manual's chapter 4.21.1)."""

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
from ansible_collections.iotops.aliyun.emulator.services.speech.speech import word_written, words_of
from ansible_collections.iotops.aliyun.emulator.services.speech.speech_push import (
    CANCEL,
    RUNNING,
    SENDING,
    SUCCESS,
    TIMEOUT,
    mode_asked,
)

_JOB_STATUSES = (RUNNING, CANCEL, SUCCESS, TIMEOUT)
_DEVICE_STATUSES = (RUNNING, SENDING, CANCEL, SUCCESS, TIMEOUT)

# A job runs as long as one of its devices does. Then it is over time if one device was, or else a success if one was;
# a job without devices is as good as called off.
_JOBS = """
SELECT speech_push.*, product_key, device_name, CASE
    WHEN EXISTS (SELECT 1 FROM speech_push_device AS one WHERE one.job_code = speech_push.job_code
                 AND one.status IN ('RUNNING', 'SENDING')) THEN 'RUNNING'
    WHEN EXISTS (SELECT 1 FROM speech_push_device AS one WHERE one.job_code = speech_push.job_code
                 AND one.status = 'TIMEOUT') THEN 'TIMEOUT'
    WHEN EXISTS (SELECT 1 FROM speech_push_device AS one WHERE one.job_code = speech_push.job_code
                 AND one.status = 'SUCCESS') THEN 'SUCCESS'
    ELSE 'CANCEL' END AS status, speech_push.rowid AS place
FROM speech_push LEFT JOIN device USING (iot_id)
"""


@operation
def query_solution_device_group_page(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.1.9: static groups on all levels, the newest first; nothing keeps when a group was changed."""
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
    """4.21.1.10: the newest first."""
    check_project(p["ProjectCode"])
    page = requested_list_page(ctx, p)
    statuses = p.get("StatusList") or _JOB_STATUSES
    if not set(statuses) <= set(_JOB_STATUSES):
        raise invalid_parameter(f"StatusList has some of {', '.join(_JOB_STATUSES)}")
    terms = ["project_code = ?", "status IN (SELECT value FROM json_each(?))"]
    values = [p["ProjectCode"], json.dumps(statuses)]
    if p.get("PushMode"):
        terms.append("push_mode = ?")
        values.append(mode_asked(p))
    if p.get("JobCode"):
        terms.append("job_code = ?")
        values.append(p["JobCode"])
    jobs, total = ctx.store.page_of(
        f"SELECT * FROM ({_JOBS}) WHERE {' AND '.join(terms)}",
        values,
        page.offset,
        page.size,
        "created_at DESC, place DESC",
    )
    return list_reply(page, total, _jobs_written(ctx, jobs))


@operation
def query_speech_push_job_device(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.1.11"""
    job = _job_asked(ctx, p)
    page = requested_list_page(ctx, p)
    terms = ["job_code = ?"]
    values = [job["job_code"]]
    if p.get("Status"):
        if p["Status"] not in _DEVICE_STATUSES:
            raise invalid_parameter(f"Status is one of {', '.join(_DEVICE_STATUSES)}")
        terms.append("status = ?")
        values.append(p["Status"])
    if p.get("DeviceName"):
        # The product is there for the index of names by product, which serves no other search.
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
    """4.21.1.12: as the speeches are now, without those that were deleted."""
    job = _job_asked(ctx, p)
    page = requested_list_page(ctx, p)
    speeches, total = ctx.store.page_of(
        "SELECT speech.* FROM speech_push_speech AS pushed JOIN speech USING (speech_code) WHERE job_code = ?",
        [job["job_code"]],
        page.offset,
        page.size,
        "pushed.rowid",
    )
    words = words_of(ctx, speeches)
    items = []
    for speech in speeches:
        item = {**word_written(speech), "SpeechType": speech["speech_type"].upper()}
        if speech["speech_code"] in words:
            item["SpeechList"] = {"Items": [word_written(word) for word in words[speech["speech_code"]]]}
        items.append(item)
    return list_reply(page, total, items)


def _job_asked(ctx: Context, p: dict[str, Any]) -> Row:
    job = ctx.store.one("speech_push", job_code=p["JobCode"])
    if job is None:
        raise illegal_request(f"There is no push job {p['JobCode']}")
    return job


def _jobs_written(ctx: Context, jobs: list[Row]) -> list[Row]:
    codes = json.dumps([job["job_code"] for job in jobs])
    devices: dict[str, dict[str, int]] = {}
    for row in ctx.store.rows(
        """
        SELECT job_code, status, count(*) AS number FROM speech_push_device
        WHERE job_code IN (SELECT value FROM json_each(?)) GROUP BY job_code, status
        """,
        codes,
    ):
        devices.setdefault(row["job_code"], {})[row["status"]] = row["number"]
    present = ctx.store.rows(
        """
        SELECT job_code, count(*) AS number FROM speech_push_speech
        WHERE job_code IN (SELECT value FROM json_each(?)) GROUP BY job_code
        """,
        codes,
    )
    speeches = {row["job_code"]: row["number"] for row in present}
    return [_job_written(job, devices.get(job["job_code"], {}), speeches.get(job["job_code"], 0)) for job in jobs]


def _job_written(job: Row, devices: dict[str, int], speeches: int) -> Row:
    """``devices`` is how many are in which status, ``speeches`` how many were not deleted since."""
    return omit_none(
        Code=job["job_code"],
        CreatedTime=job["created_at"],
        DeviceName=job["device_name"],
        ExpiredTime=job["expires_at"],
        FailDeviceNum=devices.get(CANCEL, 0) + devices.get(TIMEOUT, 0),
        GroupId=job["group_id"],
        GroupName=job["group_name"],
        IotId=job["iot_id"],
        ProductKey=job["product_key"],
        PushMode=job["push_mode"],
        RunningDeviceNum=devices.get(RUNNING, 0) + devices.get(SENDING, 0),
        SpeechNum=job["speech_count"],
        SpeechStatus=speeches == job["speech_count"],
        Status=job["status"],
        SuccessDeviceNum=devices.get(SUCCESS, 0),
        TotalDeviceNum=sum(devices.values()),
    )
