# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Recognition of text and license plates in images (manual chapter 4.21.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import ocr
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import ApiAction, ChoiceAction
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.json_text import parsed


class Recognize(ChoiceAction):
    """Recognition of the license plate or the text in an image. An account has a quota of 20 requests a day."""

    families = (ocr,)
    api_actions = {
        "car_number": ApiAction(
            "RecognizeCarNum",
            "The license plate in the image would be recognized",
            {"Url": "url"},
            returns={"recognized": ("Data", parsed)},
        ),
        "text": ApiAction(
            "RecognizePictureGeneral",
            "The text in the image would be recognized",
            {"Url": "url"},
            returns={"recognized": ("Data", parsed)},
        ),
    }
    fields = (
        Field("action", type=Choice({word: word for word in api_actions}), required=True),
        Field(
            "url",
            type=Text(1, 2048, pattern=r"(https?://|data:image/)\S+", hint="the URL of an image"),
            required=True,
        ),
    )
