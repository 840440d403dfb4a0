# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Recognize text and license plates in images (OCR, manual chapter 4.21.6).

The emulator recognizes nothing and fetches nothing from other hosts: the image file itself must contain the text as
metadata. The image is a file that the emulator stores, such as one that a device uploaded, or it is part of the URL:
``data:image/png,…`` (RFC 2397, percent-encoded, because the platform does not accept Base64). Every line of the tEXt
and iTXt chunks of a PNG, or of the comments (UTF-8) of a JPEG, counts as a line of text in the image.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import SUCCESS_CODE
from ansible_collections.iotops.aliyun.emulator.services.ocr import picture
from ansible_collections.iotops.aliyun.emulator.services.ocr.picture import Image, ImageError
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

TABLES = """
CREATE TABLE IF NOT EXISTS recognition (
    operation TEXT NOT NULL,
    day TEXT NOT NULL,  -- in China time
    calls INTEGER NOT NULL,
    PRIMARY KEY (operation, day)
) WITHOUT ROWID;
"""

#: Maximum number of calls of each operation per day.
MAX_CALLS = 20

_MAX_URL_LENGTH = 2048

_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{4,5}[A-Z0-9挂学警港澳]")
_PLATE_KEY = "车牌"
_NEW_ENERGY_LENGTH = 8
_CAR = "小型汽车"
_NEW_ENERGY_CAR = "小型新能源汽车"

# Probability of a result: always 1, because texts are read from the file instead of recognized.
_PROBABILITY = 1.0
_PROBABILITY_PERCENT = 100

_VERSION = "1.0.9"


@operation
def recognize_car_num(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.6.1: Return the first line that is a license plate number."""
    image = _load_image(ctx, p)
    plates = [line for line in image.lines if _PLATE.fullmatch(line)]
    if not plates:
        raise _recognition_error("the image has no text that is a license plate number")
    _count_call(ctx, "RecognizeCarNum")
    plate = plates[0]
    left, top, right, bottom = _line_box(image, image.lines.index(plate))
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    information = {
        "value": plate,
        "key": _PLATE_KEY,
        "key_prob": _PROBABILITY,
        "value_prob": _PROBABILITY,
        "key_loc": "",
        "value_loc": ",".join(f"{x},{y}" for x, y in corners),
    }
    vehicle_type = _NEW_ENERGY_CAR if len(plate) == _NEW_ENERGY_LENGTH else _CAR
    data = {
        "data": {
            "secondary_cls": {"type_str": vehicle_type, "prob": _PROBABILITY},
            "data": {_PLATE_KEY: plate},
            "score": _PROBABILITY,
            "info": [information],
        },
        "height": image.height,
        "orgHeight": image.height,
        "orgWidth": image.width,
        "prism_keyValueInfo": [
            {
                "key": _PLATE_KEY,
                "keyProb": _PROBABILITY_PERCENT,
                "value": plate,
                "valuePos": _to_points(corners),
                "valueProb": _PROBABILITY_PERCENT,
            }
        ],
        "structure_list": [{"$ref": "$.data"}],
        "width": image.width,
    }
    return {"Code": SUCCESS_CODE, "Data": json.dumps(data, ensure_ascii=False)}


@operation
def recognize_picture_general(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.6.2: Return each line as a block of text.

    The blocks divide the height of the image evenly.
    """
    image = _load_image(ctx, p)
    if not image.lines:
        raise _recognition_error("the image has no text")
    _count_call(ctx, "RecognizePictureGeneral")
    data = {
        "content": " ".join(image.lines),
        "height": image.height,
        "orgHeight": image.height,
        "orgWidth": image.width,
        "prism_version": _VERSION,
        "prism_wnum": len(image.lines),
        "prism_wordsInfo": [_text_block(image, number) for number in range(len(image.lines))],
        "width": image.width,
    }
    return {"Code": SUCCESS_CODE, "Data": json.dumps(data, ensure_ascii=False)}


def _load_image(ctx: Context, p: dict[str, Any]) -> Image:
    """Return the image that a request refers to.

    Raises:
        ApiError: the URL is missing, or the URL or the image is invalid.
    """
    url = p.get("Url")
    if not url:
        raise _recognition_error("Url is missing")
    if len(url) > _MAX_URL_LENGTH:
        raise ApiError(
            "iot.common.InvalidFormattedParameter", f"Url must not be longer than {_MAX_URL_LENGTH} characters"
        )
    scheme = url.partition(":")[0].lower()
    content = _read_stored_file(ctx, url) if scheme in ("http", "https") else _read_data_url(scheme, url)
    try:
        return picture.read(content)
    except ImageError as error:
        raise ApiError("iot.common.IllegalFileFormat", str(error)) from None


def _read_stored_file(ctx: Context, url: str) -> bytes:
    """Return the content of a file in the emulator's object storage.

    Raise ApiError if the URL does not refer to one.
    """
    key = object_storage.key_of_url(url)
    if key is None:
        raise ApiError(
            "iot.common.FileNotExist",
            "The emulator cannot fetch this URL: pass the image itself as data:image/png,... (percent-encoded)",
        )
    try:
        file = object_storage.find_for_download(ctx, key, dict(parse_qsl(urlsplit(url).query)))
    except object_storage.StorageError as error:
        raise ApiError("iot.common.FileNotExist", error.message) from None
    return object_storage.read_content(ctx, file)


def _read_data_url(scheme: str, url: str) -> bytes:
    """Return the content of a data URL. Raise ApiError if it is malformed or uses Base64."""
    header, comma, content = url.partition(",")
    if scheme != "data" or not comma or header.lower().endswith(";base64"):
        raise ApiError(
            "iot.common.InvalidFormattedParameter",
            "Url must be an HTTP, HTTPS or data URL of an image; data URLs must not use Base64",
        )
    return unquote_to_bytes(content)


def _count_call(ctx: Context, action: str) -> None:
    """Count a call of an operation. Raise GatewayError if the account has reached the daily limit.

    Failed calls do not count, because their transaction is rolled back.
    """
    key = {"operation": action, "day": times.beijing(ctx.now).split()[0]}
    previous = ctx.store.one("recognition", **key)
    calls = previous["calls"] if previous else 0
    if calls >= MAX_CALLS:
        raise GatewayError(400, "Throttling.Api", f"An account can call this operation {MAX_CALLS} times a day.")
    ctx.store.put("recognition", tuple(key), **key, calls=calls + 1)


def _text_block(image: Image, number: int) -> dict[str, Any]:
    left, top, right, bottom = _line_box(image, number)
    return {
        "angle": 0,
        "direction": 0,
        "height": bottom - top,
        "pos": _to_points([(left, top), (right, top), (right, bottom), (left, bottom)]),
        "prob": _PROBABILITY_PERCENT,
        "width": right - left,
        "word": image.lines[number],
        "x": left,
        "y": top,
    }


def _line_box(image: Image, number: int) -> tuple[int, int, int, int]:
    """Return the left, top, right and bottom edge of a line."""
    lines = len(image.lines)
    return 0, image.height * number // lines, image.width, image.height * (number + 1) // lines


def _to_points(corners: list[tuple[int, int]]) -> list[dict[str, int]]:
    return [{"x": x, "y": y} for x, y in corners]


def _recognition_error(reason: str) -> ApiError:
    return ApiError("iot.system.IllegalRequest", f"request parameter error: {reason}")
