# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Labels: sound codes that belong to a schedule, single ones and batches (manual section 4.21.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import sound_code
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create, Delete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Number, Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import renamed_from
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.schedule import SCHEDULES
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.sound_code import NAME, AudioResource

#: Maximum number of labels in one batch.
MAX_LABELS = 200

#: The statuses of a batch that has ended without creating all of its labels.
INCOMPLETE = ("partial_failed", "interrupted")

#: The fields that refer to the schedule of a label or a batch.
SCHEDULE_FIELDS = (
    Field("schedule", required=True, lookup=SCHEDULES.find_id, resolves_to="schedule_code"),
    Field("schedule_code", "ScheduleCode", computed=True),
)


class SoundCodeLabel(AudioResource):
    """A label of a schedule.

    Custom code: the list does not contain the schedule.
    """

    kind = "sound_code_label"
    title = "label"
    unique_names = False
    families = (sound_code,)
    key = ("label",)
    identity = {"SoundCode": "sound_code"}
    fields = (
        *SCHEDULE_FIELDS,
        Field("label", "Label", NAME, required=True),
        renamed_from(NAME),
        Field("sound_code", "SoundCode", computed=True),
        Field("audio_url", computed=True, on_request="audio_url"),
    )
    listing = Listing("QuerySoundCodeLabelList", params={"ScheduleCode": "schedule_code"})
    create = Create("CreateSoundCodeLabel", outputs={"sound_code": "Data"})
    changes = (Update("UpdateSoundCodeLabel", "label"),)
    delete = Delete("DeleteSoundCodeLabel")
    filters = ("schedule", "label", "sound_code")
    required_filters = ("schedule",)

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        schedule = {"schedule_code": desired["schedule_code"]}
        return ({**schedule, **row} for row in super().list_items(reader, desired))


class CreateBatch(Create):
    """Creation of a batch of labels.

    Custom code: a second operation creates a number of labels whose names the platform chooses.
    """

    number_operation = "BatchCreateSoundCodeLabel"

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        if desired.get("labels"):
            return super().steps(resource, desired)
        if desired.get("total") is None:
            raise InvalidValue("labels or total must be set to create a batch", field="labels")
        sent = [resource.field(name) for name in ("schedule_code", "description", "total")]
        params = {f.wire: f.type.to_wire(desired[f.name]) for f in sent if desired[f.name] is not PENDING}
        changes = {f.name: (None, desired[f.name]) for f in sent}
        return [Step(steps.CREATE, self.number_operation, params, changes, dict(self.outputs))]

    def sent_fields(self, resource: Resource) -> set[str]:
        return {*super().sent_fields(resource), "total"}


class Retry(Change):
    """A retry of the labels that a batch could not create.

    Custom code: the retry is possible in some statuses only.
    """

    fields = ("status",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        status = current.get("status")
        if not desired.get("retry") or status not in INCOMPLETE:
            return []
        changes = {"status": (status, "running")}
        return [Step(steps.CREATE, "RetrySoundCodeLabelBatch", resource.identity_params(), changes)]


class SoundCodeLabelBatch(Resource):
    """A batch of labels, which the platform creates asynchronously. The API cannot delete a batch.

    Custom code: the list does not contain the schedule, the number of labels follows from the labels, and a separate
    operation returns the labels that failed.
    """

    kind = "sound_code_label_batch"
    title = "batch"
    unique_names = False
    families = (sound_code,)
    key = ("description",)
    identity = {"BatchCode": "batch_code"}
    states = {"present": {}}
    fields = (
        *SCHEDULE_FIELDS,
        Field("description", "Description", NAME, required=True),
        Field("batch_code", "BatchCode", computed=True),
        Field("labels", "Labels", TextSet(NAME, maximum=MAX_LABELS), write_only=True),
        Field("total", "Total", Number(1, MAX_LABELS)),
        Field("retry", type=Flag(), write_only=True),
        Field(
            "status",
            read="Status",
            type=Choice(
                {
                    "running": "RUNNING",
                    "success": "SUCCESS",
                    "partial_failed": "PARTIAL_FAILED",
                    "interrupted": "INTERRUPT",
                }
            ),
            computed=True,
            initial="running",
        ),
        Field("made", read="SuccessNum", type=Number(), computed=True),
        Field("created", read="GmtCreate", type=Number(), computed=True),
        Field("failed", type=Type(), computed=True, on_request="failed"),
    )
    listing = Listing("QuerySoundCodeLabelBatchList", params={"ScheduleCode": "schedule_code"})
    create = CreateBatch("BatchCreateSoundCodeLabelWithLabels", outputs={"batch_code": "Data"})
    changes = (Retry(),)
    filters = ("schedule", "description", "batch_code", "status")
    required_filters = ("schedule",)
    remedy = "A batch is immutable: create one with another description, or keep the current value"

    @property
    def plural(self) -> str:
        return "sound_code_label_batches"

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        if desired.get("labels"):
            labels = list(dict.fromkeys(desired["labels"]))
            if desired.get("total", len(labels)) != len(labels):
                raise InvalidValue(
                    f"total must be the number of labels, {len(labels)}, not {desired['total']}", field="total"
                )
            resolved.update(labels=labels, total=len(labels))
        return resolved

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        schedule = {"schedule_code": desired["schedule_code"]}
        return ({**schedule, **row} for row in super().list_items(reader, desired))

    def read(self, reader: Reader, desired: dict, fields: set[str] | None = None) -> dict | None:
        current = super().read(reader, desired, fields)
        if current is not None and (fields is None or "failed" in fields):
            found = reader.read("QuerySoundCodeLabelBatchFailedResult", {"BatchCode": current["batch_code"]})
            current["failed"] = [
                {"label": row["Label"], "code": str(row["ResultCode"]), "message": row["ErrorMessage"]}
                for row in member(found, "Data.Items") or []
            ]
        return current


class Package(ActionEntry):
    """An action that packs the audio of all labels of a batch into one file.

    Custom code: a batch is found in its schedule by code or description.
    """

    families = (sound_code,)
    fields = (*SCHEDULE_FIELDS, Field("batch", type=Text(1), required=True))
    summary = "The audio of the batch's labels would be packed"

    def run_action(self, client: Any, values: dict) -> dict:
        batches = [
            row["BatchCode"]
            for row in client.pages("QuerySoundCodeLabelBatchList", {"ScheduleCode": values["schedule_code"]})
            if values["batch"] in (row["BatchCode"], row.get("Description"))
        ]
        if len(batches) != 1:
            raise InvalidValue(
                f"{len(batches) or 'no'} batches of the schedule match {values['batch']}",
                field="batch",
                remedy="Set batch to the code of one of them" if batches else "Check its code or description",
            )
        response = client.call("PackageSoundCodeLabelBatchAudio", {"BatchCode": batches[0]})
        return {"batch_code": batches[0], "package_url": response["Data"]}
