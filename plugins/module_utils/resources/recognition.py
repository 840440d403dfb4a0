# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Recognition of pictures (the manual's chapter 4.21.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import ocr
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chosen import ChosenAction, Doing
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.json_text import parsed


class Recognize(ChosenAction):
    """Tells what can be read in a picture. Each time counts: there are twenty a day."""

    families = (ocr,)
    doings = {
        "car_number": Doing(
            "RecognizeCarNum",
            "The licence plate in the picture would be read",
            {"Url": "url"},
            tells={"recognized": ("Data", parsed)},
        ),
        "text": Doing(
            "RecognizePictureGeneral",
            "The text in the picture would be read",
            {"Url": "url"},
            tells={"recognized": ("Data", parsed)},
        ),
    }
    fields = (
        Field("action", type=Choice({word: word for word in doings}), required=True),
        Field(
            "url",
            type=Text(1, 2048, allowed=r"(https?://|data:image/)\S+", hint="the address of a picture"),
            required=True,
        ),
    )
