# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Thing models: importing, publishing, and a release that is withdrawn for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.run import run
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import ThingModel
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers

THING_MODEL = ThingModel()
LAMP, LOCK = (
    json.loads((Path(__file__).parent / f"data/{name}.json").read_text(encoding="utf-8"))
    for name in ("street_lamp", "door_lock")
)


def account(draft=None, published=None, released=False, **writes) -> Answers:
    """An account whose product ``door`` has this draft, and this model in force."""

    def model(value):
        return {"Data": {"TslStr": json.dumps(value)} if value else {}}

    return Answers(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "door"}],
        QueryProduct={"Data": {"ProductStatus": "RELEASE_STATUS" if released else "DEVELOPMENT_STATUS"}},
        GetThingModelTsl=model(draft),
        GetThingModelTslPublished=model(published),
        **writes,
    )


def model(client, check_mode=False, **options) -> dict:
    return run(THING_MODEL, {"product": "door", **options}, client, check_mode)


def writes(client) -> list:
    return [name for name in client.log if client.operation(name).writes]


@pytest.mark.parametrize(
    ("draft", "published", "options", "expected"),
    [
        (None, None, {"tsl": LOCK}, ["ImportThingModelTsl"]),
        (LAMP, LAMP, {"tsl": LOCK}, ["ImportThingModelTsl"]),
        (None, None, {"tsl": LOCK, "published": True}, ["ImportThingModelTsl", "PublishThingModel"]),
        (LAMP, LAMP, {"tsl": json.dumps(LOCK), "published": True}, ["ImportThingModelTsl", "PublishThingModel"]),
        (LOCK, None, {"tsl": LOCK, "published": True}, ["PublishThingModel"]),
        (LOCK, LAMP, {"published": True}, ["PublishThingModel"]),
        (LOCK, LOCK, {"tsl": LOCK, "published": True, "version": "v2"}, []),
        (LOCK, LOCK, {"published": False}, []),
        (LOCK, None, {"published": False}, []),
        (LOCK, LAMP, {"tsl": LOCK}, []),
        (LOCK, LAMP, {}, []),
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
    assert json.loads(sent["ImportThingModelTsl"]["TslStr"]) == LOCK
    assert sent["ImportThingModelTsl"]["ProductKey"] == "a1"
    assert sent["PublishThingModel"] == {"ProductKey": "a1", "ModelVersion": "v1", "Description": "first"}


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
    with pytest.raises(InvalidValue, match=r"^tsl is wrong at properties\[0\].accessMode") as caught:
        model(client, tsl={"properties": [{**LOCK["properties"][0], "accessMode": "x"}]})
    assert caught.value.field == "tsl"
    assert client.log == []


def test_a_model_is_found_with_whether_it_is_in_force():
    (found,) = gather(THING_MODEL, {"product": "door"}, account(LOCK, LOCK))["thing_models"]
    assert found == {"product_key": "a1", "tsl": LOCK, "published": True}
    (found,) = gather(THING_MODEL, {"product": "door"}, account(LOCK, LAMP))["thing_models"]
    assert found["published"] is False
    assert gather(THING_MODEL, {"product": "window"}, account())["thing_models"] == []
