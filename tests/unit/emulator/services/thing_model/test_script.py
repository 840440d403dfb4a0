# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for thing model scripts, which parse the messages of devices."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

SCRIPT = "function rawDataToProtocol(bytes) { return {灯: 1}; }"
WITH_THING_MODEL = {"AliyunCommodityCode": "iothub_senior"}


@pytest.fixture
def create(api):
    """Create a product and return its key. By default it has a custom data format."""

    def create(name: str = "light", **params) -> str:
        params = {**WITH_THING_MODEL, "DataFormat": 0, **params}
        return api("CreateProduct", ProductName=name, NodeType=0, **params)["ProductKey"]

    return create


@pytest.fixture
def read(api, download):
    """Return the type and the content of a product's script."""

    def read(key: str) -> tuple[str, str]:
        data = api("GetThingScript", ProductKey=key)["Data"]
        return data["ScriptType"], download(data["ScriptUrl"]).decode()

    return read


@pytest.mark.parametrize("kind", ["JavaScript", "Python_27", "PHP_72"])
def test_script_of_each_type_is_stored_and_returned(api, create, read, kind):
    key = create()
    api("CreateThingScript", ProductKey=key, ScriptContent=SCRIPT, ScriptType=kind)
    assert read(key) == (kind, SCRIPT)


def test_script_update_replaces_type_and_content(api, create, read, api_error):
    key, other = create(), create("other")
    for product in (key, other):
        api("CreateThingScript", ProductKey=product, ScriptContent=SCRIPT, ScriptType="JavaScript")
    error = api_error("CreateThingScript", ProductKey=key, ScriptContent="x", ScriptType="JavaScript")
    assert error.code == "iot.prod.ThingScriptExisted"
    api("UpdateThingScript", ProductKey=key, ScriptContent="pass", ScriptType="Python_27")
    assert read(key) == ("Python_27", "pass")
    assert read(other) == ("JavaScript", SCRIPT)


def test_script_of_product_without_script_is_empty(api, create, api_error):
    key = create()
    assert api("GetThingScript", ProductKey=key) == {"Data": {}}
    error = api_error("UpdateThingScript", ProductKey=key, ScriptContent="x", ScriptType="JavaScript")
    assert error.code == "iot.common.FileNotExist"


@pytest.mark.parametrize("action", ["CreateThingScript", "UpdateThingScript"])
def test_script_with_invalid_type_or_product_is_rejected(api, create, api_error, action):
    for product, kind, code in (
        (create(), "javascript", "iot.prod.InvalidScriptType"),
        (create("alink", DataFormat=1), "JavaScript", "iot.prod.ThingScriptDataFormatError"),
        (create("basic", AliyunCommodityCode="iothub"), "JavaScript", "iot.prod.ProductDataFormatIsNull"),
        ("a1nothing00", "JavaScript", "iot.prod.NotExistedProduct"),
    ):
        assert api_error(action, ProductKey=product, ScriptContent="x", ScriptType=kind).code == code
    with pytest.raises(GatewayError, match="MissingScriptContent"):
        api(action, ProductKey=create("more"), ScriptContent="", ScriptType="JavaScript")


def test_script_is_deleted_with_its_product(platform, api, create, api_error):
    key = create()
    api("CreateThingScript", ProductKey=key, ScriptContent=SCRIPT, ScriptType="JavaScript")
    api("DeleteProduct", ProductKey=key)
    assert platform.store.count("thing_script") == 0
    assert api_error("GetThingScript", ProductKey=key).code == "iot.prod.NotExistedProduct"
