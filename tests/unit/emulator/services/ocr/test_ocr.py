# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the recognition of text in images."""

from __future__ import annotations

import json
import struct
import zlib
from urllib.parse import quote

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.device.file import add_file

LICENSE_PLATE = "RecognizeCarNum"
GENERAL = "RecognizePictureGeneral"


def png_chunk(name: bytes, content: bytes) -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(*texts: bytes, width: int = 1600, height: int = 1200) -> bytes:
    """Return a PNG with these text chunks. Its pixel data is empty."""
    size = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + size + b"".join(texts) + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b"")


def latin1_chunk(text: str) -> bytes:
    """Return a tEXt chunk."""
    return png_chunk(b"tEXt", b"Title\0" + text.encode("latin-1"))


def unicode_chunk(text: str, compressed: bool = False) -> bytes:
    """Return an iTXt chunk."""
    content = zlib.compress(text.encode()) if compressed else text.encode()
    return png_chunk(b"iTXt", b"Title\0" + bytes((compressed, 0)) + b"zh\0" + "标题".encode() + b"\0" + content)


def jpeg(*comments: str) -> bytes:
    """Return a JPEG of 320 by 200 pixels with these comments."""
    segments = [b"\xff\xe0\0\4ab", b"\xff\xc4\0\3x"]  # an application segment and a table
    segments += [b"\xff\xfe" + struct.pack(">H", len(text.encode()) + 2) + text.encode() for text in comments]
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, 200, 320, 0)
    return b"\xff\xd8" + b"".join(segments) + frame + b"\xff\xda\0\2anything\xff\xd9"


def data_url(content: bytes, media_type: str = "image/png") -> str:
    """Return the data URL of a file."""
    return f"data:{media_type},{quote(content)}"


@pytest.fixture
def recognize(api):
    """Recognize an image with an operation and return the parsed result."""

    def recognize(action: str, content: bytes) -> dict:
        text = api(action, Url=data_url(content))["Data"]
        assert "\\u" not in text
        return json.loads(text)

    return recognize


def test_license_plate_is_recognized(recognize):
    corners = [{"x": 0, "y": 600}, {"x": 1600, "y": 600}, {"x": 1600, "y": 1200}, {"x": 0, "y": 1200}]
    info = {
        "value": "黑AF1234",
        "key": "车牌",
        "key_prob": 1.0,
        "value_prob": 1.0,
        "key_loc": "",
        "value_loc": "0,600,1600,600,1600,1200,0,1200",
    }
    assert recognize(LICENSE_PLATE, png(unicode_chunk("停车场\n黑AF1234"))) == {
        "data": {
            "secondary_cls": {"type_str": "小型汽车", "prob": 1.0},
            "data": {"车牌": "黑AF1234"},
            "score": 1.0,
            "info": [info],
        },
        "height": 1200,
        "orgHeight": 1200,
        "orgWidth": 1600,
        "prism_keyValueInfo": [
            {"key": "车牌", "keyProb": 100, "value": "黑AF1234", "valuePos": corners, "valueProb": 100}
        ],
        "structure_list": [{"$ref": "$.data"}],
        "width": 1600,
    }


@pytest.mark.parametrize(
    ("plate", "vehicle_type"), [("浙A12345", "小型汽车"), ("浙AD12345", "小型新能源汽车"), ("浙A1234学", "小型汽车")]
)
def test_license_plate_length_determines_vehicle_type(recognize, plate, vehicle_type):
    recognized = recognize(LICENSE_PLATE, png(unicode_chunk(plate)))["data"]
    assert recognized["data"] == {"车牌": plate}
    assert recognized["secondary_cls"]["type_str"] == vehicle_type


@pytest.mark.parametrize("text", ["A12345", "浙a12345", "浙A1234", "浙AD123456", "浙A 12345", "我的浙A12345"])
def test_text_without_license_plate_is_rejected(api_error, text):
    error = api_error(LICENSE_PLATE, Url=data_url(png(unicode_chunk(text))))
    assert (error.code, error.message[:23]) == ("iot.system.IllegalRequest", "request parameter error")


def test_text_lines_are_recognized_as_blocks(recognize):
    recognized = recognize(
        GENERAL, png(latin1_chunk("iPhone 12\n\n  caf\xe9 "), unicode_chunk("升维"), width=300, height=200)
    )
    words = recognized.pop("prism_wordsInfo")
    assert recognized == {
        "content": "iPhone 12 café 升维",
        "height": 200,
        "orgHeight": 200,
        "orgWidth": 300,
        "prism_version": "1.0.9",
        "prism_wnum": 3,
        "width": 300,
    }
    assert [word["word"] for word in words] == ["iPhone 12", "café", "升维"]
    assert words[1] == {
        "angle": 0,
        "direction": 0,
        "height": 67,
        "pos": [{"x": 0, "y": 66}, {"x": 300, "y": 66}, {"x": 300, "y": 133}, {"x": 0, "y": 133}],
        "prob": 100,
        "width": 300,
        "word": "café",
        "x": 0,
        "y": 66,
    }


def test_jpeg_comments_are_recognized(recognize):
    recognized = recognize(GENERAL, jpeg("黑AF1234", "two"))
    assert (recognized["content"], recognized["orgWidth"], recognized["orgHeight"]) == ("黑AF1234 two", 320, 200)
    assert recognize(LICENSE_PLATE, jpeg("黑AF1234"))["data"]["data"] == {"车牌": "黑AF1234"}


@pytest.mark.parametrize(
    "content", [png(), png(latin1_chunk(" \n ")), png(unicode_chunk("secret", compressed=True)), jpeg()]
)
def test_image_without_text_is_rejected(api_error, content):
    for action in (LICENSE_PLATE, GENERAL):
        assert api_error(action, Url=data_url(content)).code == "iot.system.IllegalRequest"


PNG_WITH_TEXT = png(latin1_chunk("text"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        PNG_WITH_TEXT[:-1],
        PNG_WITH_TEXT.replace(b"text", b"tex_"),
        PNG_WITH_TEXT[:8] + PNG_WITH_TEXT[33:],  # no size
        b"\xff\xd8",
        b"\xff\xd8\xff\xda\0\2",  # no size
        jpeg("text").replace(b"\xff\xfe", b"\xff\xfe\0"),
        jpeg("text").replace(b"text", b"\xff\xff\xff\xff"),
    ],
)
def test_corrupt_image_is_rejected(api_error, content):
    assert api_error(GENERAL, Url=data_url(content)).code == "iot.common.IllegalFileFormat"


@pytest.mark.parametrize(
    ("image_url", "code"),
    [
        ("https://img.alicdn.com/car.png", "iot.common.FileNotExist"),
        ("http://img.alicdn.com/car.png", "iot.common.FileNotExist"),
        ("data:image/png;base64,iVBORw0KGgo=", "iot.common.InvalidFormattedParameter"),
        ("data:image/png;BASE64,iVBORw0KGgo=", "iot.common.InvalidFormattedParameter"),
        ("data:image/png", "iot.common.InvalidFormattedParameter"),
        ("file:///etc/hostname", "iot.common.InvalidFormattedParameter"),
        ("car.png", "iot.common.InvalidFormattedParameter"),
        ("HTTPS://img.alicdn.com/car.png", "iot.common.FileNotExist"),
    ],
)
@pytest.mark.parametrize("action", [LICENSE_PLATE, GENERAL])
def test_url_invalid_is_rejected(api_error, action, image_url, code):
    assert api_error(action, Url=image_url).code == code


def test_image_uploaded_by_device_is_recognized_until_url_expires(platform, api, api_error, register):
    device = register()
    file_id = platform.run(lambda ctx: add_file(ctx, device, "gate.png", png(unicode_chunk("黑AF1234"))))
    image_url = api("QueryDeviceFile", IotId=device["iot_id"], FileId=file_id)["Data"]["DownloadUrl"]
    assert json.loads(api(LICENSE_PLATE, Url=image_url)["Data"])["data"]["data"] == {"车牌": "黑AF1234"}
    assert json.loads(api(GENERAL, Url=image_url)["Data"])["content"] == "黑AF1234"
    for error in (image_url + "x", image_url.replace("Signature=", "Signature=x")):
        assert api_error(LICENSE_PLATE, Url=error).code == "iot.common.FileNotExist"
    platform.clock.advance(3600)
    assert api_error(LICENSE_PLATE, Url=image_url).code == "iot.common.FileNotExist"


def test_url_longer_than_2048_characters_is_rejected(api, api_error):
    content = png(latin1_chunk("text"))
    padding = 2048 - len(data_url(content, "image/png;name="))
    api(GENERAL, Url=data_url(content, f"image/png;name={'a' * padding}"))
    error = api_error(GENERAL, Url=data_url(content, f"image/png;name={'a' * (padding + 1)}"))
    assert error.code == "iot.common.InvalidFormattedParameter"


def test_missing_url_fails(api, api_error):
    assert api_error(LICENSE_PLATE).message == "request parameter error: Url is missing"
    with pytest.raises(GatewayError, match="MissingUrl"):
        api(GENERAL)


@pytest.mark.parametrize(("action", "other"), [(LICENSE_PLATE, GENERAL), (GENERAL, LICENSE_PLATE)])
def test_calls_beyond_20_per_day_are_throttled(platform, api, api_error, action, other):
    image_url = data_url(png(unicode_chunk("黑AF1234")))
    # Set the clock to noon in China.
    day = 24 * 3600
    platform.clock.advance(day - (platform.clock.now() // 1000 - 4 * 3600) % day)
    for _number in range(20):
        api(action, Url=image_url)
        api_error(action, Url=data_url(png()))
    with pytest.raises(GatewayError, match=r"Throttling\.Api"):
        api(action, Url=image_url)
    api(other, Url=image_url)
    platform.clock.advance(day / 2 - 60)
    with pytest.raises(GatewayError):
        api(action, Url=image_url)
    platform.clock.advance(60)
    api(action, Url=image_url)
