# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Data parsing scripts: their types, their download, and the products that can have one."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.script import TYPES, ThingScript
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

SCRIPT = ThingScript()


def account(data: dict | None, data_format=0) -> FakeClient:
    """Return a client of an account whose product old_meter has this script; its text is at http://storage/1."""
    product = {"ProductKey": "a1", "ProductName": "old_meter", "DataFormat": data_format}
    return FakeClient(
        QueryProductList=[{name: value for name, value in product.items() if value is not None}],
        GetThingScript={"Data": data},
        **{"http://storage/1": "// 1"},
    )


def script(client, **options) -> dict:
    return converge(SCRIPT, {"product": "old_meter", **options}, client, True)


@pytest.mark.parametrize(("word", "wire"), [("javascript", "JavaScript"), ("python", "Python_27"), ("php", "PHP_72")])
def test_script_type_is_converted(word, wire):
    assert TYPES.to_wire(word) == wire
    assert TYPES.from_wire(wire) == word


def test_script_is_downloaded_from_returned_url():
    client = account({"ScriptType": "JavaScript", "ScriptUrl": "http://storage/1"})
    result = script(client, type="javascript", script="// 1")
    assert result["changed"] is False
    assert result["thing_script"] == {"product_key": "a1", "type": "javascript", "script": "// 1"}
    assert script(client, script="// 1 ")["changed"] is True


@pytest.mark.parametrize("data", [None, {}, {"ScriptType": "JavaScript"}, {"ScriptType": "", "ScriptUrl": ""}])
def test_product_without_script_creates_script(data):
    (step,) = script(account(data), type="php", script="x")["steps"]
    assert step["operation"] == "CreateThingScript"


def test_script_update_sends_unchanged_fields():
    client = account({"ScriptType": "JavaScript", "ScriptUrl": "http://storage/1"})
    converge(SCRIPT, {"product": "old_meter", "type": "php"}, client, False)
    assert ("UpdateThingScript", {"ProductKey": "a1", "ScriptType": "PHP_72", "ScriptContent": "// 1"}) in client.sent


@pytest.mark.parametrize("data_format", [1, "1", None])
def test_product_without_custom_format_is_rejected(data_format):
    with pytest.raises(InvalidValue, match=r"^the product old_meter does not use a custom data format") as caught:
        script(account(None, data_format), script="x")
    assert caught.value.field == "product"


@pytest.mark.parametrize("data_format", [0, "0"])
def test_product_with_custom_format_is_accepted(data_format):
    assert script(account(None, data_format), type="php", script="x")["changed"] is True


def test_script_empty_is_rejected():
    assert SCRIPT.field("script").type.check("") != ""
    assert SCRIPT.field("script").type.check("x" * 100_000) == ""
