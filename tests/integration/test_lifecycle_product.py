# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lifecycle tests of products, their names, certificate issuers and deduplication."""

from __future__ import annotations

import pytest

PRODUCT = {"name": "street_light"}
LOCK = {"name": "safe_lock", "node_type": "device"}


def test_product_lifecycle(tasks):
    created = tasks.assert_changed_by(
        "iot_product",
        "CreateProduct",
        "CreateProductTags",
        **PRODUCT,
        node_type="device",
        net_type="wifi",
        thing_model=True,
        data_format="alink",
        auth_type="secret",
        description="lamps",
        tags={"site": "west", "kind": "light"},
    )["product"]
    key = created["product_key"]
    assert len(key) >= 10
    for field, current, asked in [
        ("node_type", "device", "gateway"),
        ("net_type", "wifi", "cellular"),
        ("thing_model", True, False),
        ("auth_type", "secret", "id2"),
        ("data_format", "alink", "custom"),
    ]:
        failed = tasks.assert_fails(
            "iot_product", f"^{field} of the product cannot be changed", **PRODUCT, **{field: asked}
        )
        assert failed["field"] == field
        assert str(current) in failed["msg"]
        assert "Create another product" in failed["msg"]
    tasks.assert_changed_by("iot_product", "UpdateProduct", **PRODUCT, description="all lamps")
    # Deleted, changed and new tags need one operation each.
    tags = {"site": "east", "row": "1"}
    changed = tasks.assert_changed_by(
        "iot_product", "DeleteProductTags", "UpdateProductTags", "CreateProductTags", **PRODUCT, tags=tags
    )
    assert changed["product"]["tags"] == tags
    added = tasks.assert_changed_by("iot_product", "CreateProductTags", **PRODUCT, tags={"side": "2"}, purge_tags=False)
    assert added["product"]["tags"] == {**tags, "side": "2"}
    tasks.assert_changed_by("iot_product", "ReleaseProduct", **PRODUCT, status="released")
    tasks.assert_changed_by("iot_product", "CancelReleaseProduct", **PRODUCT, status="development")
    tasks.assert_unchanged("iot_product", **PRODUCT)
    tasks.assert_unchanged("iot_product", **PRODUCT, node_type="device", net_type="wifi", description="all lamps")

    for wanted in (PRODUCT, {"product_key": key}, {"tags": {"site": "east"}}, {"node_type": "device"}):
        (found,) = tasks.run_ok("iot_product_info", **wanted)["products"]
        assert (found["product_key"], found["description"]) == (key, "all lamps")
    assert tasks.run_ok("iot_product_info", tags={"site": "west"})["products"] == []
    (whole,) = tasks.run_ok("iot_product_info", node_type="device", details=True)["products"]
    assert whole["tags"] == {**tags, "side": "2"}

    cleared = tasks.assert_changed_by(
        "iot_product", "UpdateProduct", "DeleteProductTags", **PRODUCT, description="", tags={}
    )
    assert (cleared["product"]["description"], cleared["product"]["tags"]) == ("", {})
    tasks.assert_changed_by("iot_product", "DeleteProduct", **PRODUCT, state="absent")
    tasks.assert_unchanged("iot_product", **PRODUCT, state="absent")
    assert tasks.run_ok("iot_product_info", **PRODUCT)["products"] == []


def test_product_create_only_option_change_fails_before_write(tasks):
    lamp = {
        "category_key": "Lighting",
        "validate_type": "weak",
        "resource_group_id": "rg-acfm4l5tcwd5h4i",
        "thing_model": True,
        "data_format": "alink",
    }
    created = tasks.assert_changed_by(
        "iot_product", "CreateProduct", **PRODUCT, node_type="device", **lamp, include_secrets=True
    )
    assert created["product"]["product_secret"]
    tasks.run_ok("iot_product", name="flow_meter", node_type="device", net_type="other", protocol_type="modbus")
    for name, options in (
        ("street_light", {"category_key": "Meter"}),
        ("street_light", {"validate_type": "none"}),
        ("flow_meter", {"protocol_type": "ble"}),
    ):
        (option,) = options
        tasks.assert_fails("iot_product", f"^{option} of the product cannot be changed", name=name, **options)
    # No operation returns the resource group, so the option never causes a change.
    tasks.assert_unchanged("iot_product", **PRODUCT, **lamp)
    tasks.run_ok("iot_product", **PRODUCT, status="released")
    for status, found in (("released", ["street_light"]), ("development", ["flow_meter"])):
        returned = tasks.run_ok("iot_product_info", status=status)["products"]
        assert [product["name"] for product in returned] == found
    (returned,) = tasks.run_ok("iot_product_info", **PRODUCT, include_secrets=True)["products"]
    assert returned["product_secret"] == created["product"]["product_secret"]


def test_product_with_join_permission_is_created(tasks):
    permission = tasks.run_ok("iot_lora_info")["join_permissions"][0]["join_permission_id"]
    sensor = {"name": "soil_sensor", "net_type": "lora", "join_permission_id": permission}
    tasks.assert_changed_by("iot_product", "CreateProduct", **sensor, node_type="device")
    tasks.assert_unchanged("iot_product", **sensor)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "abc"}, "^name must have 4 to 30 characters"),
        # A Chinese character counts as 2 in a name and as 1 in a description.
        ({"name": "\u8def\u706f" * 8}, "^name must have 4 to 30 characters.* has 32"),
        ({**PRODUCT, "description": "\u706f" * 101}, "^description must have at most 100 characters"),
        ({**PRODUCT, "tags": {"a-b": "1"}}, "^tags has an invalid entry 'a-b'"),
        ({**PRODUCT, "tags": {"a": ""}}, "^tags has an invalid entry 'a'"),
        (PRODUCT, "^node_type must be set to create the product"),
    ],
)
def test_product_with_invalid_options_fails_before_write(tasks, options, message):
    tasks.assert_fails("iot_product", message, **options)


def test_product_with_longest_name_and_description_is_created(tasks):
    tasks.run_ok("iot_product", name="\u8def\u706f" * 7 + "ab", node_type="device", description="\u706f" * 100)


# Names


def test_product_rename_by_key_keeps_the_product(tasks):
    key = tasks.run_ok("iot_product", **LOCK)["product"]["product_key"]
    renamed = tasks.assert_changed_by("iot_product", "UpdateProduct", product_key=key, name="door_lock")
    assert renamed["product"]["name"] == "door_lock"
    assert renamed["product"]["product_key"] == key
    assert (renamed["diff"]["before"]["name"], renamed["diff"]["after"]["name"]) == ("safe_lock", "door_lock")
    assert [one["name"] for one in tasks.run_ok("iot_product_info")["products"]] == ["door_lock"]
    changed = tasks.assert_changed_by(
        "iot_product", "UpdateProduct", product_key=key, name="gate_lock", description="west"
    )
    assert changed["product"]["description"] == "west"
    # The description is sent with a new name.
    renamed = tasks.assert_changed_by("iot_product", "UpdateProduct", product_key=key, name="safe_lock")
    assert renamed["product"]["description"] == "west"
    tasks.assert_unchanged("iot_product", name="safe_lock", description="west")


def test_product_with_new_name_and_no_key_is_created(tasks):
    tasks.run_ok("iot_product", **LOCK)
    created = tasks.run_ok("iot_product", **{**LOCK, "name": "door_lock"})
    assert [step["operation"] for step in created["steps"]] == ["CreateProduct"]


def test_product_with_missing_key_is_not_created(tasks):
    tasks.pop_writes()
    result = tasks.run("iot_product", product_key="a1unknown0000", **LOCK)
    assert result["failed"]
    assert "the product a1unknown0000 does not exist. Remove product_key to create a product" in result["msg"]
    planned = tasks.run("iot_product", True, product_key="(known after apply)", **LOCK)
    assert planned["pending"] == ["the product (known after apply) does not exist yet"]
    tasks.assert_unchanged("iot_product", product_key="a1unknown0000", name="safe_lock", state="absent")
    assert tasks.pop_writes() == []


def test_product_with_key_is_deleted(tasks):
    key = tasks.run_ok("iot_product", **LOCK)["product"]["product_key"]
    tasks.assert_changed_by("iot_product", "DeleteProduct", product_key=key, name="any_name", state="absent")


def test_product_rename_to_taken_name_fails(tasks):
    key = tasks.run_ok("iot_product", **LOCK)["product"]["product_key"]
    tasks.run_ok("iot_product", **{**LOCK, "name": "door_lock"})
    tasks.assert_fails("iot_product", "^another product already has name door_lock", product_key=key, name="door_lock")
    tasks.assert_changed_by("iot_product", "UpdateProduct", product_key=key, name="back_door")


def test_product_with_incomplete_options_fails_before_write(tasks):
    for message, options in (
        ("data_format must be set with thing_model: true", {"thing_model": True}),
        ("join_permission_id must be set with net_type: lora", {"net_type": "lora"}),
        (
            "auth_type must be secret with net_type: lora, not x509",
            {"net_type": "lora", "join_permission_id": "8", "auth_type": "x509"},
        ),
    ):
        tasks.assert_fails("iot_product", f"^{message}", name="door_lock", node_type="device", **options)


# Certificates


def test_product_certificate_issuer_is_set_and_changed(tasks):
    created = tasks.assert_changed_by(
        "iot_product", "CreateProduct", "SetProductCertInfo", **LOCK, auth_type="x509", certificate_issuer="others"
    )
    assert created["product"]["certificate_issuer"] == "others"
    changed = tasks.assert_changed_by(
        "iot_product", "SetProductCertInfo", name="safe_lock", certificate_issuer="platform"
    )
    assert changed["product"]["certificate_issuer"] == "platform"
    (found,) = tasks.run_ok("iot_product_info", name="safe_lock")["products"]
    assert found["certificate_issuer"] == "platform"


def test_product_certificate_issuer_platform_is_the_default(tasks):
    tasks.assert_changed_by("iot_product", "CreateProduct", **LOCK, auth_type="x509", certificate_issuer="platform")


@pytest.mark.parametrize("issuer", ["platform", "others"])
def test_product_certificate_issuer_without_x509_fails_before_write(tasks, issuer):
    message = "^certificate_issuer cannot be set: a product whose auth_type is secret has no certificates"
    tasks.assert_fails("iot_product", message, **LOCK, certificate_issuer=issuer)
    tasks.run_ok("iot_product", **LOCK)
    tasks.assert_fails("iot_product", message, name="safe_lock", certificate_issuer=issuer)
    (found,) = tasks.run_ok("iot_product_info", name="safe_lock")["products"]
    assert "certificate_issuer" not in found


# Deduplication


def filter_settings(tasks) -> tuple:
    (row,) = tasks.server.control("GET", "state")["product"]
    return bool(row["filter_by_value"]), bool(row["filter_by_timestamp"])


def test_product_deduplication_is_set_at_creation_only(tasks):
    tasks.assert_changed_by(
        "iot_product", "CreateProduct", "UpdateProductFilterConfig", **LOCK, deduplicate_by_value=True
    )
    assert filter_settings(tasks) == (True, False)
    # No operation returns the setting, so it is not sent and not reported as a change.
    tasks.assert_unchanged("iot_product", name="safe_lock", deduplicate_by_value=False, deduplicate_by_timestamp=True)
    assert filter_settings(tasks) == (True, False)


def test_product_deduplication_default_is_not_sent(tasks):
    tasks.assert_changed_by("iot_product", "CreateProduct", **LOCK, deduplicate_by_value=False)


def test_product_deduplication_module_is_changed_each_time(tasks):
    tasks.run_ok("iot_product", **LOCK)
    wanted = {"product": "safe_lock", "by_value": True, "by_timestamp": True}
    tasks.pop_writes()
    planned = tasks.run("iot_product_deduplication", True, **wanted)
    assert planned["changed"]
    assert tasks.pop_writes() == []
    assert filter_settings(tasks) == (False, False)
    for _number in range(2):
        assert tasks.run_ok("iot_product_deduplication", **wanted)["changed"]
        assert filter_settings(tasks) == (True, True)
    tasks.run_ok("iot_product_deduplication", **{**wanted, "by_value": False})
    assert filter_settings(tasks) == (False, True)
    result = tasks.run("iot_product_deduplication", **{**wanted, "product": "unknown"})
    assert "the product unknown does not exist" in result["msg"]
