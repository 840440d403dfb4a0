# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the offline checks of declared resources, and of their order."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet, items_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue

PRODUCT = {"name": "street_light", "node_type": "device"}


def declare(kind: str, line: int = 1, **options: Any) -> dict[str, Any]:
    """Return a declared resource, with each option in a column of its own."""
    sources = {name: ("fleet/a.yml", line, 10 * (number + 1)) for number, name in enumerate(options)}
    return {"kind": kind, "options": options, "source": ("fleet/a.yml", line, 1), "sources": sources}


def problems(*items: dict[str, Any], **options: Any) -> list[str]:
    return [str(problem) for problem in Fleet(items, **options).problems]


def test_every_kind_has_a_plural_and_refers_to_known_kinds_only():
    assert {"products", "topologies", "speeches", "device_sets", "ota_firmwares"} <= set(kinds())
    known = {entry.kind for entry in kinds().values()}
    for plural, entry in kinds().items():
        spec = entry.options()
        for option, referenced in entry.references().items():
            assert option in spec, plural
            assert set(referenced) <= known, plural


def test_valid_fleet_has_no_problems():
    assert problems(declare("products", **PRODUCT)) == []


def test_all_problems_are_reported_in_the_order_of_the_files():
    assert problems(
        declare("topics", 4, product="street_light", short_name="user/a b", operation="pub"),
        declare("prodcts", 3),
        declare("products", 2, naem="x", **PRODUCT),
        declare("products", 1, name="ab", node_type="devic"),
    ) == [
        "fleet/a.yml:1:20: value of node_type must be one of: device, gateway, got: devic",
        "fleet/a.yml:2:10: naem is not an option of products; did you mean name?",
        "fleet/a.yml:3:1: prodcts is not a kind of resource; did you mean products?",
        (
            "fleet/a.yml:4:20: short_name has an invalid format: expected levels of letters, digits and underscores, "
            "separated by slashes; + for any level and # for all further levels at the end; 'user/a b' does not match"
        ),
    ]


def test_missing_option_is_reported_at_the_resource():
    assert problems(declare("topics", 7, product="street_light"), declare("products", **PRODUCT)) == [
        "fleet/a.yml:7:1: missing required arguments: short_name"
    ]


def test_resource_that_is_not_a_mapping_is_reported():
    item = {**declare("products"), "options": "street_light"}
    assert problems(item) == ["fleet/a.yml:1:1: a resource of products must be a mapping of options"]


def test_duplicate_is_reported_with_both_places():
    assert problems(declare("products", 1, **PRODUCT), declare("products", 9, **PRODUCT)) == [
        "fleet/a.yml:9:1: product street_light is already declared at fleet/a.yml:1:1"
    ]


def test_topics_of_different_products_are_no_duplicates():
    names = ("street_light", "sensor")
    products = [declare("products", name=name, node_type="device") for name in names]
    topics = [declare("topics", product=name, short_name="user/a", operation="pub") for name in names]
    assert problems(*products, *topics) == []


def test_reference_to_an_undeclared_resource_is_reported_unless_it_is_external():
    topic = declare("topics", product="lamp", short_name="user/a", operation="pub")
    assert problems(topic) == ["fleet/a.yml:1:10: product: the product lamp is not declared in the fleet"]
    assert problems(topic, external={"products": ["lamp"]}) == []
    assert problems(topic, external={"products": ["hub", "la*"]}) == []
    assert problems(topic, external={"*": ["*"]}) == []
    assert len(problems(topic, external={"products": ["hub*"], "devices": ["*"], "[d-f]*": ["lamp"]})) == 1


def test_cycle_of_references_is_reported():
    groups = [
        declare("device_groups", 1, name="north", super_group="south"),
        declare("device_groups", 2, name="south", super_group="north"),
    ]
    [problem] = problems(*groups)
    assert (
        "the references form a cycle: device_group north needs device_group south needs device_group north" in problem
    )


def test_resources_come_after_those_that_they_refer_to():
    fleet = Fleet(
        [
            declare("rules", name="overheat", product="street_light", short_topic="+/user/report", select="*"),
            declare("subscriptions", product="street_light", type="amqp", consumer_groups=["readers"]),
            declare("device_groups", name="west", devices=[{"product": "street_light", "name": "lamp-0001"}]),
            declare("topics", product="street_light", short_name="user/report", operation="pub"),
            declare("device_sets", product="street_light", devices=[{"name": "lamp-0001", "groups": ["all_lamps"]}]),
            declare("device_groups", name="all_lamps"),
            declare("consumer_groups", name="readers"),
            declare("products", **PRODUCT),
        ]
    )
    assert fleet.problems == []
    order = [node.label for node in fleet.nodes]
    before = [
        ("product street_light", "topic street_light/user/report"),
        ("product street_light", "rule overheat"),
        ("consumer_group readers", "subscription street_light/amqp"),
        ("device_group all_lamps", "device_set street_light/devices"),
        ("device_set street_light/devices", "device_group west"),
    ]
    assert [pair for pair in before if order.index(pair[0]) > order.index(pair[1])] == []


def test_long_chain_of_references_is_ordered_without_recursion():
    groups = [declare("device_groups", name=f"g{number}", super_group=f"g{number + 1}") for number in range(2000)]
    fleet = Fleet([*groups, declare("device_groups", name="g2000")])
    assert [node.key[-1] for node in fleet.nodes[:2]] == ["g2000", "g1999"]


def test_secrets_of_declared_resources_are_known():
    devices = [{"name": "lamp-0001", "device_secret": "hidden-0001"}]
    fleet = Fleet(
        [declare("products", **PRODUCT), declare("imported_devices", product="street_light", devices=devices)]
    )
    assert fleet.problems == []
    assert fleet.secret_values() == {"hidden-0001"}


@pytest.mark.parametrize("kind", ["devices", "topics"])
def test_option_of_the_wrong_type_is_reported(kind):
    options = (
        {"product": "street_light", "name": "lamp-0001", "tags": "x"}
        if kind == "devices"
        else {
            "product": "street_light",
            "short_name": "user/a",
            "state": "deleted",
        }
    )
    [problem] = problems(declare(kind, **options), declare("products", **PRODUCT))
    assert problem.startswith("fleet/a.yml:1:30: ")


def test_device_set_has_the_name_of_its_file_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name_of = kinds()["device_sets"].name_of
    assert name_of({"product": "lamp", "devices_file": str(tmp_path / "fleet/west.csv")}) == ("lamp", "fleet/west.csv")
    assert name_of({"product": "lamp", "devices_file": "/elsewhere/west.csv"}) == ("lamp", "/elsewhere/west.csv")
    assert name_of({"product": "lamp", "slice": "2/5"}) == ("lamp", "2/5")
    assert name_of({"product": "lamp"}) == ("lamp", "devices")


def test_files_and_lists_are_combined():
    read = declare("products", name="lamp", node_type="device")
    items, problems = items_of("fleet", {"resources": [read], "problems": [], "topics": [{"product": "lamp"}]})
    assert [(one["kind"], one["source"][0]) for one in items] == [("products", "fleet/a.yml"), ("topics", "topics[0]")]
    assert problems == []
    for value in ({"resources": {}}, {"resources": [], "topics": {}}, {"resources": [{"kind": "topics"}]}):
        with pytest.raises(InvalidValue, match="is not the value of the lookup"):
            items_of("fleet", value)
