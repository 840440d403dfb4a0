# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a product has beside what it was made with: another name, an issuer of certificates, deduplication."""

from __future__ import annotations

import pytest

LOCK = {"name": "safe_lock", "node_type": "device"}


# Names


def test_a_product_gets_another_name(tasks):
    key = tasks.run_ok("iot_product", **LOCK)["product"]["product_key"]
    renamed = tasks.assert_changed_by("iot_product", "UpdateProduct", product_key=key, name="door_lock")
    assert renamed["product"]["name"] == "door_lock"
    assert renamed["product"]["product_key"] == key
    assert (renamed["diff"]["before"]["name"], renamed["diff"]["after"]["name"]) == ("safe_lock", "door_lock")
    assert [one["name"] for one in tasks.run_ok("iot_product_info")["products"]] == ["door_lock"]
    changed = tasks.assert_changed_by("iot_product", "UpdateProduct", product_key=key, name="gate_lock", description="west")
    assert changed["product"]["description"] == "west"
    # Its description goes along with a new name.
    renamed = tasks.assert_changed_by("iot_product", "UpdateProduct", product_key=key, name="safe_lock")
    assert renamed["product"]["description"] == "west"
    tasks.assert_unchanged("iot_product", name="safe_lock", description="west")


def test_a_name_alone_makes_another_product(tasks):
    tasks.run_ok("iot_product", **LOCK)
    made = tasks.run_ok("iot_product", **{**LOCK, "name": "door_lock"})
    assert [step["operation"] for step in made["steps"]] == ["CreateProduct"]


def test_a_product_that_is_named_by_its_key_is_not_made(tasks):
    tasks.pop_writes()
    result = tasks.run("iot_product", product_key="a1nobody0000", **LOCK)
    assert result["failed"]
    assert "there is no product a1nobody0000. Leave product_key out" in result["msg"]
    planned = tasks.run("iot_product", True, product_key="(known after apply)", **LOCK)
    assert planned["pending"] == ["the product (known after apply) does not exist yet"]
    tasks.assert_unchanged("iot_product", product_key="a1nobody0000", name="safe_lock", state="absent")
    assert tasks.pop_writes() == []


def test_a_product_is_deleted_by_its_key(tasks):
    key = tasks.run_ok("iot_product", **LOCK)["product"]["product_key"]
    tasks.assert_changed_by("iot_product", "DeleteProduct", product_key=key, name="any_name", state="absent")


def test_a_name_that_another_product_has(tasks):
    key = tasks.run_ok("iot_product", **LOCK)["product"]["product_key"]
    tasks.run_ok("iot_product", **{**LOCK, "name": "door_lock"})
    result = tasks.run("iot_product", product_key=key, name="door_lock")
    assert result["failed"]
    assert result["code"] == "iot.prod.AlreadyExistedProductName"


# Certificates


def test_who_issues_certificates(tasks):
    made = tasks.assert_changed_by(
        "iot_product", "CreateProduct", "SetProductCertInfo", **LOCK, auth_type="x509", certificate_issuer="others"
    )
    assert made["product"]["certificate_issuer"] == "others"
    changed = tasks.assert_changed_by("iot_product", "SetProductCertInfo", name="safe_lock", certificate_issuer="platform")
    assert changed["product"]["certificate_issuer"] == "platform"
    (found,) = tasks.run_ok("iot_product_info", name="safe_lock")["products"]
    assert found["certificate_issuer"] == "platform"


def test_the_platform_issues_certificates_unless_it_is_told_otherwise(tasks):
    tasks.assert_changed_by("iot_product", "CreateProduct", **LOCK, auth_type="x509", certificate_issuer="platform")


@pytest.mark.parametrize("issuer", ["platform", "others"])
def test_only_certificates_have_an_issuer(tasks, issuer):
    message = "^a product whose auth_type is secret has no certificates"
    tasks.assert_fails("iot_product", message, **LOCK, certificate_issuer=issuer)
    tasks.run_ok("iot_product", **LOCK)
    tasks.assert_fails("iot_product", message, name="safe_lock", certificate_issuer=issuer)
    (found,) = tasks.run_ok("iot_product_info", name="safe_lock")["products"]
    assert "certificate_issuer" not in found


# Deduplication


def filters(tasks) -> tuple:
    (row,) = tasks.server.control("GET", "state")["product"]
    return bool(row["filter_by_value"]), bool(row["filter_by_timestamp"])


def test_deduplication_is_settled_when_a_product_is_made(tasks):
    tasks.assert_changed_by("iot_product", "CreateProduct", "UpdateProductFilterConfig", **LOCK, deduplicate_by_value=True)
    assert filters(tasks) == (True, False)
    # Nobody knows what is set: nothing is sent, and nothing is taken for a change.
    tasks.assert_unchanged("iot_product", name="safe_lock", deduplicate_by_value=False, deduplicate_by_timestamp=True)
    assert filters(tasks) == (True, False)


def test_what_a_new_product_has_is_not_sent(tasks):
    tasks.assert_changed_by("iot_product", "CreateProduct", **LOCK, deduplicate_by_value=False)


def test_deduplication_is_set_each_time(tasks):
    tasks.run_ok("iot_product", **LOCK)
    wanted = {"product": "safe_lock", "by_value": True, "by_timestamp": True}
    tasks.pop_writes()
    planned = tasks.run("iot_product_deduplication", True, **wanted)
    assert planned["changed"]
    assert tasks.pop_writes() == []
    assert filters(tasks) == (False, False)
    for _number in range(2):
        assert tasks.run_ok("iot_product_deduplication", **wanted)["changed"]
        assert filters(tasks) == (True, True)
    tasks.run_ok("iot_product_deduplication", **{**wanted, "by_value": False})
    assert filters(tasks) == (False, True)
    result = tasks.run("iot_product_deduplication", **{**wanted, "product": "nobody"})
    assert "there is no product nobody" in result["msg"]
