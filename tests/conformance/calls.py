# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of successful calls that cover every operation, one table per API family.

Each table starts with an empty account. ``device_artifacts`` covers the operations on data that only devices can
create.
"""

from __future__ import annotations

from .calls_device import DEVICE, DISTRIBUTION, GROUP, LOCATION, PRODUCT, TUNNEL
from .calls_job import JOB, OTA
from .calls_message import MESSAGE, PARSER, RULE, SUBSCRIPTION, TOPIC
from .calls_solution import AV_LICENSE, OCR, PRINT, SERVICE, SOUND_CODE, SPEECH
from .calls_thing_model import SHADOW, THING_MODEL, THING_MODEL_DATA
from .steps import Step

TABLES: dict[str, list[Step]] = {
    "product": PRODUCT,
    "device": DEVICE,
    "tunnel": TUNNEL,
    "group": GROUP,
    "thing_model": THING_MODEL,
    "thing_model_data": THING_MODEL_DATA,
    "job": JOB,
    "topic": TOPIC,
    "rule": RULE,
    "parser": PARSER,
    "message": MESSAGE,
    "subscription": SUBSCRIPTION,
    "shadow": SHADOW,
    "ota": OTA,
    "speech": SPEECH,
    "print": PRINT,
    "av_license": AV_LICENSE,
    "sound_code": SOUND_CODE,
    "location": LOCATION,
    "ocr": OCR,
    "service": SERVICE,
    "distribution": DISTRIBUTION,
}
