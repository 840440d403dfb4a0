# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of products and thing models (the manual's chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    TRANSIENT,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.prod.AlreadyExistedProductName": (
            EXISTS, "The instance already has a product of this name", "Pick another product name",
        ),
        "iot.prod.CreateProductFailed": (
            PERMANENT, "The product could not be created", "Check the parameters before trying again",
        ),
        "iot.prod.CreateProductTopicFailed": (
            TRANSIENT, "The product's topic category could not be created", "Retry shortly",
        ),
        "iot.prod.InvalidAliyunCommodityCode": (
            PERMANENT, "AliyunCommodityCode has an unknown value", "Use iothub_senior or iothub",
        ),
        "iot.prod.InvalidFormattedCatId": (
            PERMANENT, "CategoryId, the product's device category, is wrong", "Pass a valid category ID",
        ),
        "iot.prod.InvalidFormattedProductKey": (
            PERMANENT, "The ProductKey is malformed", "Copy the ProductKey exactly as the platform issued it",
        ),
        "iot.prod.InvalidFormattedProductName": (
            PERMANENT,
            "The product name breaks the naming rules",
            "Choose a name that follows the rules under CreateProduct",
        ),
        "iot.prod.LongProductDesc": (
            PERMANENT, "The product description is too long", "Keep the description within 100 characters",
        ),
        "iot.prod.InvalidNodeType": (
            PERMANENT,
            "NodeType of the product has an unknown value",
            "Use one of the node types listed under CreateProduct",
        ),
        "iot.prod.NotOpenID2Service": (
            PERMANENT,
            "The product was created without ID2 authentication",
            "Create a new product with ID2 enabled; it cannot be switched on later",
        ),
        "iot.prod.NotSeniorProduct": (
            PERMANENT, "The product was created without thing model support", "Use a product that has a thing model",
        ),
        "iot.prod.NullProductKey": (PERMANENT, "ProductKey is missing", "Pass the ProductKey"),
        "iot.prod.NullProductName": (PERMANENT, "The product name is missing", "Pass a product name"),
        "iot.prod.ProductCountExceedMax": (
            PERMANENT, "The instance has reached its quota of 1,000 products", "Delete products you no longer need",
        ),
        "iot.prod.QueryDeviceCountActionError": (
            TRANSIENT, "Counting the product's devices failed", "Retry; if it keeps failing, check the parameters",
        ),
        "iot.prod.QueryProductAbilitiesFailed": (
            PERMANENT, "The product's features could not be read", "Check the parameters, above all the Identifier",
        ),
        "iot.prod.QueryProductAbilityFailed": (
            PERMANENT, "The product feature could not be read", "Check the parameters, above all the Identifier",
        ),
        "iot.prod.QueryProductListActionError": (
            TRANSIENT, "Listing the products failed", "Retry; if it keeps failing, check the parameters",
        ),
        "iot.prod.UpdateProductFailed": (TRANSIENT, "The product could not be updated", "Retry shortly"),
        "iot.prod.QueryExtendPropertyFailed": (TRANSIENT, "Reading the product tags failed", "Retry shortly"),
        "iot.prod.InvalidScriptType": (
            PERMANENT, "The parser script type is not valid", "Pass a supported script type",
        ),
        "iot.prod.ThingScriptExisted": (
            EXISTS,
            "The product already has a new or updated parser script",
            "Check the existing script; if it is the wanted one, nothing is left to do",
        ),
        "iot.prod.ConcurrentScriptOperation": (
            TRANSIENT,
            "Another operation on the parser script got in the way",
            "Work on the script with one call at a time, then retry",
        ),
        "iot.prod.ThingScriptDataFormatError": (
            PERMANENT,
            "The type of the product's parser script is wrong",
            "Check the script type and the other parameters",
        ),
        "iot.prod.BatchCreateThingModelFailed": (
            TRANSIENT, "The thing model could not be created", "Retry; if it keeps failing, check the model definition",
        ),
        "iot.prod.ThingModelNameDuplicated": (
            EXISTS, "A feature name occurs twice in the thing model", "Give the feature another name",
        ),
        "iot.Prod.NotProductOwner": (
            PERMANENT, "The caller does not own the product", "Get authorization for the product first",
        ),
        "iot.prod.ProductDataFormatIsNull": (
            PERMANENT,
            "The parser script was refused because the product has no DataFormat",
            "Use a product that was created with a data format (see CreateProduct)",
        ),
        "iot.prod.NotExistedProduct": (
            NOT_FOUND, "No such product", "Check the ProductKey and that your account owns the product",
        ),
    }
)
