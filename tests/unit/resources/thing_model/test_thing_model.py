# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Thing models: importing, publishing, what breaks, and a release that is withdrawn for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import thing_model_json, tsl
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.state import BreakingChange
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.thing_model import ThingModel
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

THING_MODEL = ThingModel()
LAMP, LOCK = (
    json.loads((Path(__file__).parent / f"data/{name}.json").read_text(encoding="utf-8"))
    for name in ("street_lamp", "door_lock")
)


def account(draft=None, published=None, released=False, **writes) -> FakeClient:
    """An account whose product ``door`` has this draft, and this model in force, as the version v1."""

    def model(value):
        functions = tsl.functions_of(value) if value else {}
        return {"Data": {"ThingModelJson": thing_model_json.written(functions, "a1")}}

    versions = [{"ModelVersion": "v1", "Description": "first", "GmtCreate": 1}] if published else []
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "door"}],
        QueryProduct={"Data": {"ProductStatus": "RELEASE_STATUS" if released else "DEVELOPMENT_STATUS"}},
        QueryThingModel=model(draft),
        QueryThingModelPublished=model(published),
        ListThingModelVersion={"Data": {"ModelVersions": versions}},
        GetThingModelTsl={"Data": {"TslStr": json.dumps(draft or {})}},
        **writes,
    )


def model(client, check_mode=False, **options) -> dict:
    return converge(THING_MODEL, {"product": "door", **options}, client, check_mode)


def writes(client) -> list:
    return [name for name in client.log if client.operation(name).writes]


@pytest.mark.parametrize(
    ("draft", "published", "options", "expected"),
    [
        (None, None, {"tsl": LOCK}, ["ImportThingModelTsl"]),
        (LAMP, None, {"tsl": LOCK}, ["ImportThingModelTsl"]),
        (LAMP, LAMP, {"tsl": LOCK, "allow_breaking": True}, ["ImportThingModelTsl"]),
        (None, None, {"tsl": LOCK, "published": True}, ["ImportThingModelTsl", "PublishThingModel"]),
        (LAMP, None, {"tsl": json.dumps(LOCK), "published": True}, ["ImportThingModelTsl", "PublishThingModel"]),
        (LOCK, None, {"tsl": LOCK, "published": True}, ["PublishThingModel"]),
        (LOCK, LAMP, {"published": True, "allow_breaking": True}, ["PublishThingModel"]),
        # What is in force comes back into the draft: that is then published as it is.
        (LAMP, LOCK, {"tsl": LOCK, "published": True}, ["ImportThingModelTsl"]),
        (LOCK, LOCK, {"tsl": LOCK, "published": True, "version": "v1"}, []),
        (LOCK, LOCK, {"tsl": LOCK, "published": True, "version": "v2"}, ["PublishThingModel"]),
        (LOCK, LOCK, {"tsl": LOCK, "version": "v2"}, []),
        (LOCK, LOCK, {"published": False}, []),
        (LOCK, None, {"published": False}, []),
        (LOCK, LAMP, {"tsl": LOCK}, []),
        (LOCK, LAMP, {}, []),
        (LOCK, None, {"state": "absent"}, ["DeleteThingModel"]),
        (LOCK, LAMP, {"state": "absent"}, ["DeleteThingModel", "PublishThingModel"]),
        (None, LAMP, {"state": "absent"}, ["PublishThingModel"]),
        (None, None, {"state": "absent"}, []),
    ],
)
def test_a_model_is_imported_and_published_where_it_differs(draft, published, options, expected):
    client = account(draft, published)
    assert model(client, **options)["changed"] is bool(expected)
    assert writes(client) == expected


def test_what_is_sent():
    client = account()
    model(client, tsl=LOCK, published=True, version="v1", version_description="first")
    sent = dict(client.sent)
    imported = json.loads(sent["ImportThingModelTsl"]["TslStr"])
    assert tsl.Tsl().canonical(imported) == tsl.Tsl().canonical(LOCK)
    assert sent["ImportThingModelTsl"]["ProductKey"] == "a1"
    assert sent["PublishThingModel"] == {"ProductKey": "a1", "ModelVersion": "v1", "Description": "first"}


def test_what_is_read_is_little():
    # A model that was never published needs no look at what is in force.
    client = account(LOCK)
    model(client, tsl=LOCK)
    assert client.log == ["QueryProductList", "ListThingModelVersion", "QueryThingModel", "QueryProduct"]


def test_what_breaks_is_refused_before_any_write():
    client = account(LAMP, LAMP)
    with pytest.raises(BreakingChange, match=r"would break what is in force: properties\.LampStatus removed") as caught:
        model(client, tsl=LOCK)
    assert {change["change"] for change in caught.value.result["breaking_changes"]} == {"removed", "added"}
    assert writes(client) == []
    client = account(LOCK, LAMP)
    with pytest.raises(BreakingChange):
        model(client, published=True)


def test_a_release_is_withdrawn_before_and_put_back_after():
    client = account(released=True)
    model(client, tsl=LOCK, published=True)
    assert writes(client) == ["CancelReleaseProduct", "ImportThingModelTsl", "PublishThingModel", "ReleaseProduct"]
    client = account(LOCK, LOCK, released=True)
    model(client, tsl=LOCK, published=True)
    assert writes(client) == []


def test_a_release_is_put_back_when_the_import_fails():
    def refuse(_params):
        raise ApiError("the model is wrong", operation="ImportThingModelTsl", code="iot.prod.Wrong")

    client = account(released=True, ImportThingModelTsl=refuse)
    with pytest.raises(StepFailed, match="the model is wrong") as caught:
        model(client, tsl=LOCK, published=True)
    assert writes(client) == ["CancelReleaseProduct", "ImportThingModelTsl", "ReleaseProduct"]
    assert [step["status"] for step in caught.value.result["steps"]] == ["done", "failed", "planned", "done"]


def test_a_model_of_a_product_that_is_still_to_be_made_is_planned():
    client = account()
    result = model(client, True, product="window", tsl=LOCK, published=True)
    assert [step["operation"] for step in result["steps"]] == ["ImportThingModelTsl", "PublishThingModel"]
    assert result["pending"] == ["the product window does not exist yet"]
    assert client.log == ["QueryProductList"]


def test_a_model_that_cannot_be_is_refused_before_anything_is_read():
    client = account()
    with pytest.raises(InvalidValue, match=r"^tsl is invalid at properties\[0\].accessMode") as caught:
        model(client, tsl={"properties": [{**LOCK["properties"][0], "accessMode": "x"}]})
    assert caught.value.field == "tsl"
    with pytest.raises(InvalidValue, match=r"^blocks is invalid at properties.set: set is a word"):
        model(client, blocks=[{"id": "b", "name": "block", "functions": {"properties": {"set": {"type": "date"}}}}])
    assert client.log == []


def test_a_model_is_found_with_whether_it_is_in_force():
    (found,) = gather(THING_MODEL, {"product": "door", "include": ["tsl"]}, account(LOCK, LOCK))["thing_models"]
    assert (found["product_key"], found["as_tsl"], found["published"], found["version"]) == ("a1", LOCK, True, "v1")
    assert found["functions"] == tsl.functions_of(LOCK)
    (found,) = gather(THING_MODEL, {"product": "door"}, account(LOCK, LAMP))["thing_models"]
    assert found["published"] is False
    assert "as_tsl" not in found
    assert gather(THING_MODEL, {"product": "window"}, account())["thing_models"] == []
