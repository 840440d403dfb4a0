# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Thing models (manual chapter 4.11)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation

ERRORS = {**common.ERRORS, **device.ERRORS, **product.ERRORS}

OPERATIONS = {
    "CreateThingModel": Operation(
        "4.11.1", CREATE, 5,
        "ProductKey! FunctionBlockId FunctionBlockName ThingModelJson",
    ),
    "UpdateThingModel": Operation(
        "4.11.2", SET, 5,
        "ProductKey! FunctionBlockId FunctionBlockName Identifier ThingModelJson",
    ),
    "QueryThingModel": Operation(
        "4.11.3", READ, 10,
        "FunctionBlockId ModelVersion ProductKey ResourceGroupId",
        response="Data{ThingModelJson} ProductKey",
    ),
    "CopyThingModel": Operation(
        "4.11.4", SET, 5,
        "SourceProductKey! TargetProductKey! ResourceGroupId SourceModelVersion",
    ),
    "PublishThingModel": Operation(
        # Each request creates a version, and a second request with the same version name is rejected.
        "4.11.5", CREATE, 5,
        "ProductKey! Description ModelVersion ResourceGroupId",
    ),
    "DeleteThingModel": Operation(
        "4.11.6", DELETE, 5,
        "EventIdentifier[] FunctionBlockId ProductKey PropertyIdentifier[] ResourceGroupId ServiceIdentifier[]",
        limits={"PropertyIdentifier": 10, "ServiceIdentifier": 10, "EventIdentifier": 10},
    ),
    "ListThingTemplates": Operation(
        "4.11.7", READ, 5,
        response="Data[CategoryKey CategoryName]",
    ),
    "GetThingTemplate": Operation(
        "4.11.8", READ, 2,
        "CategoryKey! ResourceGroupId",
        response="ThingModelJSON",
    ),
    "ListThingModelVersion": Operation(
        "4.11.9", READ, 10,
        "ProductKey!",
        response="Data{ModelVersions[Description GmtCreate:int ModelVersion]}",
    ),
    "GetThingModelTsl": Operation(
        "4.11.10", READ, 20,
        "FunctionBlockId ModelVersion ProductKey Simple:bool",
        response="Data{TslStr TslUri}",
    ),
    "QueryThingModelPublished": Operation(
        "4.11.12", READ, 10,
        "ProductKey! FunctionBlockId ModelVersion ResourceGroupId",
        response="Data{ThingModelJson} ProductKey",
        sdk_only=("ResourceGroupId",),
    ),
    "GetThingModelTslPublished": Operation(
        "4.11.13", READ, 20,
        "ProductKey! FunctionBlockId ModelVersion ResourceGroupId Simple:bool",
        response="Data{TslStr TslUri}",
    ),
    "QueryThingModelExtendConfig": Operation(
        "4.11.14", READ, 20,
        "ProductKey! FunctionBlockId ModelVersion ResourceGroupId",
        response="Data{Configuration}",
    ),
    "QueryThingModelExtendConfigPublished": Operation(
        "4.11.15", READ, 20,
        "ProductKey! FunctionBlockId ModelVersion",
        response="Data{Configuration}",
    ),
    "CreateThingScript": Operation(
        # If the first request was executed, a second one is rejected, even if the response to the first one was lost.
        "4.11.16", CREATE, 10,
        "ProductKey! ScriptContent! ScriptType!",
    ),
    "UpdateThingScript": Operation(
        "4.11.17", SET, 10,
        "ProductKey! ScriptContent! ScriptType!",
    ),
    "GetThingScript": Operation(
        "4.11.18", READ, 10,
        "ProductKey!",
        response="Data{ScriptType ScriptUrl}",
    ),
    "ImportThingModelTsl": Operation(
        "4.11.11", SET, None,
        "FunctionBlockId FunctionBlockName ProductKey ResourceGroupId TslStr TslUrl",
    ),
}
