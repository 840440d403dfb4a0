# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products, and how other resources name them."""

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
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers

PRODUCT = Product()

LIST = [
    {"ProductKey": "a1", "ProductName": "street_light"},
    {"ProductKey": "a2", "ProductName": "lock"},
    {"ProductKey": "a3", "ProductName": "a2"},
]


def key(name: str, tolerant=False):
    return product_key(Reader(Answers(QueryProductList=LIST), tolerant), name)


def test_a_product_is_named_by_its_name_or_its_key():
    assert [key("street_light"), key("a1"), key("lock")] == ["a1", "a1", "a2"]


def test_a_name_that_is_a_key_elsewhere_is_refused():
    with pytest.raises(
        AmbiguousReference, match=r"^a2 is the name of one product and the ProductKey of another$"
    ) as caught:
        key("a2")
    assert caught.value.field == "product"


def test_a_product_that_is_not_there_is_an_error_or_pending():
    with pytest.raises(ReferenceNotFound, match=r"^there is no product street\. Make it first, or check the name$"):
        key("street")
    assert key("street", tolerant=True) is PENDING


@pytest.mark.parametrize(
    ("name", "good"),
    [("lamp", True), ("路灯", True), ("路灯" * 7 + "_1", True), ("路", False), ("路灯" * 8, False), ("lamp-1", False)],
)
def test_names(name, good):
    assert (PRODUCT.field("name").type.check(name) == "") is good


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("wifi", "WIFI", 3),
        ("cellular", "CELLULAR", 6),
        ("ethernet", "ETHERNET", 7),
        ("other", "OTHER", 8),
        ("lora", "LORA", 8),
    ],
)
def test_a_net_type_is_written_as_a_word_and_read_as_a_number(name, written, read):
    field = PRODUCT.field("net_type")
    assert field.type.to_wire(name) == written
    assert field.equal(field.type.from_wire(read), name)
    assert not field.equal(field.type.from_wire(3 if read != 3 else 6), name)


def test_a_product_without_a_thing_model_is_made_without_its_code():
    def made(**more):
        return plan(PRODUCT, {"name": "lamp", "node_type": "device", **more}, None)[0].params

    assert made(thing_model=True)["AliyunCommodityCode"] == "iothub_senior"
    assert made(thing_model=False)["AliyunCommodityCode"] is None
    assert PRODUCT.field("thing_model").type.from_wire("iothub") is False


def test_numbers_are_numbers_however_they_are_told():
    told = PRODUCT.parse({"DeviceCount": "7", "GmtCreate": "1581595942000", "NodeType": "1"})
    assert (told["device_count"], told["created"], told["node_type"]) == (7, 1581595942000, "gateway")


def test_what_a_list_leaves_out_is_not_known():
    assert PRODUCT.parse({"ProductKey": "a1", "ProductName": "lamp", "NodeType": 0}) == {
        "name": "lamp",
        "product_key": "a1",
        "description": "",
        "node_type": "device",
    }


def test_a_fresh_product_is_tagged_and_then_released():
    desired = {"name": "lamp", "node_type": "device", "status": "released", "tags": {f"k{n}": "v" for n in range(11)}}
    steps = plan(PRODUCT, desired, None)
    assert [step.operation for step in steps] == [
        "CreateProduct",
        "CreateProductTags",
        "CreateProductTags",
        "ReleaseProduct",
    ]
    assert [len(step.params["ProductTag"]) for step in steps[1:3]] == [10, 1]


def test_a_description_is_changed_with_the_name_that_goes_with_it():
    current = {"name": "lamp", "product_key": "a1", "description": "old", "status": "released"}
    (step,) = plan(PRODUCT, {"name": "lamp", "description": ""}, current)
    assert step.params == {**PRODUCT.identity_params(), "ProductName": "lamp", "Description": ""}
    (step,) = plan(PRODUCT, {"name": "lamp", "status": "development"}, current)
    assert step.operation == "CancelReleaseProduct"


# Names by the key


def test_a_product_that_is_named_by_its_key_gets_another_name():
    current = {"name": "lamp", "product_key": "a1", "description": "old"}
    (step,) = plan(PRODUCT, {"name": "lock", "product_key": "a1"}, current)
    assert step.operation == "UpdateProduct"
    assert step.params == {**PRODUCT.identity_params(), "ProductName": "lock", "Description": "old"}


@pytest.mark.parametrize("name", ["a1nobody", "(known after apply)"])
def test_a_key_that_no_product_has_makes_none(name):
    client = Answers(QueryProduct=None)
    with pytest.raises(ReferenceNotFound, match=r"Leave product_key out to make a product$"):
        PRODUCT.read(Reader(client, tolerant=False), {"name": "lamp", "product_key": name})
    tolerant = Reader(client, tolerant=True)
    assert PRODUCT.read(tolerant, {"name": "lamp", "product_key": name}) is None
    assert tolerant.pending == [f"the product {name} does not exist yet"]


# Certificates


@pytest.mark.parametrize(("word", "wire"), [("platform", 1), ("others", 3)])
def test_who_issues_certificates(word, wire):
    field = PRODUCT.field("certificate_issuer")
    assert field.type.to_wire(word) == wire
    assert field.type.from_wire(str(wire)) == word
    client = Answers(
        QueryProduct={"Data": {"ProductKey": "a1", "AuthType": "x509"}},
        QueryProductCertInfo={"ProductCertInfo": {"IssueModel": wire}},
    )
    there = PRODUCT.read(Reader(client, tolerant=False), {"product_key": "a1"}, {"certificate_issuer"})
    assert there["certificate_issuer"] == word


def test_who_has_no_certificates_is_not_asked_who_issues_them():
    client = Answers(QueryProduct={"Data": {"ProductKey": "a1", "AuthType": "secret"}})
    there = PRODUCT.read(Reader(client, tolerant=False), {"product_key": "a1"}, {"certificate_issuer"})
    assert "certificate_issuer" not in there


@pytest.mark.parametrize("current", [None, {"name": "lamp", "product_key": "a1", "auth_type": "id2"}])
def test_only_certificates_have_an_issuer(current):
    desired = {"name": "lamp", "node_type": "device", "certificate_issuer": "platform"}
    if current:
        desired.pop("node_type")
    auth_type = current["auth_type"] if current else "secret"
    with pytest.raises(InvalidValue, match=rf"^a product whose auth_type is {auth_type} has no certificates"):
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
def test_deduplication_is_set_when_a_product_is_made_and_not_later(options, sent):
    steps = plan(PRODUCT, {"name": "lamp", "node_type": "device", **options}, None)
    operations = ["CreateProduct"] + ["UpdateProductFilterConfig"] * (sent is not None)
    assert [step.operation for step in steps] == operations
    if sent:
        assert (steps[1].params["PropertyValueFilter"], steps[1].params["PropertyTimestampFilter"]) == sent
    assert plan(PRODUCT, {"name": "lamp", **options}, {"name": "lamp", "product_key": "a1"}) == []
