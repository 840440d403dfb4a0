# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Speeches (text-to-speech corpora), which devices can play after a push (manual section 4.21.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import speech
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Number, Text, Type

#: The type of a speech with a custom text. The other types are packs of words that the platform provides.
CUSTOM = "custom"
TYPES = Choice(
    {
        name: name
        for name in (CUSTOM, "number", "measure_word", "monetary_unit", "time_unit", "unit_time", "length_unit")
    }
)

PROJECT_CODE = Text(1, 64, pattern="[A-Za-z0-9]+", hint="letters and digits")
BIZ_CODE = Text(1, 32, pattern="[A-Za-z0-9]+", hint="letters and digits")
#: The code of a speech that is stored on a device. It can be a word of a pack.
ANY_BIZ_CODE = Text(1, 64, pattern="[A-Za-z0-9_]+", hint="letters, digits and _")
SPEECH_TEXT = Text(
    1, 100, wide_char_width=2, pattern="[A-Za-z \u4e00-\u9fff]+", hint="Chinese and English letters and spaces"
)
FORMATS = Choice({name: name for name in ("wav", "mp3", "amr")})
RATE = Number(-500, 500)
VOLUME = Number(0, 100)


class SoundCodeConfig(Type):
    """The sound code that is played after a speech; an empty dictionary for none."""

    argument = {
        "type": "dict",
        "options": {"content": {"type": "str"}, "duration_in_seconds": {"type": "int"}},
    }

    @property
    def empty(self) -> Any:
        return {}

    def check(self, value: Any) -> str:
        content, duration = value.get("content"), value.get("duration_in_seconds")
        if content is None and duration is None:
            return ""
        if not content or duration is None:
            return "must contain both content and duration_in_seconds, or none of them"
        problem = Number(1, 15).check(duration)
        return f"has an invalid duration_in_seconds: it {problem}" if problem else ""

    def to_wire(self, value: Any) -> Any:
        if not value.get("content"):
            return {}
        return {"SoundCodeContent": value["content"], "AdditionalDuration": value["duration_in_seconds"]}

    def from_wire(self, value: Any) -> Any:
        if not value:
            return {}
        return {
            "content": value.get("SoundCodeContent", ""),
            "duration_in_seconds": int(value.get("AdditionalDuration") or 0),
        }

    def canonical(self, value: Any) -> Any:
        return (value["content"], value["duration_in_seconds"]) if value and value.get("content") else None

    def to_display(self, value: Any) -> Any:
        return value if value.get("content") else {}


def with_sound_code(params: dict) -> dict:
    """Return parameters in which an additional flag determines whether there is a sound code."""
    config = params.pop("SoundCodeConfig", None)
    if config is None:
        return params
    return {**params, "EnableSoundCode": bool(config), **({"SoundCodeConfig": config} if config else {})}


class CreateSpeech(Create):
    """Creation of a speech.

    Custom code: code and text are required for custom speeches only, and a flag enables the sound code.
    """

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        if desired.get("type", CUSTOM) == CUSTOM:
            missing = [name for name in ("code", "text") if not desired.get(name)]
            if missing:
                names = ", ".join(missing)
                raise InvalidValue(f"{names} must be set to create a {resource.title}", field=names)
        (step,) = super().steps(resource, desired)
        step.params = with_sound_code(step.params)
        return [step]


class UpdateSpeech(Update):
    """Update of the voice, the speed, the volume and the sound code of a speech.

    Custom code: a flag enables the sound code.
    """

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        result = super().steps(resource, desired, current)
        for step in result:
            step.params = with_sound_code(step.params)
        return result


class Speech(Resource):
    """A speech of a project, or a pack of speeches.

    Custom code: only the list contains the words of a pack, a pack is identified by its type, and a read with the code
    of a missing speech is an error.
    """

    kind = "speech"
    title = "speech"
    families = (speech,)
    key = ("code",)
    identity = {"SpeechCode": "speech_code"}
    fields = (
        Field("project_code", "ProjectCode", PROJECT_CODE, required=True),
        Field("type", "SpeechType", TYPES),
        Field("code", "BizCode", BIZ_CODE),
        Field("speech_code", "SpeechCode", computed=True),
        Field("text", "Text", SPEECH_TEXT),
        Field("voice", "Voice", Text(1)),
        Field("audio_format", "AudioFormat", FORMATS),
        Field("speech_rate", "SpeechRate", RATE),
        Field("volume", "Volume", VOLUME),
        Field("sound_code", "SoundCodeConfig", SoundCodeConfig()),
        Field("words", type=Type(), computed=True),
    )
    listing = Listing("QuerySpeechList", params={"ProjectCode": "project_code"})
    details = (Detail("QuerySpeech", "Data"),)
    create = CreateSpeech("CreateSpeech", outputs={"speech_code": "Data"})
    changes = (UpdateSpeech("UpdateSpeech", "voice", "speech_rate", "volume", "sound_code"),)
    delete = Delete("DeleteSpeech", list_parameter="SpeechCodeList")
    filters = ("project_code", "code", "speech_code", "type", "audio_format")
    required_filters = ("project_code",)
    remedy = "Only voice, speech_rate, volume and sound_code can be changed: create another speech, or keep the value"

    @property
    def plural(self) -> str:
        return "speeches"

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        pack = desired.get("type", CUSTOM) != CUSTOM
        if pack and (desired.get("code") or desired.get("text")):
            option = "code" if desired.get("code") else "text"
            raise InvalidValue(
                f"{option} cannot be set with type: {desired['type']}, because the platform defines code and text",
                field=option,
                remedy="Remove code and text, or set type: custom",
            )
        return super().resolve_references(reader, desired)

    def read(self, reader: Reader, desired: dict, fields: set[str] | None = None) -> dict | None:
        # Only the list contains the words of a pack. A missing speech is an error in the other read operation.
        row = self.find_in_list(reader, desired)
        return None if row is None else {**row, **super().read(reader, {**desired, **row}, fields)}

    def matches_key(self, row: dict, desired: dict) -> bool:
        if desired.get("speech_code"):
            return row["speech_code"] == desired["speech_code"]
        if desired.get("type", CUSTOM) != CUSTOM:
            return row["type"] == desired["type"]
        return row["type"] == CUSTOM and row["code"] == desired.get("code")

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        project = {"project_code": desired["project_code"]}
        return ({**project, **row} for row in super().list_items(reader, desired))

    def values_to_export(self, values: dict) -> dict:
        # The platform defines code and text of a pack.
        hidden = () if values.get("type") == CUSTOM else ("code", "text")
        return {name: value for name, value in values.items() if name not in hidden}

    def parse(self, item: dict) -> dict[str, Any]:
        values = super().parse(item)
        if "EnableSoundCode" in item:
            config = item.get("SoundCodeConfig") if self.has_sound_code(item) else None
            values["sound_code"] = self.field("sound_code").type.from_wire(config)
        words = member(item, "SpeechList.Items")
        if words:
            values["words"] = [{"code": word["BizCode"], "text": word.get("Text", "")} for word in words]
        elif "SpeechRate" not in item:
            values["words"] = []
        return values

    @staticmethod
    def has_sound_code(item: dict) -> bool:
        """Return whether a sound code is played after the speech in a response."""
        return str(item["EnableSoundCode"]).lower() == "true"
