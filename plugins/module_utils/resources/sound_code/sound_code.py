# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sound codes, which a device records and the platform decodes (manual section 4.21.4)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import sound_code
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Listing
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import Renamable, renamed_from

#: Names and descriptions of sound codes, schedules and labels.
NAME = Text(1, 64, wide_char_width=2)

OPEN_TYPE = Choice({"inner": "INNER", "open": "OPEN"})


class AudioResource(Renamable):
    """The base class of resources with audio.

    Custom code: a separate operation returns the download URL of the audio, and takes a list of sound codes.
    """

    def read(self, reader: Reader, desired: dict, fields: set[str] | None = None) -> dict | None:
        current = super().read(reader, desired, fields)
        if current is not None and (fields is None or "audio_url" in fields):
            audio = reader.read("GetSoundCodeAudio", {"SoundCodeList": [current["sound_code"]]})
            current["audio_url"] = (member(audio, "Data.Items") or [None])[0]
        return current


class SoundCode(AudioResource):
    """A sound code whose content does not depend on the time."""

    kind = "sound_code"
    title = "sound code"
    unique_names = False
    families = (sound_code,)
    key = ("name",)
    identity = {"SoundCode": "sound_code"}
    fields = (
        Field("name", "Name", NAME, required=True),
        renamed_from(NAME),
        Field("sound_code", "SoundCode", computed=True),
        Field("content", "SoundCodeContent", Text(1, 100)),
        Field("duration_in_seconds", "Duration", Number(1, 30)),
        Field("open_type", "OpenType", OPEN_TYPE),
        Field("created", read="GmtCreate", type=Number(), computed=True),
        Field("audio_url", computed=True, on_request="audio_url"),
    )
    listing = Listing("QuerySoundCodeList")
    create = Create("CreateSoundCode", outputs={"sound_code": "Data"})
    changes = (Update("UpdateSoundCode", "name", "content", "duration_in_seconds"),)
    delete = Delete("DeleteSoundCode")
    filters = ("name", "sound_code", "open_type")
