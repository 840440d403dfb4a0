# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Recognition of what is written in pictures."""

from __future__ import annotations

import json
import struct
import zlib
from urllib.parse import quote

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.device.file import add_file

CAR = "RecognizeCarNum"
GENERAL = "RecognizePictureGeneral"


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(*texts: bytes, width: int = 1600, height: int = 1200) -> bytes:
    """A PNG with these chunks of text, whose picture is never looked at."""
    size = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + size + b"".join(texts) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def latin(text: str) -> bytes:
    return chunk(b"tEXt", b"Title\0" + text.encode("latin-1"))


def unicode(text: str, compressed: bool = False) -> bytes:
    content = zlib.compress(text.encode()) if compressed else text.encode()
    return chunk(b"iTXt", b"Title\0" + bytes((compressed, 0)) + b"zh\0" + "标题".encode() + b"\0" + content)


def jpeg(*comments: str) -> bytes:
    """A JPEG of 320 by 200 with these comments."""
    segments = [b"\xff\xe0\0\4ab", b"\xff\xc4\0\3x"]  # an application's own, and a table
    segments += [b"\xff\xfe" + struct.pack(">H", len(text.encode()) + 2) + text.encode() for text in comments]
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, 200, 320, 0)
    return b"\xff\xd8" + b"".join(segments) + frame + b"\xff\xda\0\2anything\xff\xd9"


def url(content: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type},{quote(content)}"


@pytest.fixture
def data(api):
    """What an operation recognises in a picture."""

    def data(action: str, content: bytes) -> dict:
        text = api(action, Url=url(content))["Data"]
        assert "\\u" not in text
        return json.loads(text)

    return data


def test_a_number_plate(data):
    corners = [{"x": 0, "y": 600}, {"x": 1600, "y": 600}, {"x": 1600, "y": 1200}, {"x": 0, "y": 1200}]
    information = {
        "value": "黑AF1234",
        "key": "车牌",
        "key_prob": 1.0,
        "value_prob": 1.0,
        "key_loc": "",
        "value_loc": "0,600,1600,600,1600,1200,0,1200",
    }
    assert data(CAR, png(unicode("停车场\n黑AF1234"))) == {
        "data": {
            "secondary_cls": {"type_str": "小型汽车", "prob": 1.0},
            "data": {"车牌": "黑AF1234"},
            "score": 1.0,
            "info": [information],
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
    ("plate", "kind"), [("浙A12345", "小型汽车"), ("浙AD12345", "小型新能源汽车"), ("浙A1234学", "小型汽车")]
)
def test_kinds_of_number_plates(data, plate, kind):
    found = data(CAR, png(unicode(plate)))["data"]
    assert found["data"] == {"车牌": plate}
    assert found["secondary_cls"]["type_str"] == kind


@pytest.mark.parametrize("text", ["A12345", "浙a12345", "浙A1234", "浙AD123456", "浙A 12345", "我的浙A12345"])
def test_texts_that_are_no_number_plates(api_error, text):
    wrong = api_error(CAR, Url=url(png(unicode(text))))
    assert (wrong.code, wrong.message[:23]) == ("iot.system.IllegalRequest", "request parameter error")


def test_blocks_of_text(data):
    found = data(GENERAL, png(latin("iPhone 12\n\n  caf\xe9 "), unicode("升维"), width=300, height=200))
    words = found.pop("prism_wordsInfo")
    assert found == {
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


def test_a_jpeg(data):
    found = data(GENERAL, jpeg("黑AF1234", "two"))
    assert (found["content"], found["orgWidth"], found["orgHeight"]) == ("黑AF1234 two", 320, 200)
    assert data(CAR, jpeg("黑AF1234"))["data"]["data"] == {"车牌": "黑AF1234"}


@pytest.mark.parametrize("content", [png(), png(latin(" \n ")), png(unicode("secret", compressed=True)), jpeg()])
def test_a_picture_without_text(api_error, content):
    for action in (CAR, GENERAL):
        assert api_error(action, Url=url(content)).code == "iot.system.IllegalRequest"


BROKEN = png(latin("text"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        BROKEN[:-1],
        BROKEN.replace(b"text", b"tex_"),
        BROKEN[:8] + BROKEN[33:],  # no size
        b"\xff\xd8",
        b"\xff\xd8\xff\xda\0\2",  # no size
        jpeg("text").replace(b"\xff\xfe", b"\xff\xfe\0"),
        jpeg("text").replace(b"text", b"\xff\xff\xff\xff"),
    ],
)
def test_what_is_no_picture(api_error, content):
    assert api_error(GENERAL, Url=url(content)).code == "iot.common.IllegalFileFormat"


@pytest.mark.parametrize(
    ("address", "code"),
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
@pytest.mark.parametrize("action", [CAR, GENERAL])
def test_addresses_of_no_picture(api_error, action, address, code):
    assert api_error(action, Url=address).code == code


def test_a_picture_that_a_device_has_uploaded(platform, api, api_error, register):
    device = register()
    file_id = platform.run(lambda ctx: add_file(ctx, device, "gate.png", png(unicode("黑AF1234"))))
    address = api("QueryDeviceFile", IotId=device["iot_id"], FileId=file_id)["Data"]["DownloadUrl"]
    assert json.loads(api(CAR, Url=address)["Data"])["data"]["data"] == {"车牌": "黑AF1234"}
    assert json.loads(api(GENERAL, Url=address)["Data"])["content"] == "黑AF1234"
    for wrong in (address + "x", address.replace("Signature=", "Signature=x")):
        assert api_error(CAR, Url=wrong).code == "iot.common.FileNotExist"
    platform.clock.advance(3600)
    assert api_error(CAR, Url=address).code == "iot.common.FileNotExist"


def test_an_address_has_at_most_2048_characters(api, api_error):
    content = png(latin("text"))
    more = 2048 - len(url(content, "image/png;name="))
    api(GENERAL, Url=url(content, f"image/png;name={'a' * more}"))
    long = api_error(GENERAL, Url=url(content, f"image/png;name={'a' * (more + 1)}"))
    assert long.code == "iot.common.InvalidFormattedParameter"


def test_an_address_must_be_given(api):
    for action in (CAR, GENERAL):
        with pytest.raises(GatewayError, match="MissingUrl"):
            api(action)


@pytest.mark.parametrize(("action", "other"), [(CAR, GENERAL), (GENERAL, CAR)])
def test_20_calls_a_day_of_each_operation(platform, api, api_error, action, other):
    address = url(png(unicode("黑AF1234")))
    # Noon in China, wherever the clock stands now.
    day = 24 * 3600
    platform.clock.advance(day - (platform.clock.now() // 1000 - 4 * 3600) % day)
    for _number in range(20):
        api(action, Url=address)
        api_error(action, Url=url(png()))
    with pytest.raises(GatewayError, match=r"Throttling\.Api"):
        api(action, Url=address)
    api(other, Url=address)
    platform.clock.advance(day / 2 - 60)
    with pytest.raises(GatewayError):
        api(action, Url=address)
    platform.clock.advance(60)
    api(action, Url=address)
