# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the emulator with both official SDKs, for the operations on products."""

from __future__ import annotations

import json

import pytest
from alibabacloud_iot20180120 import models
from alibabacloud_iot20180120.client import Client
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkiot.request.v20180120.CancelReleaseProductRequest import CancelReleaseProductRequest
from aliyunsdkiot.request.v20180120.CreateProductRequest import CreateProductRequest
from aliyunsdkiot.request.v20180120.CreateProductTagsRequest import CreateProductTagsRequest
from aliyunsdkiot.request.v20180120.DeleteProductRequest import DeleteProductRequest
from aliyunsdkiot.request.v20180120.DeleteProductTagsRequest import DeleteProductTagsRequest
from aliyunsdkiot.request.v20180120.ListProductByTagsRequest import ListProductByTagsRequest
from aliyunsdkiot.request.v20180120.ListProductTagsRequest import ListProductTagsRequest
from aliyunsdkiot.request.v20180120.QueryProductCertInfoRequest import QueryProductCertInfoRequest
from aliyunsdkiot.request.v20180120.QueryProductListRequest import QueryProductListRequest
from aliyunsdkiot.request.v20180120.QueryProductRequest import QueryProductRequest
from aliyunsdkiot.request.v20180120.ReleaseProductRequest import ReleaseProductRequest
from aliyunsdkiot.request.v20180120.SetProductCertInfoRequest import SetProductCertInfoRequest
from aliyunsdkiot.request.v20180120.UpdateProductFilterConfigRequest import UpdateProductFilterConfigRequest
from aliyunsdkiot.request.v20180120.UpdateProductRequest import UpdateProductRequest
from aliyunsdkiot.request.v20180120.UpdateProductTagsRequest import UpdateProductTagsRequest
from darabonba.exceptions import DaraException

from ....conftest import KEY

# Starts servers.
pytestmark = pytest.mark.server

DESCRIPTION = "a b*~+/é 路灯"


def upgraded_client(server, **options) -> Client:
    return Client(Config(access_key_id=KEY, access_key_secret=KEY, endpoint=server.address, protocol="http", **options))


@pytest.mark.parametrize(
    "options",
    [{}, {"signature_algorithm": "v2"}, {"security_token": "token"}, {"method": "GET"}],
    ids=["ACS3", "V1", "STS", "method"],
)
def test_upgraded_sdk_manages_product(server, options):
    client = upgraded_client(server, **options)
    created = client.create_product(
        models.CreateProductRequest(
            product_name="路灯_1",
            node_type=0,
            aliyun_commodity_code="iothub_senior",
            data_format=1,
            net_type="CELLULAR",
            description=DESCRIPTION,
            publish_auto=False,
        )
    ).body
    assert created.success
    key = created.product_key
    assert created.data.product_key == key

    tags = [models.CreateProductTagsRequestProductTag(tag_key=name, tag_value="一") for name in ("room", "floor")]
    assert client.create_product_tags(models.CreateProductTagsRequest(product_key=key, product_tag=tags)).body.success
    changed = [models.UpdateProductTagsRequestProductTag(tag_key="room", tag_value="2")]
    update = models.UpdateProductTagsRequest(product_key=key, product_tag=changed)
    assert client.update_product_tags(update).body.success
    deletion = models.DeleteProductTagsRequest(product_key=key, product_tag_key=["floor"])
    assert client.delete_product_tags(deletion).body.success
    listed = client.list_product_tags(models.ListProductTagsRequest(product_key=key)).body
    assert [(tag.tag_key, tag.tag_value) for tag in listed.data.product_tag] == [("room", "2")]
    wanted_tags = [models.ListProductByTagsRequestProductTag(tag_key="room", tag_value="2")]
    found = client.list_product_by_tags(models.ListProductByTagsRequest(product_tag=wanted_tags)).body
    assert [product.product_key for product in found.product_infos.product_info] == [key]

    assert client.update_product(models.UpdateProductRequest(product_key=key, product_name="路灯_2")).body.success
    rules = models.UpdateProductFilterConfigRequest(
        product_key=key, property_timestamp_filter=True, property_value_filter=False
    )
    assert client.update_product_filter_config(rules).body.success
    certificates = models.SetProductCertInfoRequest(product_key=key, issue_model=3)
    assert client.set_product_cert_info(certificates).body.success
    certificate = client.query_product_cert_info(models.QueryProductCertInfoRequest(product_key=key)).body
    assert certificate.product_cert_info.issue_model == 3
    assert client.release_product(models.ReleaseProductRequest(product_key=key)).body.success
    product = client.query_product(models.QueryProductRequest(product_key=key)).body.data
    assert (product.product_name, product.net_type, product.data_format) == ("路灯_2", 6, 1)
    assert (product.product_status, product.description) == ("RELEASE_STATUS", DESCRIPTION)
    assert client.cancel_release_product(models.CancelReleaseProductRequest(product_key=key)).body.success
    page = client.query_product_list(models.QueryProductListRequest(current_page=1, page_size=10)).body.data
    assert (page.total, page.page_count, len(page.list.product_info)) == (1, 1, 1)
    assert client.delete_product(models.DeleteProductRequest(product_key=key)).body.success
    response = client.query_product(models.QueryProductRequest(product_key=key)).body
    assert (response.success, response.code) == (False, "iot.prod.NotExistedProduct")


def test_upgraded_sdk_raises_gateway_error(server):
    with pytest.raises(DaraException) as caught:
        upgraded_client(server).query_product(models.QueryProductRequest())
    assert caught.value.code == "MissingProductKey"


def original_client(server):
    """Return a function that sends requests of the original SDK."""
    client = AcsClient(KEY, KEY, "cn-shanghai")

    def send(request, **params):
        for name, value in params.items():
            getattr(request, f"set_{name}")(value)
        request.set_endpoint(server.address)
        return json.loads(client.do_action_with_exception(request))

    return send


def test_original_sdk_manages_product(server):
    send = original_client(server)
    created = send(CreateProductRequest(), ProductName="路灯_1", NodeType=0, Description=DESCRIPTION)
    assert created["Success"]
    key = created["ProductKey"]

    tags = [{"TagKey": name, "TagValue": "一"} for name in ("room", "floor")]
    assert send(CreateProductTagsRequest(), ProductKey=key, ProductTags=tags)["Success"]
    changed = [{"TagKey": "room", "TagValue": "2"}]
    assert send(UpdateProductTagsRequest(), ProductKey=key, ProductTags=changed)["Success"]
    assert send(DeleteProductTagsRequest(), ProductKey=key, ProductTagKeys=["floor"])["Success"]
    assert send(ListProductTagsRequest(), ProductKey=key)["Data"] == {"ProductTag": changed}
    found = send(ListProductByTagsRequest(), ProductTags=[{"TagKey": "room"}])
    assert [product["ProductKey"] for product in found["ProductInfos"]["ProductInfo"]] == [key]

    assert send(UpdateProductRequest(), ProductKey=key, ProductName="路灯_2")["Success"]
    rules = {"PropertyTimestampFilter": True, "PropertyValueFilter": False}
    assert send(UpdateProductFilterConfigRequest(), ProductKey=key, **rules)["Success"]
    assert send(SetProductCertInfoRequest(), ProductKey=key, IssueModel=3)["Success"]
    assert send(QueryProductCertInfoRequest(), ProductKey=key)["ProductCertInfo"] == {"IssueModel": 3}
    assert send(ReleaseProductRequest(), ProductKey=key)["Success"]
    product = send(QueryProductRequest(), ProductKey=key)["Data"]
    assert (product["ProductName"], product["Description"]) == ("路灯_2", DESCRIPTION)
    assert product["ProductStatus"] == "RELEASE_STATUS"
    assert send(CancelReleaseProductRequest(), ProductKey=key)["Success"]
    assert send(QueryProductListRequest(), CurrentPage=1, PageSize=10)["Data"]["Total"] == 1
    assert send(DeleteProductRequest(), ProductKey=key)["Success"]
    response = send(QueryProductRequest(), ProductKey=key)
    assert (response["Success"], response["Code"]) == (False, "iot.prod.NotExistedProduct")


def test_original_sdk_raises_gateway_error(server):
    with pytest.raises(ServerException) as caught:
        original_client(server)(QueryProductRequest())
    assert (caught.value.get_http_status(), caught.value.get_error_code()) == (400, "MissingProductKey")
