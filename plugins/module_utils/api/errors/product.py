# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of products and thing models (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    TRANSIENT,
    UNEXPLAINED,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.prod.AlreadyExistedProductName": (EXISTS, "The instance already has a product with this name", "Choose another product name"),
        "iot.prod.CreateProductFailed": (PERMANENT, "The product could not be created", "Check the parameters, then retry"),
        "iot.prod.CreateProductTopicFailed": (PERMANENT, "The topic class of the product could not be created", UNEXPLAINED),
        "iot.prod.InvalidAliyunCommodityCode": (PERMANENT, "AliyunCommodityCode has an invalid value", "Specify iothub_senior or iothub"),
        "iot.prod.InvalidFormattedCatId": (
            PERMANENT, "CategoryId, the device category of the product, is invalid", "Specify a valid category ID",
        ),
        "iot.prod.InvalidFormattedProductkey": (
            PERMANENT,
            "The ProductKey has an invalid format",
            "Copy the ProductKey exactly as the platform returned it",
        ),
        "iot.prod.InvalidFormattedProductName": (
            PERMANENT,
            "The product name violates the naming rules",
            "Choose a name that follows the naming rules of CreateProduct",
        ),
        "iot.prod.LongProductDesc": (PERMANENT, "The product description is too long", "Shorten the description to at most 100 characters"),
        "iot.prod.InvalidNodeType": (
            PERMANENT,
            "NodeType has an invalid value",
            "Use one of the node types that the documentation of CreateProduct lists",
        ),
        "iot.prod.NotOpenID2Service": (
            PERMANENT,
            "The product was created without ID2 authentication",
            "Create a new product with ID2. ID2 cannot be enabled later",
        ),
        "iot.prod.NotSeniorProduct": (
            PERMANENT, "The product was created without thing model support", "Use a product that has a thing model",
        ),
        "iot.prod.NullProductKey": (PERMANENT, "ProductKey is missing", "Specify the ProductKey"),
        "iot.prod.NullProductName": (PERMANENT, "The product name is missing", "Specify a product name"),
        "iot.prod.ProductCountExceedMax": (
            PERMANENT,
            "The instance has reached its quota of 1,000 products",
            "Delete products that you no longer need",
        ),
        "iot.prod.QueryDeviceCountActionError": (
            PERMANENT,
            "The number of devices of the product could not be read",
            "Check the parameters",
        ),
        "iot.prod.QueryProductAbilitiesFailed": (
            PERMANENT, "The features of the product could not be read", "Check the parameters, especially Identifier",
        ),
        "iot.prod.QueryProductAbilityFailed": (
            PERMANENT, "The feature of the product could not be read", "Check the parameters, especially Identifier",
        ),
        "iot.prod.QueryProductListActionError": (PERMANENT, "The products could not be listed", "Check the parameters"),
        "iot.prod.UpdateProductFailed": (PERMANENT, "The product could not be updated", UNEXPLAINED),
        "iot.prod.QueryExtendPropertyFailed": (PERMANENT, "The tags of the product could not be read", UNEXPLAINED),
        "iot.prod.InvalidScriptType": (PERMANENT, "The parser script type is invalid", "Use a supported script type"),
        "iot.prod.ThingScriptExisted": (
            EXISTS,
            "The product already has a new or updated parser script",
            "Check the existing script, and update it if necessary",
        ),
        "iot.prod.ConcurrentScriptOperation": (
            TRANSIENT,
            "Another operation is changing the parser script",
            "Send one request for the script at a time, then retry",
        ),
        "iot.prod.ThingScriptDataFormatError": (
            PERMANENT,
            "The type of the product's parser script is invalid",
            "Check the script type and the other parameters",
        ),
        "iot.prod.BatchCreateThingModelFailed": (
            PERMANENT,
            "The thing model could not be created",
            "Check the definition of the thing model",
        ),
        "iot.prod.ThingModelNameDuplicated": (
            EXISTS,
            "The thing model has two features with the same name",
            "Choose another name for one of the features",
        ),
        "iot.Prod.NotProductOwner": (
            PERMANENT,
            "The account does not own the product",
            "Use the account that owns the product, or get authorization for the product",
        ),
        "iot.prod.ProductDataFormatIsNull": (
            PERMANENT,
            "The parser script was rejected because the product has no DataFormat",
            "Use a product that was created with a DataFormat (see CreateProduct)",
        ),
        "iot.prod.NotExistedProduct": (
            NOT_FOUND, "The product does not exist", "Check the ProductKey, and that the account owns the product",
        ),
    }
)
