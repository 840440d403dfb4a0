# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.services.product import product as service

ABSENT = "a1nothing00"


@pytest.fixture
def create(api):
    """Create a product and return its key."""

    def create(name: str = "light", **params) -> str:
        return api("CreateProduct", **{"ProductName": name, "NodeType": 0, **params})["ProductKey"]

    return create


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in pairs.items()]


def names(reply) -> list[str]:
    inner = reply.get("ProductInfos") or reply["Data"]["List"]
    return [product["ProductName"] for product in inner["ProductInfo"]]


def test_a_basic_product(api):
    made = api("CreateProduct", ProductName="light", NodeType=1)
    key = made["ProductKey"]
    assert made["Data"] == {
        "ProductKey": key,
        "ProductName": "light",
        "ProductSecret": made["Data"]["ProductSecret"],
        "AliyunCommodityCode": "iothub",
        "NodeType": 1,
        "AuthType": "secret",
        "Id2": False,
    }
    read = api("QueryProduct", ProductKey=key)["Data"]
    assert read == {
        **made["Data"],
        "Owner": True,
        "ProductStatus": "DEVELOPMENT_STATUS",
        "NetType": 3,
        "ValidateType": 1,
        "DeviceCount": 0,
        "GmtCreate": read["GmtCreate"],
    }


def test_a_product_with_a_thing_model(api, create):
    key = create(
        AliyunCommodityCode="iothub_senior",
        DataFormat=0,
        ProtocolType="opc-ua",
        CategoryKey="Lighting",
        ValidateType=2,
        Description="a lamp",
        AuthType="x509",
    )
    read = api("QueryProduct", ProductKey=key)["Data"]
    expected = {"DataFormat": 0, "ProtocolType": "opc-ua", "CategoryKey": "Lighting", "ValidateType": 2}
    assert expected.items() <= read.items()
    assert (read["Description"], read["AuthType"], read["Id2"]) == ("a lamp", "x509", False)


def test_a_product_may_have_any_category_that_there_is_or_none(api, create):
    for number, category in enumerate(api("ListThingTemplates")["Data"]):
        read = api("QueryProduct", ProductKey=create(f"product{number}", CategoryKey=category["CategoryKey"]))["Data"]
        assert category.items() <= read.items()
    assert not {"CategoryKey", "CategoryName"} & api("QueryProduct", ProductKey=create(CategoryKey=""))["Data"].keys()


@pytest.mark.parametrize(
    ("written", "read"), [("WIFI", 3), ("CELLULAR", 6), ("ETHERNET", 7), ("OTHER", 8), ("LORA", 8)]
)
def test_a_net_type_is_read_as_a_number(api, create, written, read):
    key = create(NetType=written, JoinPermissionId="8001")
    assert api("QueryProduct", ProductKey=key)["Data"]["NetType"] == read


@pytest.mark.parametrize(
    ("params", "auth_type"),
    [({"Id2": True}, "id2"), ({"Id2": True, "AuthType": "secret"}, "secret"), ({"AuthType": "id2"}, "id2")],
)
def test_the_way_of_authentication_decides_over_id2(api, create, params, auth_type):
    read = api("QueryProduct", ProductKey=create(**params))["Data"]
    assert (read["AuthType"], read["Id2"]) == (auth_type, auth_type == "id2")


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
def test_what_cannot_be_created(platform, api_error, params, code):
    assert api_error("CreateProduct", **{"ProductName": "light", "NodeType": 0, **params}).code == code
    assert platform.store.count("product") == 0


@pytest.mark.parametrize("name", ["路灯", "路" * 15, "a" * 30, "A_1_路灯"])
def test_names_at_the_limits(create, name):
    create(name, Description="路" * 100)


def test_a_name_is_there_once(create, api_error):
    create("light")
    assert api_error("CreateProduct", ProductName="light", NodeType=0).code == "iot.prod.AlreadyExistedProductName"


def test_an_instance_holds_1000_products(create, api_error, monkeypatch):
    monkeypatch.setattr(service, "MAX_PRODUCTS", 2)
    create("one_")
    create("two_")
    assert api_error("CreateProduct", ProductName="three", NodeType=0).code == "iot.prod.ProductCountExceedMax"


def test_the_list(platform, api, create, api_error):
    for number in range(5):
        create(f"light_{number}", ResourceGroupId="rg-a" if number % 2 else "rg-b")
        platform.clock.advance(1)
    create("senior", AliyunCommodityCode="iothub_senior", DataFormat=1)
    reply = api("QueryProductList", CurrentPage=2, PageSize=4)
    assert names(reply) == ["light_1", "light_0"]
    page = {name: reply["Data"][name] for name in ("CurrentPage", "PageSize", "PageCount", "Total")}
    assert page == {"CurrentPage": 2, "PageSize": 4, "PageCount": 2, "Total": 6}
    some = api("QueryProductList", CurrentPage=1, PageSize=10, ResourceGroupId="rg-a")
    assert names(some) == ["light_3", "light_1"]
    assert names(api("QueryProductList", CurrentPage=1, PageSize=10, AliyunCommodityCode="iothub_senior")) == ["senior"]
    wrong = api_error("QueryProductList", CurrentPage=1, PageSize=10, AliyunCommodityCode="x")
    assert wrong.code == "iot.prod.InvalidAliyunCommodityCode"
    assert api_error("QueryProductList", CurrentPage=1, PageSize=201).code == "iot.common.InvalidPageParams"


def test_an_update(api, create, api_error):
    key = create("light", Description="old")
    create("other")
    api("UpdateProduct", ProductKey=key, ProductName="light")
    assert api("QueryProduct", ProductKey=key)["Data"]["Description"] == "old"
    api("UpdateProduct", ProductKey=key, ProductName="lamp", Description="")
    read = api("QueryProduct", ProductKey=key)["Data"]
    assert (read["ProductName"], read["Description"]) == ("lamp", "")
    taken = api_error("UpdateProduct", ProductKey=key, ProductName="other")
    assert taken.code == "iot.prod.AlreadyExistedProductName"
    assert api_error("UpdateProduct", ProductKey=key, ProductName="x").code == "iot.prod.InvalidFormattedProductName"
    long = api_error("UpdateProduct", ProductKey=key, ProductName="lamp", Description="x" * 101)
    assert long.code == "iot.prod.LongProductDesc"


def test_a_deleted_product_takes_its_tags_along(platform, api, create, api_error):
    key = create()
    api("CreateProductTags", ProductKey=key, ProductTag=tags(room="1"))
    api("DeleteProduct", ProductKey=key)
    assert api_error("QueryProduct", ProductKey=key).code == "iot.prod.NotExistedProduct"
    assert platform.store.count("product_tag") == 0
    create()


def test_a_release_and_back(api, create):
    key = create()
    for action, status in (
        ("ReleaseProduct", "RELEASE_STATUS"),
        ("ReleaseProduct", "RELEASE_STATUS"),
        ("CancelReleaseProduct", "DEVELOPMENT_STATUS"),
        ("CancelReleaseProduct", "DEVELOPMENT_STATUS"),
    ):
        api(action, ProductKey=key)
        assert api("QueryProduct", ProductKey=key)["Data"]["ProductStatus"] == status


def listed(api, key: str) -> dict[str, str]:
    found = api("ListProductTags", ProductKey=key)["Data"]["ProductTag"]
    return {tag["TagKey"]: tag["TagValue"] for tag in found}


def test_tags(api, create):
    key = create()
    assert listed(api, key) == {}
    api("CreateProductTags", ProductKey=key, ProductTag=tags(room="1", floor="二"))
    api("CreateProductTags", ProductKey=key, ProductTag=tags(room="2"))
    api("UpdateProductTags", ProductKey=key, ProductTag=tags(floor="3"))
    assert listed(api, key) == {"room": "2", "floor": "3"}
    api("DeleteProductTags", ProductKey=key, ProductTagKey=["room", "unknown"])
    assert listed(api, key) == {"floor": "3"}


def test_tags_that_are_refused(api, create, api_error):
    key = create()
    wrong = api_error("CreateProductTags", ProductKey=key, ProductTag=[*tags(room="1"), *tags(room="2", wall="$")])
    assert wrong.code == "iot.common.InvalidFormattedParameter"
    assert wrong.extra == {"InvalidProductTags": {"ProductTag": tags(room="2", wall="$")}}
    assert listed(api, key) == {}
    unknown = api_error("UpdateProductTags", ProductKey=key, ProductTag=tags(room="1"))
    assert unknown.extra == {"InvalidProductTags": {"ProductTag": tags(room="1")}}
    eleven = tags(**{f"k{number}": "v" for number in range(11)})
    assert api_error("CreateProductTags", ProductKey=key, ProductTag=eleven).code == "iot.system.IllegalRequest"
    for action in ("CreateProductTags", "UpdateProductTags"):
        with pytest.raises(GatewayError, match="MissingProductTag"):
            api(action, ProductKey=key)


def test_a_product_has_at_most_100_tags(api, create, api_error):
    key = create()
    for ten in range(10):
        api("CreateProductTags", ProductKey=key, ProductTag=tags(**{f"k{ten}{number}": "v" for number in range(10)}))
    api("CreateProductTags", ProductKey=key, ProductTag=tags(k00="w"))
    assert api_error("CreateProductTags", ProductKey=key, ProductTag=tags(more="v")).code == "iot.system.IllegalRequest"


def test_products_by_any_of_several_tags(platform, api, create):
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
    for wrong in ([], [{"TagValue": "1"}]):
        with pytest.raises(GatewayError, match="MissingProductTag"):
            api("ListProductByTags", ProductTag=wrong)


def test_filters_and_certificates(platform, api, create, api_error):
    key = create()
    api("UpdateProductFilterConfig", ProductKey=key, PropertyTimestampFilter=True, PropertyValueFilter=False)
    row = platform.store.one("product")
    assert (row["filter_by_timestamp"], row["filter_by_value"]) == (1, 0)
    assert api("QueryProductCertInfo", ProductKey=key) == {"ProductCertInfo": {"IssueModel": 1}}
    api("SetProductCertInfo", ProductKey=key, IssueModel=3)
    assert api("QueryProductCertInfo", ProductKey=key) == {"ProductCertInfo": {"IssueModel": 3}}
    wrong = api_error("SetProductCertInfo", ProductKey=key, IssueModel=2)
    assert wrong.code == "iot.common.InvalidFormattedParameter"


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
def test_a_product_that_is_not_there(api_error, action, params):
    assert api_error(action, ProductKey=ABSENT, **params).code == "iot.prod.NotExistedProduct"
    assert api_error(action, ProductKey="no/key", **params).code == "iot.prod.InvalidFormattedProductKey"
