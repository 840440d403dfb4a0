# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of products and their tags."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.product import product as service

ABSENT = "a1nothing00"


@pytest.fixture
def create(api):
    """Return a function that creates a product and returns its key."""

    def create(name: str = "light", **params) -> str:
        return api("CreateProduct", **{"ProductName": name, "NodeType": 0, **params})["ProductKey"]

    return create


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in pairs.items()]


def names(reply) -> list[str]:
    inner = reply.get("ProductInfos") or reply["Data"]["List"]
    return [product["ProductName"] for product in inner["ProductInfo"]]


def test_create_basic_product_reply_and_details(api):
    created = api("CreateProduct", ProductName="light", NodeType=1)
    key = created["ProductKey"]
    assert created["Data"] == {
        "ProductKey": key,
        "ProductName": "light",
        "ProductSecret": created["Data"]["ProductSecret"],
        "AliyunCommodityCode": "iothub",
        "NodeType": 1,
        "AuthType": "secret",
        "Id2": False,
    }
    details = api("QueryProduct", ProductKey=key)["Data"]
    assert details == {
        **created["Data"],
        "Owner": True,
        "ProductStatus": "DEVELOPMENT_STATUS",
        "NetType": 3,
        "ValidateType": 1,
        "DeviceCount": 0,
        "GmtCreate": details["GmtCreate"],
    }


def test_create_product_with_thing_model(api, create):
    key = create(
        AliyunCommodityCode="iothub_senior",
        DataFormat=0,
        ProtocolType="opc-ua",
        CategoryKey="Lighting",
        ValidateType=2,
        Description="a lamp",
        AuthType="x509",
    )
    details = api("QueryProduct", ProductKey=key)["Data"]
    expected = {"DataFormat": 0, "ProtocolType": "opc-ua", "CategoryKey": "Lighting", "ValidateType": 2}
    assert expected.items() <= details.items()
    assert (details["Description"], details["AuthType"], details["Id2"]) == ("a lamp", "x509", False)


def test_product_accepts_every_category_or_none(api, create):
    for number, category in enumerate(api("ListThingTemplates")["Data"]):
        details = api("QueryProduct", ProductKey=create(f"product{number}", CategoryKey=category["CategoryKey"]))[
            "Data"
        ]
        assert category.items() <= details.items()
    assert not {"CategoryKey", "CategoryName"} & api("QueryProduct", ProductKey=create(CategoryKey=""))["Data"].keys()


@pytest.mark.parametrize(("name", "number"), [("WIFI", 3), ("CELLULAR", 6), ("ETHERNET", 7), ("OTHER", 8), ("LORA", 8)])
def test_net_type_is_returned_as_number(api, create, name, number):
    key = create(NetType=name, JoinPermissionId="8001")
    assert api("QueryProduct", ProductKey=key)["Data"]["NetType"] == number


@pytest.mark.parametrize(
    ("params", "auth_type"),
    [({"Id2": True}, "id2"), ({"Id2": True, "AuthType": "secret"}, "secret"), ({"AuthType": "id2"}, "id2")],
)
def test_auth_type_takes_precedence_over_id2(api, create, params, auth_type):
    details = api("QueryProduct", ProductKey=create(**params))["Data"]
    assert (details["AuthType"], details["Id2"]) == (auth_type, auth_type == "id2")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ProductName": "abc"}, "iot.prod.InvalidFormattedProductName"),
        ({"ProductName": "路"}, "iot.prod.InvalidFormattedProductName"),
        ({"ProductName": "路" * 16}, "iot.prod.InvalidFormattedProductName"),
        ({"ProductName": "a" * 31}, "iot.prod.InvalidFormattedProductName"),
        ({"ProductName": "a-lamp"}, "iot.prod.InvalidFormattedProductName"),
        ({"NodeType": 2}, "iot.prod.InvalidNodeType"),
        ({"Description": "路" * 101}, "iot.prod.LongProductDesc"),
        ({"AliyunCommodityCode": "iothub_junior"}, "iot.prod.InvalidAliyunCommodityCode"),
        ({"AliyunCommodityCode": "iothub_senior"}, "iot.prod.CreateProductFailed"),
        ({"AliyunCommodityCode": "iothub_senior", "DataFormat": 2}, "iot.prod.CreateProductFailed"),
        ({"NetType": "wifi"}, "iot.prod.CreateProductFailed"),
        ({"NetType": "LORA"}, "iot.prod.CreateProductFailed"),
        ({"NetType": "LORA", "JoinPermissionId": "8"}, "iot.prod.CreateProductFailed"),
        ({"NetType": "LORA", "JoinPermissionId": "8001", "AuthType": "x509"}, "iot.prod.CreateProductFailed"),
        ({"ProtocolType": "mqtt"}, "iot.prod.CreateProductFailed"),
        ({"AuthType": "none"}, "iot.prod.CreateProductFailed"),
        ({"ValidateType": 0}, "iot.prod.CreateProductFailed"),
        ({"CategoryKey": "lighting"}, "iot.prod.InvalidFormattedCatId"),
    ],
)
def test_create_product_invalid_value_is_rejected(platform, api_error, params, code):
    assert api_error("CreateProduct", **{"ProductName": "light", "NodeType": 0, **params}).code == code
    assert platform.store.count("product") == 0


@pytest.mark.parametrize("name", ["路灯", "路" * 15, "a" * 30, "A_1_路灯"])
def test_create_product_accepts_names_at_limits(create, name):
    create(name, Description="路" * 100)


def test_create_product_existing_name_is_rejected(create, api_error):
    create("light")
    assert api_error("CreateProduct", ProductName="light", NodeType=0).code == "iot.prod.AlreadyExistedProductName"


def test_create_product_beyond_instance_limit_is_rejected(create, api_error, monkeypatch):
    monkeypatch.setattr(service, "MAX_PRODUCTS", 2)
    create("one_")
    create("two_")
    assert api_error("CreateProduct", ProductName="three", NodeType=0).code == "iot.prod.ProductCountExceedMax"


def test_product_list_pages_and_filters(platform, api, create, api_error):
    for number in range(5):
        create(f"light_{number}", ResourceGroupId="rg-a" if number % 2 else "rg-b")
        platform.clock.advance(1)
    create("senior", AliyunCommodityCode="iothub_senior", DataFormat=1)
    reply = api("QueryProductList", CurrentPage=2, PageSize=4)
    assert names(reply) == ["light_1", "light_0"]
    page = {name: reply["Data"][name] for name in ("CurrentPage", "PageSize", "PageCount", "Total")}
    assert page == {"CurrentPage": 2, "PageSize": 4, "PageCount": 2, "Total": 6}
    page = api("QueryProductList", CurrentPage=1, PageSize=10, ResourceGroupId="rg-a")
    assert names(page) == ["light_3", "light_1"]
    assert names(api("QueryProductList", CurrentPage=1, PageSize=10, AliyunCommodityCode="iothub_senior")) == ["senior"]
    error = api_error("QueryProductList", CurrentPage=1, PageSize=10, AliyunCommodityCode="x")
    assert error.code == "iot.prod.InvalidAliyunCommodityCode"
    assert api_error("QueryProductList", CurrentPage=1, PageSize=201).code == "iot.common.InvalidPageParams"


def test_update_product_name_and_description(api, create, api_error):
    key = create("light", Description="old")
    create("other")
    api("UpdateProduct", ProductKey=key, ProductName="light")
    assert api("QueryProduct", ProductKey=key)["Data"]["Description"] == "old"
    api("UpdateProduct", ProductKey=key, ProductName="lamp", Description="")
    details = api("QueryProduct", ProductKey=key)["Data"]
    assert (details["ProductName"], details["Description"]) == ("lamp", "")
    error = api_error("UpdateProduct", ProductKey=key, ProductName="other")
    assert error.code == "iot.prod.AlreadyExistedProductName"
    assert api_error("UpdateProduct", ProductKey=key, ProductName="x").code == "iot.prod.InvalidFormattedProductName"
    error = api_error("UpdateProduct", ProductKey=key, ProductName="lamp", Description="x" * 101)
    assert error.code == "iot.prod.LongProductDesc"


def test_delete_product_deletes_its_tags(platform, api, create, api_error):
    key = create()
    api("CreateProductTags", ProductKey=key, ProductTag=tags(room="1"))
    api("DeleteProduct", ProductKey=key)
    assert api_error("QueryProduct", ProductKey=key).code == "iot.prod.NotExistedProduct"
    assert platform.store.count("product_tag") == 0
    create()


def test_release_and_cancel_release_change_status(api, create):
    key = create()
    for action, status in (
        ("ReleaseProduct", "RELEASE_STATUS"),
        ("ReleaseProduct", "RELEASE_STATUS"),
        ("CancelReleaseProduct", "DEVELOPMENT_STATUS"),
        ("CancelReleaseProduct", "DEVELOPMENT_STATUS"),
    ):
        api(action, ProductKey=key)
        assert api("QueryProduct", ProductKey=key)["Data"]["ProductStatus"] == status


def tags_of(api, key: str) -> dict[str, str]:
    items = api("ListProductTags", ProductKey=key)["Data"]["ProductTag"]
    return {tag["TagKey"]: tag["TagValue"] for tag in items}


def test_product_tags_are_created_updated_and_deleted(api, create):
    key = create()
    assert tags_of(api, key) == {}
    api("CreateProductTags", ProductKey=key, ProductTag=tags(room="1", floor="二"))
    api("CreateProductTags", ProductKey=key, ProductTag=tags(room="2"))
    api("UpdateProductTags", ProductKey=key, ProductTag=tags(floor="3"))
    assert tags_of(api, key) == {"room": "2", "floor": "3"}
    api("DeleteProductTags", ProductKey=key, ProductTagKey=["room", "unknown"])
    assert tags_of(api, key) == {"floor": "3"}


def test_invalid_product_tags_are_rejected(api, create, api_error):
    key = create()
    error = api_error("CreateProductTags", ProductKey=key, ProductTag=[*tags(room="1"), *tags(room="2", wall="$")])
    assert error.code == "iot.common.InvalidFormattedParameter"
    assert error.extra == {"InvalidProductTags": {"ProductTag": tags(room="2", wall="$")}}
    assert tags_of(api, key) == {}
    error = api_error("UpdateProductTags", ProductKey=key, ProductTag=tags(room="1"))
    assert error.extra == {"InvalidProductTags": {"ProductTag": tags(room="1")}}
    eleven = tags(**{f"k{number}": "v" for number in range(11)})
    assert api_error("CreateProductTags", ProductKey=key, ProductTag=eleven).code == "iot.system.IllegalRequest"
    for action in ("CreateProductTags", "UpdateProductTags"):
        with pytest.raises(GatewayError, match="MissingProductTag"):
            api(action, ProductKey=key)


def test_more_than_100_product_tags_are_rejected(api, create, api_error):
    key = create()
    for ten in range(10):
        api("CreateProductTags", ProductKey=key, ProductTag=tags(**{f"k{ten}{number}": "v" for number in range(10)}))
    api("CreateProductTags", ProductKey=key, ProductTag=tags(k00="w"))
    assert api_error("CreateProductTags", ProductKey=key, ProductTag=tags(more="v")).code == "iot.system.IllegalRequest"


def test_list_products_by_any_tag(platform, api, create):
    for name, pairs in (("one_", {"room": "1"}), ("two_", {"room": "2"}), ("three", {"lock": "1"}), ("four", {})):
        key = create(name)
        if pairs:
            api("CreateProductTags", ProductKey=key, ProductTag=tags(**pairs))
        platform.clock.advance(1)
    assert names(api("ListProductByTags", ProductTag=[{"TagKey": "room"}])) == ["two_", "one_"]
    assert names(api("ListProductByTags", ProductTag=tags(room="1", lock="1"))) == ["three", "one_"]
    assert names(api("ListProductByTags", ProductTag=tags(room="3"))) == []
    second = api("ListProductByTags", ProductTag=[{"TagKey": "room"}], CurrentPage=2, PageSize=1)
    assert names(second) == ["one_"]
    for invalid in ([], [{"TagValue": "1"}]):
        with pytest.raises(GatewayError, match="MissingProductTag"):
            api("ListProductByTags", ProductTag=invalid)


def test_filter_config_and_certificate_issuer(platform, api, create, api_error):
    key = create()
    api("UpdateProductFilterConfig", ProductKey=key, PropertyTimestampFilter=True, PropertyValueFilter=False)
    row = platform.store.one("product")
    assert (row["filter_by_timestamp"], row["filter_by_value"]) == (1, 0)
    assert api("QueryProductCertInfo", ProductKey=key) == {"ProductCertInfo": {"IssueModel": 1}}
    api("SetProductCertInfo", ProductKey=key, IssueModel=3)
    assert api("QueryProductCertInfo", ProductKey=key) == {"ProductCertInfo": {"IssueModel": 3}}
    error = api_error("SetProductCertInfo", ProductKey=key, IssueModel=2)
    assert error.code == "iot.common.InvalidFormattedParameter"


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("QueryProduct", {}),
        ("UpdateProduct", {"ProductName": "light"}),
        ("DeleteProduct", {}),
        ("CreateProductTags", {"ProductTag": tags(a="b")}),
        ("UpdateProductTags", {"ProductTag": tags(a="b")}),
        ("DeleteProductTags", {"ProductTagKey": ["a"]}),
        ("ListProductTags", {}),
        ("UpdateProductFilterConfig", {"PropertyTimestampFilter": True, "PropertyValueFilter": True}),
        ("QueryProductCertInfo", {}),
        ("SetProductCertInfo", {"IssueModel": 1}),
        ("ReleaseProduct", {}),
        ("CancelReleaseProduct", {}),
    ],
)
def test_missing_product_is_error(api_error, action, params):
    assert api_error(action, ProductKey=ABSENT, **params).code == "iot.prod.NotExistedProduct"
    assert api_error(action, ProductKey="no/key", **params).code == "iot.prod.InvalidFormattedProductkey"
