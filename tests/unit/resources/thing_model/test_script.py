# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts: what they are written in, where they are read, and for which products they are."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.script import TYPES, ThingScript
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

SCRIPT = ThingScript()


def account(data: dict | None, data_format=0) -> FakeClient:
    """An account whose product old_meter has this script; its text is at http://storage/1."""
    product = {"ProductKey": "a1", "ProductName": "old_meter", "DataFormat": data_format}
    return FakeClient(
        QueryProductList=[{name: value for name, value in product.items() if value is not None}],
        GetThingScript={"Data": data},
        **{"http://storage/1": "// 1"},
    )


def script(client, **options) -> dict:
    return converge(SCRIPT, {"product": "old_meter", **options}, client, True)


@pytest.mark.parametrize(("word", "wire"), [("javascript", "JavaScript"), ("python", "Python_27"), ("php", "PHP_72")])
def test_what_a_script_is_written_in(word, wire):
    assert TYPES.to_wire(word) == wire
    assert TYPES.from_wire(wire) == word


def test_a_script_is_read_where_the_platform_says():
    client = account({"ScriptType": "JavaScript", "ScriptUrl": "http://storage/1"})
    result = script(client, type="javascript", script="// 1")
    assert result["changed"] is False
    assert result["thing_script"] == {"product_key": "a1", "type": "javascript", "script": "// 1"}
    assert script(client, script="// 1 ")["changed"] is True


@pytest.mark.parametrize("data", [None, {}, {"ScriptType": "JavaScript"}, {"ScriptType": "", "ScriptUrl": ""}])
def test_a_product_without_a_script(data):
    (step,) = script(account(data), type="php", script="x")["steps"]
    assert step["operation"] == "CreateThingScript"


def test_an_update_sends_what_stays_as_well():
    client = account({"ScriptType": "JavaScript", "ScriptUrl": "http://storage/1"})
    converge(SCRIPT, {"product": "old_meter", "type": "php"}, client, False)
    assert ("UpdateThingScript", {"ProductKey": "a1", "ScriptType": "PHP_72", "ScriptContent": "// 1"}) in client.sent


@pytest.mark.parametrize("data_format", [1, "1", None])
def test_devices_that_speak_no_format_of_their_own(data_format):
    with pytest.raises(InvalidValue, match=r"^the devices of old_meter speak no format of their own") as caught:
        script(account(None, data_format), script="x")
    assert caught.value.field == "product"


@pytest.mark.parametrize("data_format", [0, "0"])
def test_devices_that_speak_a_format_of_their_own(data_format):
    assert script(account(None, data_format), type="php", script="x")["changed"] is True


def test_a_script_is_not_empty():
    assert SCRIPT.field("script").type.check("") != ""
    assert SCRIPT.field("script").type.check("x" * 100_000) == ""
