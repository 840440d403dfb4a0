# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test that the documentation names the versions of the device SDKs that the tests use."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ..node_sdk import NPM_DIR
from .c_sdk_messages import C_SDK_3, LINK_SDK_4
from .test_npm_devices import SUBSCRIPTIONS

ROOT = Path(__file__).resolve().parents[3]


def test_documented_versions_are_those_of_the_tests():
    pins = dict(re.findall(r"^([\w-]+)==([\w.]+)$", (ROOT / "requirements-dev.txt").read_text("utf-8"), re.MULTILINE))
    npm = json.loads((NPM_DIR / "package.json").read_text("utf-8"))["dependencies"]
    replayed = {
        "C SDK 3": C_SDK_3.removeprefix("C SDK "),
        "LinkSDK 4": LINK_SDK_4.removeprefix("LinkSDK "),
    }
    expected = {
        "aliyun-iot-linkkit": pins["aliyun-iot-linkkit"],
        **{name: npm[name] for name in SUBSCRIPTIONS},
        **replayed,
    }
    text = (ROOT / "docs/emulator.md").read_text("utf-8")
    section = text.partition("### Tested device SDKs")[2].partition("\n#")[0]
    rows = re.findall(r"^\| `?([^`|]+?)`?(?: \([^|]+\))? \| ([\d.]+) \|", section, re.MULTILINE)
    assert dict(rows) == expected
    assert f"`paho-mqtt` {pins['paho-mqtt']}" in section
