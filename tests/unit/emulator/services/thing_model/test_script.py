# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts that parse what devices send."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError

SCRIPT = "function rawDataToProtocol(bytes) { return {灯: 1}; }"
SENIOR = {"AliyunCommodityCode": "iothub_senior"}


@pytest.fixture
def create(api):
    """Create a product and return its key; by default its devices speak a format of their own."""

    def create(name: str = "light", **params) -> str:
        params = {**SENIOR, "DataFormat": 0, **params}
        return api("CreateProduct", ProductName=name, NodeType=0, **params)["ProductKey"]

    return create


@pytest.fixture
def read(api, download):
    """Type and content of a product's script."""

    def read(key: str) -> tuple[str, str]:
        data = api("GetThingScript", ProductKey=key)["Data"]
        return data["ScriptType"], download(data["ScriptUrl"]).decode()

    return read


@pytest.mark.parametrize("kind", ["JavaScript", "Python_27", "PHP_72"])
def test_a_script(api, create, read, kind):
    key = create()
    api("CreateThingScript", ProductKey=key, ScriptContent=SCRIPT, ScriptType=kind)
    assert read(key) == (kind, SCRIPT)


def test_a_script_is_changed(api, create, read, refused):
    key, other = create(), create("other")
    for product in (key, other):
        api("CreateThingScript", ProductKey=product, ScriptContent=SCRIPT, ScriptType="JavaScript")
    again = refused("CreateThingScript", ProductKey=key, ScriptContent="x", ScriptType="JavaScript")
    assert again.code == "iot.prod.ThingScriptExisted"
    api("UpdateThingScript", ProductKey=key, ScriptContent="pass", ScriptType="Python_27")
    assert read(key) == ("Python_27", "pass")
    assert read(other) == ("JavaScript", SCRIPT)


def test_a_product_without_a_script(api, create, refused):
    key = create()
    assert api("GetThingScript", ProductKey=key) == {"Data": {}}
    wrong = refused("UpdateThingScript", ProductKey=key, ScriptContent="x", ScriptType="JavaScript")
    assert wrong.code == "iot.common.FileNotExist"


@pytest.mark.parametrize("action", ["CreateThingScript", "UpdateThingScript"])
def test_scripts_that_are_refused(api, create, refused, action):
    for product, kind, code in (
        (create(), "javascript", "iot.prod.InvalidScriptType"),
        (create("alink", DataFormat=1), "JavaScript", "iot.prod.ThingScriptDataFormatError"),
        (create("basic", AliyunCommodityCode="iothub"), "JavaScript", "iot.prod.ProductDataFormatIsNull"),
        ("a1nothing00", "JavaScript", "iot.prod.NotExistedProduct"),
    ):
        assert refused(action, ProductKey=product, ScriptContent="x", ScriptType=kind).code == code
    with pytest.raises(GatewayError, match="MissingScriptContent"):
        api(action, ProductKey=create("more"), ScriptContent="", ScriptType="JavaScript")


def test_a_script_goes_with_its_product(platform, api, create, refused):
    key = create()
    api("CreateThingScript", ProductKey=key, ScriptContent=SCRIPT, ScriptType="JavaScript")
    api("DeleteProduct", ProductKey=key)
    assert platform.store.count("thing_script") == 0
    assert refused("GetThingScript", ProductKey=key).code == "iot.prod.NotExistedProduct"
