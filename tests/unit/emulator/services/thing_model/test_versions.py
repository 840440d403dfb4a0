# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for copying thing models, and for publishing and reading their versions."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.tests.unit.emulator.services.thing_model.thing_models import (
    BLOCK,
    EDIT_OPERATIONS,
    EMPTY,
    READ_OPERATIONS,
    add_functions,
    make_event,
    make_service,
    make_tsl,
    number,
)

# Copying


def test_copy_thing_model_replaces_whole_draft(api, add, key, create, tsl, model):
    add_functions(add)
    target = create("other")
    api("ImportThingModelTsl", ProductKey=target, TslStr=make_tsl("on"))
    api("ImportThingModelTsl", ProductKey=target, TslStr="{}", FunctionBlockId="other", FunctionBlockName="other")
    api("CopyThingModel", SourceProductKey=key, TargetProductKey=target)
    assert tsl(ProductKey=target) == tsl()
    assert [block["functionBlockId"] for block in model(ProductKey=target)["functionBlocks"]] == ["battery"]
    assert tsl("GetThingModelTslPublished", ProductKey=target) == EMPTY


def test_copy_thing_model_with_version_copies_version(api, add, key, create, tsl, api_error):
    add(number("level"))
    api("PublishThingModel", ProductKey=key, ModelVersion="1.0")
    add(number("height"))
    target = create("other")
    api("CopyThingModel", SourceProductKey=key, TargetProductKey=target, SourceModelVersion="1.0")
    assert tsl(ProductKey=target)["properties"] == ["level"]
    error = api_error("CopyThingModel", SourceProductKey=key, TargetProductKey=target, SourceModelVersion="2.0")
    assert error.code == "iot.prod.QueryProductAbilitiesFailed"


def test_copy_thing_model_between_categories_is_rejected(api, key, create, api_error):
    target = create("other", CategoryKey="Lighting")
    error = api_error("CopyThingModel", SourceProductKey=key, TargetProductKey=target)
    assert error.code == "iot.prod.InvalidFormattedCatId"


# Publishing


def test_publish_thing_model_makes_draft_effective(platform, api, add, key, tsl, model, versions, published):
    add(number("level"), events=[make_event("opened")])
    add(services=[make_service("open")], **BLOCK)
    assert tsl("GetThingModelTslPublished") == EMPTY
    api("PublishThingModel", ProductKey=key, ModelVersion="v1.0.0", Description="the first")
    assert tsl("GetThingModelTslPublished") == tsl()
    assert model("QueryThingModelPublished")["_ppk"] == {"version": "v1.0.0", "description": "the first"}
    assert "_ppk" not in model("QueryThingModelPublished", FunctionBlockId="battery")
    effective = published()
    assert effective["properties"]["level"]["data_type"] == {
        "type": "int",
        "min": "0",
        "max": "200",
        "step": "1",
        "unit": "ppb",
    }
    assert effective["properties"]["level"]["access"] == "rw"
    assert effective["services"]["battery:open"]["call_type"] == "async"
    assert effective["events"]["opened"]["type"] == "info"
    platform.clock.advance(1)
    api("DeleteThingModel", ProductKey=key)
    assert published() == effective
    api("PublishThingModel", ProductKey=key)
    assert published() == {"properties": {}, "services": {}, "events": {}}
    second, first = versions()
    assert first == {"ModelVersion": "v1.0.0", "Description": "the first", "GmtCreate": first["GmtCreate"]}
    assert second == {"ModelVersion": str(second["GmtCreate"]), "GmtCreate": second["GmtCreate"]}
    assert second["GmtCreate"] - first["GmtCreate"] >= 1000


def test_published_version_can_be_read(api, add, key, tsl, model, api_error):
    for name in ("one", "two"):
        add(number(name))
        api("PublishThingModel", ProductKey=key, ModelVersion=name)
    add(number("three"))
    for action in ("GetThingModelTsl", "GetThingModelTslPublished"):
        assert tsl(action, ModelVersion="one")["properties"] == ["one"]
    for action in ("QueryThingModel", "QueryThingModelPublished"):
        assert model(action, ModelVersion="one")["_ppk"] == {"version": "one"}
    assert len(tsl()["properties"]) == 3
    assert len(tsl("GetThingModelTslPublished")["properties"]) == 2
    for action in READ_OPERATIONS:
        assert api_error(action, ProductKey=key, ModelVersion="x").code == "iot.prod.QueryProductAbilitiesFailed"


@pytest.mark.parametrize("version", ["a" * 17, "1-0", "版本", "1 0"])
def test_invalid_version_is_rejected(api_error, key, version, versions):
    error = api_error("PublishThingModel", ProductKey=key, ModelVersion=version)
    assert error.code == "iot.common.InvalidFormattedParameter"
    assert versions() == []


def test_publish_thing_model_without_changes_creates_version(api, api_error, key, versions):
    api("PublishThingModel", ProductKey=key, ModelVersion="V.1")
    assert api_error("PublishThingModel", ProductKey=key, ModelVersion="V.1").code == "iot.system.IllegalRequest"
    # Also without an advance of the clock.
    for _time in range(9):
        api("PublishThingModel", ProductKey=key)
    assert len({version["ModelVersion"] for version in versions()}) == 10
    api("PublishThingModel", ProductKey=key, ModelVersion="new")
    assert [versions()[0]["ModelVersion"], len(versions())] == ["new", 10]
    assert "V.1" not in [version["ModelVersion"] for version in versions()]


def test_version_limit_applies_per_product(api, create, versions):
    one, two = create("one_"), create("two_")
    for number_ in range(6):
        api("PublishThingModel", ProductKey=one, ModelVersion=f"{number_}")
        api("PublishThingModel", ProductKey=two, ModelVersion=f"{number_}")
    assert len(versions(one)) == len(versions(two)) == 6


def test_thing_model_of_released_product_cannot_be_edited(api, add, api_error, key, create, versions, tsl):
    add_functions(add)
    before = tsl()
    api("ReleaseProduct", ProductKey=key)
    source = create("other")
    for action, params in EDIT_OPERATIONS.items():
        which = (
            {"SourceProductKey": source, "TargetProductKey": key} if action == "CopyThingModel" else {"ProductKey": key}
        )
        error = api_error(action, **which, **params)
        assert (error.code, "CancelReleaseProduct" in error.message) == ("iot.system.IllegalRequest", True)
    assert tsl() == before
    assert versions() == []
    # The thing model can still be read and copied.
    api("CopyThingModel", SourceProductKey=key, TargetProductKey=source)
    api("CancelReleaseProduct", ProductKey=key)
    api("DeleteThingModel", ProductKey=key)
    assert tsl() == EMPTY
