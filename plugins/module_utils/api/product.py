# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Products (manual chapter 4.7)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **product.ERRORS}

OPERATIONS = {
    "CreateProduct": Operation(
        "4.7.1", CREATE, 50,
        (
            "NodeType!:int ProductName! AliyunCommodityCode AuthType CategoryKey DataFormat:int Description Id2:bool "
            "JoinPermissionId NetType ProtocolType PublishAuto:bool ResourceGroupId ValidateType:int"
        ),
        response=(
            "Data{AliyunCommodityCode AuthType DataFormat:int Description Id2:bool NodeType:int ProductKey ProductName "
            "ProductSecret ProtocolType} ProductKey"
        ),
    ),
    "QueryProduct": Operation(
        "4.7.2", READ, 50,
        "ProductKey!",
        response=(
            "Data{AliyunCommodityCode AuthType CategoryKey CategoryName DataFormat:int Description DeviceCount:int "
            "GmtCreate:int Id2:bool NetType:int NodeType:int Owner:bool ProductKey ProductName ProductSecret "
            "ProductStatus ProtocolType ValidateType:int}"
        ),
        not_found_codes=("iot.prod.NotExistedProduct",),
    ),
    "QueryProductList": Operation(
        "4.7.3", READ, 50,
        "CurrentPage!:int PageSize!:int AliyunCommodityCode ResourceGroupId",
        response=(
            "Data{CurrentPage:int List{ProductInfo[AuthType DataFormat:int Description DeviceCount:int GmtCreate:int "
            "NodeType:int ProductKey ProductName]} PageCount:int PageSize:int Total:int}"
        ),
        deep_qps=2,
        pages=Pages("CurrentPage", 200, "Data.List.ProductInfo", "Data.Total"),
    ),
    "UpdateProduct": Operation(
        "4.7.4", SET, 10,
        "ProductKey! ProductName! Description",
    ),
    "DeleteProduct": Operation(
        "4.7.5", DELETE, 500,
        "ProductKey!",
        not_found_codes=("iot.prod.NotExistedProduct",),
    ),
    "CreateProductTags": Operation(
        "4.7.6", SET, 500,
        "ProductKey! ProductTag[TagKey TagValue]",
        response="InvalidProductTags{ProductTag[TagKey TagValue]}",
        limits={"ProductTag": 10},
    ),
    "UpdateProductTags": Operation(
        "4.7.7", SET, 500,
        "ProductKey! ProductTag[TagKey TagValue]",
        response="InvalidProductTags{ProductTag[TagKey TagValue]}",
        limits={"ProductTag": 10},
    ),
    "DeleteProductTags": Operation(
        "4.7.8", DELETE, 500,
        "ProductKey! ProductTagKey![]",
        limits={"ProductTagKey": 10},
    ),
    "ListProductTags": Operation(
        "4.7.9", READ, 500,
        "ProductKey!",
        response="Data{ProductTag[TagKey TagValue]}",
    ),
    "ListProductByTags": Operation(
        "4.7.10", READ, 500,
        "CurrentPage:int PageSize:int ProductTag[TagKey TagValue]",
        response="ProductInfos{ProductInfo[CreateTime:int Description NodeType:int ProductKey ProductName]}",
        pages=Pages("CurrentPage", 50, "ProductInfos.ProductInfo"),
    ),
    "UpdateProductFilterConfig": Operation(
        "4.7.11", SET, 5,
        "ProductKey! PropertyTimestampFilter!:bool PropertyValueFilter!:bool",
    ),
    "QueryProductCertInfo": Operation(
        "4.7.12", READ, 30,
        "ProductKey!",
        response="ProductCertInfo{IssueModel:int}",
    ),
    "SetProductCertInfo": Operation(
        "4.7.13", SET, 30,
        "IssueModel!:int ProductKey!",
    ),
    "ReleaseProduct": Operation(
        "4.7.14", SET, 50,
        "ProductKey!",
    ),
    "CancelReleaseProduct": Operation(
        "4.7.15", SET, 50,
        "ProductKey!",
    ),
}
