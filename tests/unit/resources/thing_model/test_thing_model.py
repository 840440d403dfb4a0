# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Thing models: import, publication, breaking changes, and changes of a released product."""

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
    """Return a client of an account whose product ``door_lock`` has this draft and this published version v1."""

    def model(value):
        functions = tsl.to_functions(value) if value else {}
        return {"Data": {"ThingModelJson": thing_model_json.from_functions(functions, "a1")}}

    versions = [{"ModelVersion": "v1", "Description": "first", "GmtCreate": 1}] if published else []
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "door_lock"}],
        QueryProduct={"Data": {"ProductStatus": "RELEASE_STATUS" if released else "DEVELOPMENT_STATUS"}},
        QueryThingModel=model(draft),
        QueryThingModelPublished=model(published),
        ListThingModelVersion={"Data": {"ModelVersions": versions}},
        GetThingModelTsl={"Data": {"TslStr": json.dumps(draft or {})}},
        **writes,
    )


def model(client, check_mode=False, **options) -> dict:
    return converge(THING_MODEL, {"product": "door_lock", **options}, client, check_mode)


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
        # The draft is changed back to the published version, so nothing has to be published.
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
def test_model_that_differs_is_imported_and_published(draft, published, options, expected):
    client = account(draft, published)
    assert model(client, **options)["changed"] is bool(expected)
    assert writes(client) == expected


def test_model_import_and_publication_send_parameters():
    client = account()
    model(client, tsl=LOCK, published=True, version="v1", version_description="first")
    sent = dict(client.sent)
    imported = json.loads(sent["ImportThingModelTsl"]["TslStr"])
    assert tsl.Tsl().canonical(imported) == tsl.Tsl().canonical(LOCK)
    assert sent["ImportThingModelTsl"]["ProductKey"] == "a1"
    assert sent["PublishThingModel"] == {"ProductKey": "a1", "ModelVersion": "v1", "Description": "first"}


def test_model_without_published_version_takes_few_reads():
    # Without a published version, only the draft is read.
    client = account(LOCK)
    model(client, tsl=LOCK)
    assert client.log == ["QueryProductList", "ListThingModelVersion", "QueryThingModel", "QueryProduct"]


def test_breaking_change_fails_before_write():
    client = account(LAMP, LAMP)
    message = r"^the change would break .* the published version: properties\.LampStatus removed"
    with pytest.raises(BreakingChange, match=message) as caught:
        model(client, tsl=LOCK)
    assert {change["change"] for change in caught.value.result["breaking_changes"]} == {"removed", "added"}
    assert writes(client) == []
    client = account(LOCK, LAMP)
    with pytest.raises(BreakingChange):
        model(client, published=True)


def test_model_of_released_product_is_changed_in_development():
    client = account(released=True)
    model(client, tsl=LOCK, published=True)
    assert writes(client) == ["CancelReleaseProduct", "ImportThingModelTsl", "PublishThingModel", "ReleaseProduct"]
    client = account(LOCK, LOCK, released=True)
    model(client, tsl=LOCK, published=True)
    assert writes(client) == []


def test_release_after_failed_import_is_restored():
    def refuse(_params):
        raise ApiError("the model is wrong", operation="ImportThingModelTsl", code="iot.prod.Wrong")

    client = account(released=True, ImportThingModelTsl=refuse)
    with pytest.raises(StepFailed, match="the model is wrong") as caught:
        model(client, tsl=LOCK, published=True)
    assert writes(client) == ["CancelReleaseProduct", "ImportThingModelTsl", "ReleaseProduct"]
    assert [step["status"] for step in caught.value.result["steps"]] == ["done", "failed", "planned", "done"]


def test_model_of_missing_product_is_pending_in_check_mode():
    client = account()
    result = model(client, True, product="window", tsl=LOCK, published=True)
    assert [step["operation"] for step in result["steps"]] == ["ImportThingModelTsl", "PublishThingModel"]
    assert result["pending"] == ["the product window does not exist yet"]
    assert client.log == ["QueryProductList"]


def test_invalid_model_fails_before_read():
    client = account()
    with pytest.raises(InvalidValue, match=r"^tsl is invalid at properties\[0\].accessMode") as caught:
        model(client, tsl={"properties": [{**LOCK["properties"][0], "accessMode": "x"}]})
    assert caught.value.field == "tsl"
    with pytest.raises(InvalidValue, match=r"^blocks is invalid at properties.set: the identifier set is reserved"):
        model(client, blocks=[{"id": "b", "name": "block", "functions": {"properties": {"set": {"type": "date"}}}}])
    assert client.log == []


def test_model_info_contains_publication_state():
    (found,) = gather(THING_MODEL, {"product": "door_lock", "include": ["tsl"]}, account(LOCK, LOCK))["thing_models"]
    assert (found["product_key"], found["as_tsl"], found["published"], found["version"]) == ("a1", LOCK, True, "v1")
    assert found["functions"] == tsl.to_functions(LOCK)
    (found,) = gather(THING_MODEL, {"product": "door_lock"}, account(LOCK, LAMP))["thing_models"]
    assert found["published"] is False
    assert "as_tsl" not in found
    assert gather(THING_MODEL, {"product": "window"}, account())["thing_models"] == []


@pytest.mark.parametrize(
    ("version", "published", "expected"),
    [
        ("v1.2.0", True, "v1.2.0"),
        ("20260131", True, "20260131"),
        ("1795992122993", True, None),  # generated by the platform: the time of publication
        ("v1.2.0", False, None),
    ],
)
def test_exported_version_is_one_that_the_files_can_declare(version, published, expected):
    values = {"version": version, "published": published, "functions": {"properties": []}}
    assert ThingModel().values_to_export(values).get("version") == expected
