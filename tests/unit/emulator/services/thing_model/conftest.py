# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures for the tests of thing models."""

from __future__ import annotations

import json

import pytest

KINDS = ("properties", "services", "events")


@pytest.fixture
def create(api):
    """Create a product with a thing model and return its key."""

    def create(name: str = "light", **params) -> str:
        kind = {"NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
        return api("CreateProduct", **{"ProductName": name, **kind, **params})["ProductKey"]

    return create


@pytest.fixture
def key(create) -> str:
    return create()


@pytest.fixture
def add(api, key):
    """Add functions to the draft."""

    def add(*properties, services=(), events=(), **params):
        written = {"properties": list(properties), "services": list(services), "events": list(events)}
        api("CreateThingModel", ProductKey=key, ThingModelJson=json.dumps(written), **params)

    return add


@pytest.fixture
def tsl(api, key):
    """Return the identifiers of the properties, services and events in a TSL, without the derived ones."""

    def tsl(action: str = "GetThingModelTsl", **params) -> dict[str, list[str]]:
        read = json.loads(api(action, **{"ProductKey": key, **params})["Data"]["TslStr"])
        return {
            kind: [one["identifier"] for one in read[kind] if one["identifier"] not in ("set", "get", "post")]
            for kind in KINDS
        }

    return tsl


@pytest.fixture
def model(api, key):
    """Return a parsed ThingModelJson."""

    def model(action: str = "QueryThingModel", **params) -> dict:
        return json.loads(api(action, **{"ProductKey": key, **params})["Data"]["ThingModelJson"])

    return model


@pytest.fixture
def versions(api, key):
    """Return the published versions, newest first."""
    return lambda product=key: api("ListThingModelVersion", ProductKey=product)["Data"]["ModelVersions"]


@pytest.fixture
def published(platform, key):
    """Return the published thing model as other services read it."""

    def published(product: str = key) -> dict:
        from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
        from ansible_collections.iotops.aliyun.emulator.services.thing_model import thing_model as service

        with platform.store.transaction():
            return service.published_model(Context(platform.store, platform.clock.now(), Account()), product)

    return published
