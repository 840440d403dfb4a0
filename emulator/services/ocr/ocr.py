# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Recognition of what is written in pictures (the manual's chapter 4.21.6).

Nothing is recognised here, and nothing fetched from elsewhere: a picture has to tell by itself what is written in it.
It is a file that the platform itself keeps, such as one that a device has uploaded, or it comes in the URL, as
``data:image/png,…`` (RFC 2397, percent-encoded: the platform takes no Base64). Each of its texts is taken for a line in
it: the chunks tEXt and iTXt of a PNG, the comments (UTF-8) of a JPEG.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from ansible_collections.iotops.aliyun.emulator.core import times
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.services.ocr import picture
from ansible_collections.iotops.aliyun.emulator.services.ocr.picture import Picture, PictureError
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

TABLES = """
CREATE TABLE IF NOT EXISTS recognition (
    operation TEXT NOT NULL,
    day TEXT NOT NULL,  -- in China
    calls INTEGER NOT NULL,
    PRIMARY KEY (operation, day)
) WITHOUT ROWID;
"""

#: How often an account can call each operation on one day.
MOST_CALLS = 20

_LONGEST_URL = 2048

_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{4,5}[A-Z0-9挂学警港澳]")
_PLATE_KEY = "车牌"
_NEW_ENERGY_LENGTH = 8
_CAR = "小型汽车"
_NEW_ENERGY_CAR = "小型新能源汽车"

# What is read rather than recognised is certain.
_CERTAIN = 1.0
_CERTAIN_PERCENT = 100

_VERSION = "1.0.9"


@operation
def recognize_car_num(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.6.1: the first line that is a number plate."""
    found = _picture_asked(ctx, p)
    plates = [line for line in found.lines if _PLATE.fullmatch(line)]
    if not plates:
        raise _nothing("the picture has no text that is a number plate")
    _count(ctx, "RecognizeCarNum")
    plate = plates[0]
    left, top, right, bottom = _place(found, found.lines.index(plate))
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    information = {
        "value": plate,
        "key": _PLATE_KEY,
        "key_prob": _CERTAIN,
        "value_prob": _CERTAIN,
        "key_loc": "",
        "value_loc": ",".join(f"{x},{y}" for x, y in corners),
    }
    kind = _NEW_ENERGY_CAR if len(plate) == _NEW_ENERGY_LENGTH else _CAR
    data = {
        "data": {
            "secondary_cls": {"type_str": kind, "prob": _CERTAIN},
            "data": {_PLATE_KEY: plate},
            "score": _CERTAIN,
            "info": [information],
        },
        "height": found.height,
        "orgHeight": found.height,
        "orgWidth": found.width,
        "prism_keyValueInfo": [
            {
                "key": _PLATE_KEY,
                "keyProb": _CERTAIN_PERCENT,
                "value": plate,
                "valuePos": _points(corners),
                "valueProb": _CERTAIN_PERCENT,
            }
        ],
        "structure_list": [{"$ref": "$.data"}],
        "width": found.width,
    }
    return {"Data": json.dumps(data, ensure_ascii=False)}


@operation
def recognize_picture_general(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.6.2: each line is a block of text; they share the picture's height evenly."""
    found = _picture_asked(ctx, p)
    if not found.lines:
        raise _nothing("the picture has no text")
    _count(ctx, "RecognizePictureGeneral")
    data = {
        "content": " ".join(found.lines),
        "height": found.height,
        "orgHeight": found.height,
        "orgWidth": found.width,
        "prism_version": _VERSION,
        "prism_wnum": len(found.lines),
        "prism_wordsInfo": [_block(found, number) for number in range(len(found.lines))],
        "width": found.width,
    }
    return {"Data": json.dumps(data, ensure_ascii=False)}


def _picture_asked(ctx: Context, p: dict[str, Any]) -> Picture:
    """The picture that a call means. Raises an error where it cannot be had, or is none."""
    url = p.get("Url")
    if not url:
        raise missing_parameter("Url")
    if len(url) > _LONGEST_URL:
        raise ApiError("iot.common.InvalidFormattedParameter", f"Url has at most {_LONGEST_URL} characters")
    scheme = url.partition(":")[0].lower()
    content = _stored(ctx, url) if scheme in ("http", "https") else _enclosed(scheme, url)
    try:
        return picture.read(content)
    except PictureError as error:
        raise ApiError("iot.common.IllegalFileFormat", str(error)) from None


def _stored(ctx: Context, url: str) -> bytes:
    """The file of the platform's own that a URL leads to. Raises ApiError where it leads to none."""
    key = object_storage.key_of_url(url)
    if key is None:
        raise ApiError(
            "iot.common.FileNotExist",
            "The embedded platform fetches nothing: put the picture into the URL, as data:image/png,...",
        )
    try:
        file = object_storage.find_for_download(ctx, key, dict(parse_qsl(urlsplit(url).query)))
    except object_storage.StorageError as error:
        raise ApiError("iot.common.FileNotExist", error.message) from None
    return object_storage.read_content(ctx, file)


def _enclosed(scheme: str, url: str) -> bytes:
    """What a URL holds itself. Raises ApiError where it holds nothing, or in Base64."""
    head, comma, content = url.partition(",")
    if scheme != "data" or not comma or head.lower().endswith(";base64"):
        raise ApiError("iot.common.InvalidFormattedParameter", "Url is an address of a picture, without Base64")
    return unquote_to_bytes(content)


def _count(ctx: Context, action: str) -> None:
    """Count a call of an operation. Raises GatewayError where the account has had those of the day.

    Calls that fail do not count: nothing is kept of them.
    """
    key = {"operation": action, "day": times.beijing(ctx.now).split()[0]}
    before = ctx.store.one("recognition", **key)
    calls = before["calls"] if before else 0
    if calls >= MOST_CALLS:
        raise GatewayError(400, "Throttling.Api", f"An account can call this operation {MOST_CALLS} times a day.")
    ctx.store.put("recognition", tuple(key), **key, calls=calls + 1)


def _block(found: Picture, number: int) -> dict[str, Any]:
    left, top, right, bottom = _place(found, number)
    return {
        "angle": 0,
        "direction": 0,
        "height": bottom - top,
        "pos": _points([(left, top), (right, top), (right, bottom), (left, bottom)]),
        "prob": _CERTAIN_PERCENT,
        "width": right - left,
        "word": found.lines[number],
        "x": left,
        "y": top,
    }


def _place(found: Picture, number: int) -> tuple[int, int, int, int]:
    """Left, upper, right and lower edge of a line."""
    lines = len(found.lines)
    return 0, found.height * number // lines, found.width, found.height * (number + 1) // lines


def _points(corners: list[tuple[int, int]]) -> list[dict[str, int]]:
    return [{"x": x, "y": y} for x, y in corners]


def _nothing(why: str) -> ApiError:
    return ApiError("iot.system.IllegalRequest", f"request parameter error: {why}")
