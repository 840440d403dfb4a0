# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of topic routes."""

from __future__ import annotations

import pytest

MODULE = "iot_topic_route"
SOURCE = "/street_light/lamp-0001/user/report"


def neighbor(number: int, product: str = "street_light") -> str:
    return f"/{product}/lamp-{number:04}/user/neighbor"


@pytest.fixture
def key(tasks):
    """Create a product with topics and connected devices, and return its ProductKey."""
    key = tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]
    for name, operation in (("user/report", "pub"), ("user/neighbor", "sub")):
        tasks.run_ok("iot_topic", product="street_light", short_name=name, operation=operation)
    tasks.connect_devices("street_light", *(f"lamp-{number:04}" for number in range(1, 6)))
    return key


def assert_route_changed_by(tasks, *operations: str, source: str = SOURCE, numbers: tuple = (), **options) -> dict:
    destinations = [neighbor(number) for number in numbers]
    return tasks.assert_changed_by(MODULE, *operations, source=source, destinations=destinations, **options)


def test_topic_route_lifecycle(tasks, key):
    created = assert_route_changed_by(tasks, "CreateTopicRouteTable", numbers=(2, 3))
    assert created["topic_route"] == {
        "source_topic": f"/{key}/lamp-0001/user/report",
        "destinations": [neighbor(2, key), neighbor(3, key)],
    }
    # Deletions come first; the order of destinations does not matter.
    changed = assert_route_changed_by(tasks, "DeleteTopicRouteTable", "CreateTopicRouteTable", numbers=(4, 3))
    assert set(changed["topic_route"]["destinations"]) == {neighbor(4, key), neighbor(3, key)}
    tasks.assert_unchanged(MODULE, source=SOURCE, destinations=[neighbor(3), neighbor(4)])
    tasks.assert_unchanged(MODULE, source=f"/{key}/lamp-0001/user/report", destinations=[neighbor(3, key), neighbor(4)])
    tasks.assert_unchanged(MODULE, source=SOURCE)

    more = assert_route_changed_by(tasks, "CreateTopicRouteTable", numbers=(5,), purge_destinations=False)
    assert len(more["topic_route"]["destinations"]) == 3
    tasks.assert_unchanged(MODULE, source=SOURCE, destinations=[], purge_destinations=False)

    deleted = assert_route_changed_by(tasks, "DeleteTopicRouteTable")
    assert deleted["topic_route"]["destinations"] == []
    (found,) = tasks.run_ok("iot_topic_route_info", source=SOURCE)["topic_routes"]
    assert found == deleted["topic_route"]
    tasks.assert_unchanged(MODULE, source=SOURCE)


def test_topic_routes_with_filters_are_returned(tasks, key):
    tasks.connect_devices("street_light", "lamp-0006")
    for source, numbers in (("lamp-0001", (2, 3)), ("lamp-0002", (3,)), ("lamp-0006", (4,))):
        assert_route_changed_by(
            tasks, "CreateTopicRouteTable", source=f"/street_light/{source}/user/report", numbers=numbers
        )

    def found(**filters) -> set:
        routes = tasks.run_ok("iot_topic_route_info", **filters)["topic_routes"]
        return {one["source_topic"].split("/")[2] for one in routes}

    assert found(source=SOURCE) == {"lamp-0001"}
    assert found(destinations=[neighbor(3)]) == {"lamp-0001", "lamp-0002"}
    assert found(destinations=[neighbor(3), neighbor(2, key)]) == {"lamp-0001"}
    assert found(destinations=[neighbor(5)]) == set()
    assert found(source=SOURCE, destinations=[neighbor(3)]) == {"lamp-0001"}
    assert found(source=SOURCE, destinations=[neighbor(4)]) == set()
    assert found(source="/unknown/lamp-0001/user/report") == set()
    assert found(destinations=[neighbor(3), neighbor(3, "unknown")]) == set()
    tasks.assert_fails("iot_topic_route_info", "^source or destinations must be set")


def test_topic_route_with_rejected_destination_fails(tasks, key):
    destinations = [neighbor(2), "/street_light/lamp-0003/user/nothing", neighbor(9)]
    result = tasks.run(MODULE, source=SOURCE, destinations=destinations)
    assert result["failed"]
    assert f"failed for /{key}/lamp-0003/user/nothing, {neighbor(9, key)}. A destination must" in result["msg"]
    # The valid destinations were added.
    (found,) = tasks.run_ok("iot_topic_route_info", source=SOURCE)["topic_routes"]
    assert found["destinations"] == [neighbor(2, key)]


def test_topic_route_deleted_by_another_client_fails(tasks, key):
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client

    assert_route_changed_by(tasks, "CreateTopicRouteTable", numbers=(2,))
    call = Client.call

    def call_after_other_client(client, name, params=None):
        if name == "DeleteTopicRouteTable":
            tasks.server.call(name, **params)
        return call(client, name, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "call", call_after_other_client)
        result = tasks.run(MODULE, source=SOURCE, destinations=[])
    assert result["failed"]
    assert f"failed for {neighbor(2, key)}" in result["msg"]
    tasks.assert_unchanged(MODULE, source=SOURCE, destinations=[])


def test_topic_route_delete_with_lost_response_succeeds(tasks, key):
    assert_route_changed_by(tasks, "CreateTopicRouteTable", numbers=(2,))
    tasks.server.control("PUT", "faults", [{"action": "DeleteTopicRouteTable", "drop": "after", "times": 1}])
    result = tasks.run_ok(MODULE, source=SOURCE, destinations=[])
    assert result["changed"]
    assert result["topic_route"]["destinations"] == []
    tasks.assert_unchanged(MODULE, source=SOURCE, destinations=[])


def test_topic_route_from_inactive_device_fails(tasks, key):
    tasks.run_ok("iot_device", product="street_light", name="lamp-0009")
    result = tasks.run(MODULE, source="/street_light/lamp-0009/user/report", destinations=[neighbor(2)])
    assert result["failed"]
    assert result["code"] == "iot.device.InactiveDevice"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": "street_light/lamp-0001/user/report"}, "^source has an invalid format: expected a custom topic"),
        ({"source": "/sys/a1/lamp-0001/thing/event/property/post"}, "^source has an invalid format"),
        ({"source": "/street_light/+/user/report"}, "^source has an invalid format"),
        ({"source": SOURCE, "destinations": ["user/neighbor"]}, "^destinations has an invalid element"),
        ({"source": SOURCE, "destinations": [neighbor(n) for n in range(101)]}, "takes at most 100 elements, not 101"),
    ],
)
def test_topic_route_with_invalid_options_fails_before_write(tasks, options, message):
    tasks.assert_fails(MODULE, message, **options)


def test_topic_route_of_missing_product_is_pending_in_check_mode_and_fails(tasks, key):
    plan = tasks.run(MODULE, True, source="/path_light/lamp-0001/user/report", destinations=[neighbor(2)])
    assert [step["operation"] for step in plan["steps"]] == ["CreateTopicRouteTable"]
    assert plan["pending"] == ["the product path_light does not exist yet"]
    plan = tasks.run(MODULE, True, source=SOURCE, destinations=[neighbor(2, "path_light")])
    assert plan["topic_route"]["destinations"] == [neighbor(2, "path_light")]
    result = tasks.run(MODULE, source=SOURCE, destinations=[neighbor(2, "path_light")])
    assert "the product path_light does not exist" in result["msg"]
