# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sound codes: what a device hears and has decoded (manual chapter 4.21.4)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import sound_code
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Delete, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Listing
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import Renamable, renamed_from

#: Names and descriptions of all that has to do with sound codes.
NAME = Text(1, 64, wide_char_width=2)

OPEN_TYPE = Choice({"inner": "INNER", "open": "OPEN"})


class Audible(Renamable):
    """What can be heard: where its audio can be downloaded is told on request."""

    def read(self, reader: Reader, desired: dict, wanted: set[str] | None = None) -> dict | None:
        there = super().read(reader, desired, wanted)
        if there is not None and (wanted is None or "audio_url" in wanted):
            audio = reader.read("GetSoundCodeAudio", {"SoundCodeList": [there["sound_code"]]})
            there["audio_url"] = (member(audio, "Data.Items") or [None])[0]
        return there


class SoundCode(Audible):
    """A sound code that is the same at any time."""

    kind = "sound_code"
    title = "sound code"
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
