# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Push of speeches to devices, and their playback (manual section 4.21.1)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, group, product, speech
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import (
    ApiAction,
    ChoiceAction,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field, finds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import unchanged
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import device_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.device_group import group_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.device_speech import MODES
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.speech import (
    CUSTOM,
    FORMATS,
    PROJECT_CODE,
    RATE,
    SPEECH_TEXT,
    TYPES,
    VOLUME,
    SoundCodeConfig,
    with_sound_code,
)

_DEVICE_MEMBERS = {"IotId": "iot_id"}
_COMBINATION = {
    **_DEVICE_MEMBERS,
    "CombinationList": "combination",
    "AudioFormat": "audio_format",
    "SpeechId": "speech_id",
}
_VOICE = {"Voice": "voice", "AudioFormat": "audio_format", "SpeechRate": "speech_rate", "Volume": "volume"}


@finds("speech")
def speech_codes(reader: Reader, names: list[str], project_code: str) -> list:
    """Return the IDs of speeches of a project.

    Args:
        reader: Reads the account.
        names: The code or the ID of each speech; for a pack, its type or its ID.
        project_code: The project.

    Raises:
        ReferenceNotFound: A speech does not exist, and the reader does not tolerate that.
    """
    rows = list(reader.pages("QuerySpeechList", {"ProjectCode": project_code}))
    codes = []
    for name in names:
        found = [
            row["SpeechCode"]
            for row in rows
            if name in (row["SpeechCode"], row["BizCode"])
            or (row["SpeechType"] != CUSTOM and row["SpeechType"] == name)
        ]
        codes.append(found[0] if found else reader.not_found("speech", name))
    return codes


def device_failure(response: dict) -> str:
    """Return the error that a device reports in a response; an empty string if it succeeded."""
    data = member(response, "Data") or {}
    if str(data.get("Success")).lower() != "false":
        return ""
    message = data.get("DeviceErrorMessage") or "no reason given"
    code = data.get("DeviceErrorCode")
    return f"the device reported a failure: {message}" + (f" ({code})" if code else "")


#: The results of an action that waits for the response of the device.
DEVICE_RESPONSE = {
    "id": ("Data.Id", str),
    "detail": ("Data.Detail", str),
    "retries": ("Data.RetryCount", int),
    "device_error_code": ("Data.DeviceErrorCode", str),
    "device_error_message": ("Data.DeviceErrorMessage", str),
}


class Play(ChoiceAction):
    """Actions that push speeches to devices, play speeches on a device, or synthesize a text for a test.

    Custom code: some options require or exclude others, and a flag enables the sound code.
    """

    families = (speech, device, group, product)
    api_actions = {
        "push": ApiAction(
            "PushSpeech",
            "The speeches would be pushed",
            {
                **_DEVICE_MEMBERS,
                "ProjectCode": "project_code",
                "PushMode": "mode",
                "SpeechCodeList": "speech_codes",
                "GroupId": "group_id",
            },
            required=("project_code", "speeches"),
            optional=("all_devices",),
            returns={"job_codes": ("Data", str)},
        ),
        "combine": ApiAction(
            "SpeechByCombination",
            "The speech would be played on the device",
            {**_COMBINATION, "EnforceFlag": "enforce"},
            required=("device", "combination"),
        ),
        "combine_and_wait": ApiAction(
            "SyncSpeechByCombination",
            "The speech would be played on the device",
            {**_COMBINATION, "EnforceFlag": "enforce"},
            required=("device", "combination"),
            returns=DEVICE_RESPONSE,
            verify=device_failure,
        ),
        "synthesize": ApiAction(
            "SpeechBySynthesis",
            "The speech would be played on the device",
            {**_DEVICE_MEMBERS, **_VOICE, "Text": "text", "SpeechId": "speech_id"},
            required=("device", "text", "voice", "audio_format"),
        ),
        "test": ApiAction(
            "TestSpeech",
            "The speech would be synthesized",
            {
                **_VOICE,
                "ProjectCode": "project_code",
                "SpeechType": "type",
                "Text": "text",
                "EnableSoundCode": "sound_code_enabled",
                "SoundCodeConfig": "sound_code_config",
            },
            required=("project_code", "voice"),
            optional=("sound_code",),
            returns={"audio_urls": ("Data.items", unchanged)},
        ),
    }
    fields = (
        Field("action", type=Choice({name: name for name in api_actions}), required=True),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("device", lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
        Field("iot_id", computed=True),
        Field("group", lookup=group_id, resolves_to="group_id"),
        Field("group_id", computed=True),
        Field("all_devices", type=Flag()),
        Field("project_code", type=PROJECT_CODE),
        Field(
            "speeches",
            type=TextSet(Text(1)),
            lookup=speech_codes,
            depends_on=("project_code",),
            resolves_to="speech_codes",
        ),
        Field("speech_codes", type=TextSet(Text(1)), computed=True),
        Field("combination", type=TextSet(Text(1))),
        Field("speech_id", type=Text(1)),
        Field("enforce", type=Flag()),
        Field("type", type=TYPES),
        Field("text", type=SPEECH_TEXT),
        Field("voice", type=Text(1)),
        Field("audio_format", type=FORMATS),
        Field("speech_rate", type=RATE),
        Field("volume", type=VOLUME),
        Field("sound_code", type=SoundCodeConfig()),
    )

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if params.get("device") and not params.get("product"):
            raise InvalidValue("product must be set with device", field="product")
        targets = [name for name in ("device", "group", "all_devices") if params.get(name)]
        if params["action"] == "push" and len(targets) != 1:
            raise InvalidValue(
                "exactly one of device, group and all_devices must be set with action: push", field="device"
            )
        if params["action"] == "test" and not params.get("text") and (params.get("type") or CUSTOM) == CUSTOM:
            raise InvalidValue("text must be set with action: test and type: custom", field="text")
        return super().perform(params, client, check_mode)

    def prepare_values(self, values: dict) -> dict:
        mode = "device" if "iot_id" in values else "group" if "group_id" in values else "all"
        prepared = {**values, "mode": MODES[mode]}
        if "sound_code" in values:
            config = self.field("sound_code").type.to_wire(values["sound_code"])
            params = with_sound_code({"SoundCodeConfig": config})
            prepared["sound_code_enabled"] = params["EnableSoundCode"]
            prepared["sound_code_config"] = params.get("SoundCodeConfig")
        return prepared
