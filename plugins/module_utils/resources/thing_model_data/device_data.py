# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Current and historical thing model data of devices: properties, events and service calls (manual chapter 4.12)."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product, thing_model_data
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.json_text import parsed
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import device_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

IDENTIFIER = Text(1, 255, pattern=r"[A-Za-z0-9_]+([:.][A-Za-z0-9_]+)*", hint="an identifier, or block:identifier")

#: The period that is read if ``start`` is not set.
DEFAULT_PERIOD_IN_MILLISECONDS = 24 * 3600 * 1000

STATUS, DESIRED, PROPERTIES, EVENTS, SERVICES = "status", "desired", "properties", "events", "services"

#: Maximum number of properties in one request, and maximum number of records in a page: of one or several identifiers.
MAX_IDENTIFIERS_PER_REQUEST = 10
PAGE_SIZE = 50
PAGE_SIZE_OF_SEVERAL = 100

_STATUS_MEMBERS = {
    "Identifier": "identifier",
    "Name": "name",
    "DataType": "data_type",
    "Unit": "unit",
    "Value": "value",
    "Time": "time",
    "Version": "version",
}
_RECORD_MEMBERS = {
    "Identifier": "identifier",
    "Name": "name",
    "EventType": "event_type",
    "Value": "value",
    "InputData": "input",
    "OutputData": "output",
    "Time": "time",
}

#: For each kind of record: the operation, the member that contains the records, and the operation for original data.
_HISTORIES = {
    PROPERTIES: ("QueryDevicePropertyData", "PropertyInfo", "QueryDeviceOriginalPropertyData"),
    EVENTS: ("QueryDeviceEventData", "EventInfo", "QueryDeviceOriginalEventData"),
    SERVICES: ("QueryDeviceServiceData", "ServiceInfo", "QueryDeviceOriginalServiceData"),
}


def _parse_record(row: dict, names: dict, **members: str) -> dict:
    """Return a record for the result, with times as numbers and parsed JSON.

    Args:
        row: The record in the response.
        names: The name in the result for each member.
        **members: Additional members of the result.
    """
    record: dict = {**members, **rename_members(row, names)}
    if record.get("time") not in (None, ""):
        record["time"] = int(record["time"])
    for name in ("input", "output"):
        if name in record:
            record[name] = parsed(record[name])
    return record


class DataInfo(ReportEntry):
    """A report of the current data of a device, or of its data in a period, up to a number of records.

    Custom code: each kind of data has separate operations, some of which are paged by time, and supports different
    options.
    """

    families = (thing_model_data, device, product)
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("device", required=True, lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
        Field("iot_id", computed=True),
        Field(
            "what",
            type=Choice({name: name for name in (STATUS, DESIRED, PROPERTIES, EVENTS, SERVICES)}),
            required=True,
        ),
        Field("original", type=Flag(), argument={"default": False}),
        Field("identifiers", type=TextSet(IDENTIFIER)),
        Field("function_block", type=Text(1)),
        Field("event_type", type=Choice({name: name for name in ("info", "alert", "error")})),
        Field("start", type=Number(0)),
        Field("end", type=Number(0)),
        Field("newest_first", type=Flag(), argument={"default": True}),
        Field("limit", type=Number(1, 100_000), argument={"default": 1000}),
    )
    empty_result = {"records": [], "complete": True}

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        self._check(params)
        return super().perform(params, client, check_mode)

    def gather(self, reader: Reader, values: dict) -> dict:
        if values["what"] in (STATUS, DESIRED):
            records = self._current(reader, values)
        else:
            end = values.get("end", int(time.time() * 1000))
            start = values.get("start", max(end - DEFAULT_PERIOD_IN_MILLISECONDS, 0))
            if start >= end:
                raise InvalidValue(f"start must be before end, {end}, not {start}", field="start")
            records = self._history(reader, {**values, "start": start, "end": end})
        limit = values["limit"]
        found = list(itertools.islice(records, limit + 1))
        return {"records": found[:limit], "complete": len(found) <= limit}

    def _check(self, params: dict) -> None:
        what = params["what"]
        history = what in _HISTORIES
        kind = f"original {what}" if params["original"] else what
        needs_identifiers = what == PROPERTIES or (history and params["original"])
        if needs_identifiers and not params.get("identifiers"):
            raise InvalidValue(f"identifiers must be set to read {kind}", field="identifiers")
        unsupported = {
            "event_type": what != EVENTS or params["original"],
            "function_block": what not in (STATUS, DESIRED) or params["original"],
            "start": not history,
            "end": not history,
            "original": what == DESIRED,
        }
        for name, is_unsupported in unsupported.items():
            if params.get(name) not in (None, False) and is_unsupported:
                raise InvalidValue(f"{name} cannot be set to read {kind}", field=name)

    # Current data

    def _current(self, reader: Reader, values: dict) -> Iterator[dict]:
        device_params = {"IotId": values["iot_id"], "FunctionBlockId": values.get("function_block")}
        identifiers = values.get("identifiers")
        if values["what"] == DESIRED:
            rows = self._desired(reader, device_params, identifiers)
        elif values["original"]:
            params = {"IotId": values["iot_id"], "Asc": int(not values["newest_first"])}
            rows = reader.pages("QueryDeviceOriginalPropertyStatus", params)
        else:
            response = reader.read("QueryDevicePropertyStatus", device_params)
            rows = member(response, "Data.List.PropertyStatusInfo") or []
        for row in rows:
            if not identifiers or row["Identifier"] in identifiers:
                yield _parse_record(row, _STATUS_MEMBERS)

    def _desired(self, reader: Reader, device_params: dict, identifiers: list[str] | None) -> Iterator[dict]:
        for chunk in chunked(identifiers or [], MAX_IDENTIFIERS_PER_REQUEST) or [None]:
            response = reader.read("QueryDeviceDesiredProperty", {**device_params, "Identifier": chunk})
            yield from member(response, "Data.List.DesiredPropertyInfo") or []

    # Historical data

    def _history(self, reader: Reader, values: dict) -> Iterator[dict]:
        names = list(dict.fromkeys(values.get("identifiers") or []))
        operation, items, original = _HISTORIES[values["what"]]
        if values["original"]:
            for name in names:
                span = {"StartTime": values["start"], "EndTime": values["end"]}
                params = {"IotId": values["iot_id"], "Identifier": name, "Asc": int(not values["newest_first"]), **span}
                yield from (
                    _parse_record(row, _RECORD_MEMBERS, identifier=name) for row in reader.pages(original, params)
                )
        elif values["what"] == PROPERTIES and len(names) > 1:
            for chunk in chunked(names, MAX_IDENTIFIERS_PER_REQUEST):
                yield from self._several_properties(reader, values, chunk)
        else:
            for name in names or [None]:
                members = {"identifier": name} if name else {}
                params = {"Identifier": name, "PageSize": PAGE_SIZE}
                if "event_type" in values:
                    params["EventType"] = values["event_type"]
                for response in self._time_pages(reader, values, operation, params):
                    for row in member(response, f"Data.List.{items}") or []:
                        yield _parse_record(row, _RECORD_MEMBERS, **members)

    def _several_properties(self, reader: Reader, values: dict, names: list[str]) -> Iterator[dict]:
        params = {"Identifier": names, "PageSize": PAGE_SIZE_OF_SEVERAL}
        for response in self._time_pages(reader, values, "QueryDevicePropertiesData", params, swap_times=True):
            rows = [
                _parse_record(row, _RECORD_MEMBERS, identifier=history["Identifier"])
                for history in member(response, "PropertyDataInfos.PropertyDataInfo") or []
                for row in member(history, "List.PropertyInfo") or []
            ]
            yield from sorted(rows, key=lambda row: row["time"], reverse=values["newest_first"])

    def _time_pages(
        self, reader: Reader, values: dict, operation: str, params: dict, swap_times: bool = False
    ) -> Iterator[dict]:
        """Yield the responses of an operation that is paged by time: each response has the time of the next page.

        Args:
            reader: Reads the account.
            values: The values of the options by field.
            operation: The name of the operation.
            params: Its parameters, without device, order and period.
            swap_times: Whether the operation takes the later time as the start if the newest records are first.
        """
        first, last = values["start"], values["end"]
        newest_first = values["newest_first"]
        while True:
            start, end = (last, first) if swap_times and newest_first else (first, last)
            page_params = {
                **params,
                "IotId": values["iot_id"],
                "Asc": int(not newest_first),
                "StartTime": start,
                "EndTime": end,
            }
            response = reader.read(operation, page_params)
            yield response
            paging = response if "NextValid" in response else member(response, "Data") or {}
            if str(paging.get("NextValid")).lower() != "true":
                return
            next_time = int(paging["NextTime"])
            if newest_first:
                progress, last = next_time < last, next_time
            else:
                progress, first = next_time > first, next_time
            if not progress or first >= last:
                return
