# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products, and references to products."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import (
    AmbiguousReference,
    InvalidValue,
    ReferenceNotFound,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import Product, product_key
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

PRODUCT = Product()

LIST = [
    {"ProductKey": "a1", "ProductName": "street_light"},
    {"ProductKey": "a2", "ProductName": "lock"},
    {"ProductKey": "a3", "ProductName": "a2"},
]


def find_key(name: str, tolerant: bool = False):
    """Return the ProductKey of a product in an account that has the products in ``LIST``."""
    return product_key(Reader(FakeClient(QueryProductList=LIST), tolerant), name)


def test_product_key_by_name_or_key_is_found():
    assert [find_key("street_light"), find_key("a1"), find_key("lock")] == ["a1", "a1", "a2"]


def test_product_key_by_ambiguous_name_fails():
    with pytest.raises(
        AmbiguousReference, match=r"^a2 is the name of one product and the ProductKey of another product\. "
    ) as caught:
        find_key("a2")
    assert caught.value.field == "product"


def test_product_key_of_missing_product_fails_or_is_pending():
    with pytest.raises(
        ReferenceNotFound, match=r"^the product street does not exist\. Create it first, or check the name$"
    ):
        find_key("street")
    assert find_key("street", tolerant=True) is PENDING


@pytest.mark.parametrize(
    ("name", "valid"),
    [("lamp", True), ("路灯", True), ("路灯" * 7 + "_1", True), ("路", False), ("路灯" * 8, False), ("lamp-1", False)],
)
def test_product_name_is_checked(name, valid):
    assert (PRODUCT.field("name").type.check(name) == "") is valid


@pytest.mark.parametrize(
    ("name", "written", "returned"),
    [
        ("wifi", "WIFI", 3),
        ("cellular", "CELLULAR", 6),
        ("ethernet", "ETHERNET", 7),
        ("other", "OTHER", 8),
        ("lora", "LORA", 8),
    ],
)
def test_product_net_type_is_written_as_word_and_returned_as_number(name, written, returned):
    field = PRODUCT.field("net_type")
    assert field.type.to_wire(name) == written
    assert field.equal(field.type.from_wire(returned), name)
    assert not field.equal(field.type.from_wire(3 if returned != 3 else 6), name)


def test_product_without_thing_model_is_created_without_commodity_code():
    def create_params(**options):
        return plan(PRODUCT, {"name": "lamp", "node_type": "device", **options}, None)[0].params

    assert create_params(thing_model=True)["AliyunCommodityCode"] == "iothub_senior"
    assert create_params(thing_model=False)["AliyunCommodityCode"] is None
    assert PRODUCT.field("thing_model").type.from_wire("iothub") is False


def test_product_numbers_as_text_are_parsed():
    parsed = PRODUCT.parse({"DeviceCount": "7", "GmtCreate": "1581595942000", "NodeType": "1"})
    assert (parsed["device_count"], parsed["created"], parsed["node_type"]) == (7, 1581595942000, "gateway")


def test_product_fields_missing_in_list_are_unknown():
    assert PRODUCT.parse({"ProductKey": "a1", "ProductName": "lamp", "NodeType": 0}) == {
        "name": "lamp",
        "product_key": "a1",
        "description": "",
        "node_type": "device",
    }


def test_new_product_is_tagged_before_release():
    desired = {"name": "lamp", "node_type": "device", "status": "released", "tags": {f"k{n}": "v" for n in range(11)}}
    steps = plan(PRODUCT, desired, None)
    assert [step.operation for step in steps] == [
        "CreateProduct",
        "CreateProductTags",
        "CreateProductTags",
        "ReleaseProduct",
    ]
    assert [len(step.params["ProductTag"]) for step in steps[1:3]] == [10, 1]


def test_product_description_update_sends_name():
    current = {"name": "lamp", "product_key": "a1", "description": "old", "status": "released"}
    (step,) = plan(PRODUCT, {"name": "lamp", "description": ""}, current)
    assert step.params == {**PRODUCT.identity_params(), "ProductName": "lamp", "Description": ""}
    (step,) = plan(PRODUCT, {"name": "lamp", "status": "development"}, current)
    assert step.operation == "CancelReleaseProduct"


# Products that a task names by ProductKey


def test_product_named_by_key_is_renamed():
    current = {"name": "lamp", "product_key": "a1", "description": "old"}
    (step,) = plan(PRODUCT, {"name": "lock", "product_key": "a1"}, current)
    assert step.operation == "UpdateProduct"
    assert step.params == {**PRODUCT.identity_params(), "ProductName": "lock", "Description": "old"}


@pytest.mark.parametrize("name", ["a1nobody", "(known after apply)"])
def test_product_with_unknown_key_is_not_created(name):
    client = FakeClient(QueryProduct=None)
    with pytest.raises(ReferenceNotFound, match=r"Remove product_key to create a product$"):
        PRODUCT.read(Reader(client, tolerant=False), {"name": "lamp", "product_key": name})
    tolerant = Reader(client, tolerant=True)
    assert PRODUCT.read(tolerant, {"name": "lamp", "product_key": name}) is None
    assert tolerant.pending == [f"the product {name} does not exist yet"]


# Certificates


@pytest.mark.parametrize(("word", "wire"), [("platform", 1), ("others", 3)])
def test_certificate_issuer_is_read(word, wire):
    field = PRODUCT.field("certificate_issuer")
    assert field.type.to_wire(word) == wire
    assert field.type.from_wire(str(wire)) == word
    client = FakeClient(
        QueryProduct={"Data": {"ProductKey": "a1", "AuthType": "x509"}},
        QueryProductCertInfo={"ProductCertInfo": {"IssueModel": wire}},
    )
    current = PRODUCT.read(Reader(client, tolerant=False), {"product_key": "a1"}, {"certificate_issuer"})
    assert current["certificate_issuer"] == word


def test_certificate_issuer_of_product_without_certificates_is_not_read():
    client = FakeClient(QueryProduct={"Data": {"ProductKey": "a1", "AuthType": "secret"}})
    current = PRODUCT.read(Reader(client, tolerant=False), {"product_key": "a1"}, {"certificate_issuer"})
    assert "certificate_issuer" not in current


@pytest.mark.parametrize("current", [None, {"name": "lamp", "product_key": "a1", "auth_type": "id2"}])
def test_certificate_issuer_of_product_without_certificates_fails(current):
    desired = {"name": "lamp", "node_type": "device", "certificate_issuer": "platform"}
    if current:
        desired.pop("node_type")
    auth_type = current["auth_type"] if current else "secret"
    with pytest.raises(InvalidValue, match=rf"^certificate_issuer cannot be set: .* {auth_type} has no certificates"):
        plan(PRODUCT, desired, current)


# Deduplication


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, None),
        ({"deduplicate_by_value": False, "deduplicate_by_timestamp": False}, None),
        ({"deduplicate_by_value": True}, (True, False)),
        ({"deduplicate_by_timestamp": True}, (False, True)),
        ({"deduplicate_by_value": True, "deduplicate_by_timestamp": True}, (True, True)),
    ],
)
def test_deduplication_is_set_at_creation_only(options, sent):
    steps = plan(PRODUCT, {"name": "lamp", "node_type": "device", **options}, None)
    operations = ["CreateProduct"] + ["UpdateProductFilterConfig"] * (sent is not None)
    assert [step.operation for step in steps] == operations
    if sent:
        assert (steps[1].params["PropertyValueFilter"], steps[1].params["PropertyTimestampFilter"]) == sent
    assert plan(PRODUCT, {"name": "lamp", **options}, {"name": "lamp", "product_key": "a1"}) == []
