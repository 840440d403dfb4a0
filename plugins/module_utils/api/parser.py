# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsers, which forward messages by script from data sources to destinations (manual chapter 4.16)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, product, rule
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **product.ERRORS, **rule.ERRORS}

OPERATIONS = {
    "CreateParser": Operation(
        "4.16.1", CREATE, 10,
        "Name! Description",
        response="ParserId:int",
    ),
    "UpdateParser": Operation(
        "4.16.2", SET, 10,
        "ParserId!:int Description Name",
    ),
    "ListParser": Operation(
        "4.16.3", READ, 10,
        "CurrentPage!:int PageSize!:int SearchName",
        response="Data{ParserList[Description Name ParserId:int Status UtcCreated UtcModified]} Total:int",
        pages=Pages("CurrentPage", 100, "Data.ParserList", "Total"),
    ),
    "GetParser": Operation(
        "4.16.4", READ, 10,
        "ParserId!:int",
        response="Data{DataSourceId:int Description Name ParserId:int Script ScriptDraft Status UtcCreated UtcModified}",
        not_found_codes=("iot.rule.NotFoundRule",),
    ),
    "DeleteParser": Operation(
        "4.16.5", DELETE, 10,
        "ParserId!:int",
        not_found_codes=("iot.rule.NotFoundRule",),
    ),
    "CreateParserDataSource": Operation(
        "4.16.6", CREATE, 10,
        "Name! Description",
        response="DataSource{DataSourceId:int Description Name UtcCreated}",
    ),
    "UpdateParserDataSource": Operation(
        "4.16.7", SET, 10,
        "DataSourceId!:int Name! Description",
    ),
    "ListParserDataSource": Operation(
        "4.16.8", READ, 10,
        "Page!:int PageSize!:int SearchName",
        response="Data{DataSource[DataSourceId:int Description Name UtcCreated]} Page:int PageSize:int Total:int",
        pages=Pages("Page", 100, "Data.DataSource", "Total"),
    ),
    "GetParserDataSource": Operation(
        "4.16.9", READ, 10,
        "DataSourceId!:int",
        response="DataSource{CreateUserId:int DataSourceId:int Description Name UtcCreated}",
        not_found_codes=("iot.rule.DataSourceNotExists",),
    ),
    "DeleteParserDataSource": Operation(
        "4.16.10", DELETE, 10,
        "DataSourceId!:int",
        not_found_codes=("iot.rule.DataSourceNotExists",),
    ),
    "CreateDataSourceItem": Operation(
        "4.16.11", CREATE, 10,
        "DataSourceId!:int Topic! DeviceName ProductKey ScopeType",
        sdk_only=("DeviceName", "ProductKey", "ScopeType"),
    ),
    "ListDataSourceItem": Operation(
        "4.16.12", READ, 10,
        "DataSourceId!:int Page!:int PageSize!:int SearchName",
        response=(
            "DataSourceItems{dataSourceItem[DataSourceItemId:int DeviceName ProductKey ScopeType Topic]} Page:int "
            "PageSize:int Total:int"
        ),
        pages=Pages("Page", 100, "DataSourceItems.dataSourceItem", "Total"),
        not_found_codes=("iot.rule.DataSourceNotExists",),
    ),
    "DeleteDataSourceItem": Operation(
        "4.16.13", DELETE, 10,
        "DataSourceId!:int DataSourceItemId!:int",
        not_found_codes=("iot.rule.DataSourceItemNotExists",),
    ),
    "CreateDestination": Operation(
        "4.16.14", CREATE, 10,
        "Configuration! Name! Type! Description",
        response="Destination{Configuration DestinationId:int IsFailover:bool Name Type UtcCreated}",
    ),
    "UpdateDestination": Operation(
        "4.16.15", SET, 10,
        "Configuration! DestinationId!:int Name! Type! Description",
    ),
    "ListDestination": Operation(
        "4.16.16", READ, 10,
        "Page!:int PageSize!:int SearchName Types[]",
        response=(
            "Destinations{destinations[Configuration Description DestinationId:int IsFailover:bool Name Status Type "
            "UtcCreated]} Page:int PageSize:int Total:int"
        ),
        pages=Pages("Page", 100, "Destinations.destinations", "Total"),
    ),
    "GetDestination": Operation(
        "4.16.17", READ, 10,
        "DestinationId!:int",
        response="Destination{Configuration DestinationId IsFailover:bool Name Status Type UtcCreated}",
        not_found_codes=("iot.rule.destinationNotExists",),
    ),
    "StartParser": Operation(
        "4.16.18", SET, 10,
        "ParserId!:int",
    ),
    "StopParser": Operation(
        "4.16.19", SET, 10,
        "ParserId!:int",
    ),
    "DeleteDestination": Operation(
        "4.16.20", DELETE, 10,
        "DestinationId!:int",
        not_found_codes=("iot.rule.destinationNotExists",),
    ),
    "AttachParserDataSource": Operation(
        "4.16.21", SET, 10,
        "DataSourceId!:int ParserId!:int",
    ),
    "AttachDestination": Operation(
        "4.16.22", SET, 10,
        "DestinationId!:int IsFailover!:bool ParserId!:int",
    ),
    "DetachDestination": Operation(
        "4.16.23", DELETE, 10,
        "DestinationId!:int ParserId!:int",
    ),
    "SaveScript": Operation(
        "4.16.24", SET, 10,
        "ParserId!:int ScriptDraft!",
    ),
    "PublishScript": Operation(
        "4.16.25", SET, 10,
        "ParserId!:int",
        response="SyntaxErrorMsg",
    ),
    "DetachParserDataSource": Operation(
        "4.16.26", DELETE, 10,
        "DataSourceId!:int ParserId!:int",
        not_found_codes=("iot.rule.DataSourceNotExists",),
    ),
    "ListParserDestination": Operation(
        "4.16.27", READ, 10,
        "ParserId!:int IsFailover:bool",
        response="Data{destinations[Configuration DestinationId:int IsFailover:bool Name Type UtcCreated UtcModified]}",
    ),
}
