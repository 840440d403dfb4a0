# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the offline checks that compare declared resources with each other, with CSV files and with a base."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet

PRODUCT = {"name": "street_light", "node_type": "device"}


def declare(kind: str, line: int = 1, **options: Any) -> dict[str, Any]:
    """Return a declared resource, with each option in a column of its own."""
    sources = {name: ("/fleet/a.yml", line, 10 * (number + 1)) for number, name in enumerate(options)}
    return {"kind": kind, "options": options, "source": ("/fleet/a.yml", line, 1), "sources": sources}


def product(line: int = 1, **options: Any) -> dict[str, Any]:
    return declare("products", line, **PRODUCT, **options)


def model(maximum: int = 100, line: int = 1, **options: Any) -> dict[str, Any]:
    functions = {"properties": {"Level": {"type": "int", "min": 0, "max": maximum, "access": "rw"}}}
    return declare("thing_models", line, product="street_light", functions=functions, **options)


def rule(line: int = 1, **options: Any) -> dict[str, Any]:
    defaults = {"name": "overheat", "product": "street_light", "short_topic": "+/thing/event/property/post"}
    return declare("rules", line, **{**defaults, "select": "*", **options})


def found(*items: dict[str, Any], **options: Any) -> list[tuple[str, str]]:
    """Return the rule and the text of each finding."""
    return [(problem.rule, str(problem)) for problem in Fleet(items, **options).problems]


@pytest.fixture
def csv_file(tmp_path):
    """A function that writes a CSV file and returns a declared set of its devices."""

    def write(text: str, line: int = 1, **options: Any) -> dict[str, Any]:
        path = tmp_path / "lamps.csv"
        path.write_text(text, encoding="utf-8")
        return declare("device_sets", line, product="street_light", devices_file=str(path), **options)

    return write


# Properties


def test_properties_of_the_model_are_accepted_in_rules_shadows_and_devices():
    assert not found(
        product(),
        model(),
        rule(select="items.Level.value as level, deviceName() as name", where="items.Level.value > 10"),
        declare("devices", product="street_light", name="lamp-0001", desired_properties={"Level": 5}),
        declare("shadows", product="street_light", device="lamp-0001", desired={"Level": 5}),
    )


@pytest.mark.parametrize(
    ("resource", "column", "option"),
    [
        (rule(4, select="items.Levle.value as level"), 40, "select"),
        (rule(4, where="items.Levle.value > 1 and items.Level.value < 9"), 50, "where"),
        (declare("shadows", 4, product="street_light", device="lamp-0001", desired={"Levle": 5}), 30, "desired"),
        (
            declare("devices", 4, product="street_light", name="lamp-0002", desired_properties={"Levle": 5}),
            30,
            "desired_properties",
        ),
    ],
    ids=["select", "where", "shadow", "device"],
)
def test_property_that_the_model_does_not_have_is_reported(resource, column, option):
    device = declare("devices", product="street_light", name="lamp-0001")
    message = "uses the property Levle, which the thing model of street_light does not have; did you mean Level?"
    assert found(product(), model(), device, resource) == [
        ("unknown-property", f"/fleet/a.yml:4:{column}: {option} {message}")
    ]


@pytest.mark.parametrize(
    "items",
    [
        [product(), rule(select="items.Other.value")],
        [product(), model(), rule(short_topic="+/user/report", select="items.Other.value")],
        [product(), model(purge_functions=False), rule(select="items.Other.value")],
        [product(), model(), rule(select="'items.Other.value' as text")],
    ],
    ids=["no model", "custom topic", "additive model", "text"],
)
def test_property_is_not_checked_if_it_is_not_known_to_be_one(items):
    assert found(*items) == []


# Thing models


def test_breaking_change_of_a_published_model_is_reported_unless_it_is_allowed():
    base = [product(), model(published=True)]
    [(name, text)] = found(product(), model(50, 3), base=base)
    assert name == "breaking-change"
    assert text.startswith(
        "/fleet/a.yml:3:20: the change breaks the published thing model of street_light: "
        "properties.Level.max narrowed from 100 to 50"
    )
    fleet = Fleet([product(), model(50, allow_breaking=True)], base=base)
    assert ([one.rule for one in fleet.warnings], fleet.errors) == (["breaking-change"], [])


def test_compatible_change_and_change_of_a_draft_are_not_reported():
    assert found(product(), model(200), base=[product(), model(published=True)]) == []
    assert found(product(), model(50), base=[product(), model()]) == []
    assert found(product(), model(50), base=[product()]) == []


def test_model_that_the_platform_rejects_is_reported():
    functions = {"properties": {"set": {"type": "int", "min": 0, "max": 1}}}
    [(name, text)] = found(product(), declare("thing_models", 2, product="street_light", functions=functions))
    assert name == "invalid-value"
    assert "/fleet/a.yml:2:20: functions is invalid at properties.set: the identifier set is reserved" in text


# Limits of the platform


def test_combination_that_a_new_resource_cannot_have_is_reported():
    assert found(product(2, thing_model=True)) == [
        ("invalid-value", "/fleet/a.yml:2:30: data_format must be set with thing_model: true")
    ]
    topic = declare("topics", 3, product="street_light", short_name="user/+/a", operation="pub")
    [(name, text)] = found(product(), topic)
    assert (name, text.partition(": ")[0]) == ("invalid-value", "/fleet/a.yml:3:30")


def test_constraint_that_needs_the_account_is_skipped():
    firmware = {"name": "gate", "product": "street_light", "version": "2.0", "file": __file__}
    job = {"firmware": "gate", "name": "night", "type": "static", "target": "all"}
    assert found(product(), declare("ota_firmwares", **firmware), declare("ota_jobs", **job)) == []


def test_topics_above_the_maximum_of_a_product_are_reported():
    topics = [
        declare("topics", number, product="street_light", short_name=f"user/t{number}", operation="pub")
        for number in range(1, 53)
    ]
    names = [text.partition(": ")[0] for name, text in found(product(), *topics) if name == "too-many"]
    assert names == ["/fleet/a.yml:51:1", "/fleet/a.yml:52:1"]


# Device sets


def test_all_invalid_rows_of_a_csv_file_are_reported_with_their_lines(csv_file):
    items = csv_file(
        "name,nickname,enabled\nlamp-0001,gate_lamp,true\nlamp-0002,x\nab,,\nlamp-0003,,perhaps\nlamp-0004,a b c d,\n"
    )
    path = items["options"]["devices_file"]
    assert [text.partition(": ")[0] for _name, text in found(product(), items)] == [
        f"{path}:3:1",
        f"{path}:4:1",
        f"{path}:5:1",
        f"{path}:6:1",
    ]
    assert [name for name, _text in found(product(), items)] == [
        "invalid-csv",
        "invalid-value",
        "invalid-csv",
        "invalid-value",
    ]


def test_csv_file_that_is_missing_or_has_invalid_columns_is_reported(csv_file, tmp_path):
    missing = declare("device_sets", 3, product="street_light", devices_file=str(tmp_path / "no.csv"))
    assert found(product(), missing) == [
        (
            "unreadable-file",
            f"/fleet/a.yml:3:20: devices_file {tmp_path}/no.csv cannot be read: No such file or directory",
        )
    ]
    [(name, text)] = found(product(), csv_file("name,color\nlamp-0001,red\n"))
    assert (name, "lamps.csv:1:1: line 1 of" in text, "unknown column 'color'" in text) == ("invalid-csv", True, True)


def test_device_in_a_set_and_elsewhere_is_a_duplicate(csv_file):
    items = csv_file("name\nlamp-0001\nlamp-0002\nlamp-0001\n")
    path = items["options"]["devices_file"]
    device = declare("devices", 5, product="street_light", name="lamp-0002")
    other = declare("devices", 6, product="sensor", name="lamp-0001")
    sensor = declare("products", name="sensor", node_type="device")
    inline = declare("device_sets", 7, product="street_light", devices=[{"name": "lamp-0002"}])
    assert set(found(product(), sensor, items, device, other, inline)) == {
        ("duplicate", f"{path}:3:1: device street_light/lamp-0002 is already declared at /fleet/a.yml:5:1"),
        ("duplicate", f"{path}:4:1: device street_light/lamp-0001 is already declared at {path}:2:1"),
        ("duplicate", "/fleet/a.yml:7:1: device street_light/lamp-0002 is already declared at /fleet/a.yml:5:1"),
    }


def test_slices_of_one_csv_file_are_no_duplicates(csv_file):
    slices = [csv_file("name\nlamp-0001\nlamp-0002\nlamp-0003\n", slice=f"{number}/2") for number in (1, 2)]
    assert not [text for name, text in found(product(), *slices) if "device street_light/lamp" in text]


def test_imported_devices_can_be_managed_by_a_set(csv_file):
    imported = declare("imported_devices", product="street_light", devices=[{"name": "lamp-0001"}])
    assert found(product(), imported, csv_file("name\nlamp-0001\n")) == []


def test_reference_to_a_device_is_checked_against_sets(csv_file):
    def group(name: str) -> dict[str, Any]:
        return declare("device_groups", 9, name="west", devices=[{"product": "street_light", "name": name}])

    items = csv_file("name\nlamp-0001\n")
    assert found(product(), items, group("lamp-0001")) == []
    assert found(product(), items, group("lamp-0009")) == [
        (
            "dangling-reference",
            "/fleet/a.yml:9:20: devices: the device street_light/lamp-0009 is not declared in the fleet",
        )
    ]
    assert found(product(), items, group("lamp-0009"), external={"devices": ["lamp-0009"]}) == []
    assert found(product(), items, group("lamp-0009"), external={"devices": ["street_light/lamp-0009"]}) == []


def test_reference_to_a_device_is_not_checked_if_a_row_of_its_product_is_invalid(csv_file):
    items = csv_file("name,nickname\nlamp-0001\n")
    shadow = declare("shadows", product="street_light", device="lamp-0001", desired={"level": 1})
    assert [name for name, _text in found(product(), items, shadow)] == ["invalid-csv"]


def test_reference_in_a_csv_file_is_reported_once_and_orders_the_resources(csv_file):
    items = csv_file("name,groups\nlamp-0001,west\nlamp-0002,east\nlamp-0003,east\n")
    west = declare("device_groups", name="west")
    path = items["options"]["devices_file"]
    assert found(product(), items, west) == [
        ("dangling-reference", f"{path}:3:1: groups: the device_group east is not declared in the fleet")
    ]
    assert Fleet([items, west, product()]).nodes[-1].plural == "device_sets"


def test_options_of_a_set_that_contradict_each_other_are_reported():
    assert found(product(), declare("device_sets", 3, product="street_light")) == [
        ("invalid-value", "/fleet/a.yml:3:1: either devices or devices_file must be set")
    ]


def test_two_incomplete_resources_are_no_duplicates():
    topics = [{**declare("topics", line, product="street_light"), "is_incomplete": True} for line in (1, 2)]
    assert found(product(), *topics) == []
