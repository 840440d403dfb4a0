# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life of a route from one topic to others."""

from __future__ import annotations

import pytest

MODULE = "iot_topic_route"
SOURCE = "/street_light/lamp-0001/user/report"


def neighbour(number: int, product: str = "street_light") -> str:
    return f"/{product}/lamp-{number:04}/user/neighbour"


@pytest.fixture
def key(tasks):
    """The ProductKey of a product of lamps that have connected, with what they publish and receive."""
    key = tasks.run_ok("iot_product", name="street_light", node_type="device")["product"]["product_key"]
    for name, operation in (("user/report", "pub"), ("user/neighbour", "sub")):
        tasks.run_ok("iot_topic", product="street_light", short_name=name, operation=operation)
    tasks.connect_devices("street_light", *(f"lamp-{number:04}" for number in range(1, 6)))
    return key


def route(tasks, *operations: str, source: str = SOURCE, numbers: tuple = (), **options) -> dict:
    destinations = [neighbour(number) for number in numbers]
    return tasks.assert_changed_by(MODULE, *operations, source=source, destinations=destinations, **options)


def test_the_life_of_a_route(tasks, key):
    made = route(tasks, "CreateTopicRouteTable", numbers=(2, 3))
    assert made["topic_route"] == {
        "source_topic": f"/{key}/lamp-0001/user/report",
        "destinations": [neighbour(2, key), neighbour(3, key)],
    }
    # What goes, goes first; the order of what stays means nothing.
    changed = route(tasks, "DeleteTopicRouteTable", "CreateTopicRouteTable", numbers=(4, 3))
    assert set(changed["topic_route"]["destinations"]) == {neighbour(4, key), neighbour(3, key)}
    tasks.assert_unchanged(MODULE, source=SOURCE, destinations=[neighbour(3), neighbour(4)])
    tasks.assert_unchanged(MODULE, source=f"/{key}/lamp-0001/user/report", destinations=[neighbour(3, key), neighbour(4)])
    tasks.assert_unchanged(MODULE, source=SOURCE)

    more = route(tasks, "CreateTopicRouteTable", numbers=(5,), purge_destinations=False)
    assert len(more["topic_route"]["destinations"]) == 3
    tasks.assert_unchanged(MODULE, source=SOURCE, destinations=[], purge_destinations=False)

    gone = route(tasks, "DeleteTopicRouteTable")
    assert gone["topic_route"]["destinations"] == []
    (found,) = tasks.run_ok("iot_topic_route_info", source=SOURCE)["topic_routes"]
    assert found == gone["topic_route"]
    tasks.assert_unchanged(MODULE, source=SOURCE)


def test_routes_are_found(tasks, key):
    tasks.connect_devices("street_light", "lamp-0006")
    for source, numbers in (("lamp-0001", (2, 3)), ("lamp-0002", (3,)), ("lamp-0006", (4,))):
        route(tasks, "CreateTopicRouteTable", source=f"/street_light/{source}/user/report", numbers=numbers)

    def found(**filters) -> set:
        routes = tasks.run_ok("iot_topic_route_info", **filters)["topic_routes"]
        return {one["source_topic"].split("/")[2] for one in routes}

    assert found(source=SOURCE) == {"lamp-0001"}
    assert found(destinations=[neighbour(3)]) == {"lamp-0001", "lamp-0002"}
    assert found(destinations=[neighbour(3), neighbour(2, key)]) == {"lamp-0001"}
    assert found(destinations=[neighbour(5)]) == set()
    assert found(source=SOURCE, destinations=[neighbour(3)]) == {"lamp-0001"}
    assert found(source=SOURCE, destinations=[neighbour(4)]) == set()
    assert found(source="/nobody/lamp-0001/user/report") == set()
    assert found(destinations=[neighbour(3), neighbour(3, "nobody")]) == set()
    tasks.assert_fails("iot_topic_route_info", "^source or destinations must be given")


def test_what_the_platform_does_not_do_is_an_error(tasks, key):
    destinations = [neighbour(2), "/street_light/lamp-0003/user/nothing", neighbour(9)]
    result = tasks.run(MODULE, source=SOURCE, destinations=destinations)
    assert result["failed"]
    assert f"not done for /{key}/lamp-0003/user/nothing, {neighbour(9, key)}; a destination is" in result["msg"]
    # What could be made is there.
    (found,) = tasks.run_ok("iot_topic_route_info", source=SOURCE)["topic_routes"]
    assert found["destinations"] == [neighbour(2, key)]
    # A route that somebody else took away meanwhile.
    tasks.server.control("PUT", "faults", [{"action": "DeleteTopicRouteTable", "drop": "after", "times": 1}])
    result = tasks.run(MODULE, source=SOURCE, destinations=[])
    assert result["failed"]
    assert f"not done for {neighbour(2, key)}" in result["msg"]
    tasks.assert_unchanged(MODULE, source=SOURCE, destinations=[])


def test_a_source_that_never_connected(tasks, key):
    tasks.run_ok("iot_device", product="street_light", name="lamp-0009")
    result = tasks.run(MODULE, source="/street_light/lamp-0009/user/report", destinations=[neighbour(2)])
    assert result["failed"]
    assert result["code"] == "iot.device.InactiveDevice"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": "street_light/lamp-0001/user/report"}, "^source may hold a custom topic"),
        ({"source": "/sys/a1/lamp-0001/thing/event/property/post"}, "^source may hold"),
        ({"source": "/street_light/+/user/report"}, "^source may hold"),
        ({"source": SOURCE, "destinations": ["user/neighbour"]}, "^destinations has an element that cannot be"),
        ({"source": SOURCE, "destinations": [neighbour(n) for n in range(101)]}, "takes at most 100 elements, not 101"),
    ],
)
def test_wrong_input(tasks, options, message):
    tasks.assert_fails(MODULE, message, **options)


def test_a_product_that_is_planned(tasks, key):
    plan = tasks.run(MODULE, True, source="/path_light/lamp-0001/user/report", destinations=[neighbour(2)])
    assert [step["operation"] for step in plan["steps"]] == ["CreateTopicRouteTable"]
    assert plan["pending"] == ["the product path_light does not exist yet"]
    plan = tasks.run(MODULE, True, source=SOURCE, destinations=[neighbour(2, "path_light")])
    assert plan["topic_route"]["destinations"] == [neighbour(2, "path_light")]
    result = tasks.run(MODULE, source=SOURCE, destinations=[neighbour(2, "path_light")])
    assert "there is no product path_light" in result["msg"]
