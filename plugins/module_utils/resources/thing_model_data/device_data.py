# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What devices have reported and were told: properties, events, services (manual chapter 4.12)."""

from __future__ import annotations

import itertools
import time
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

IDENTIFIER = Text(1, 255, pattern=r"[A-Za-z0-9_]+([:.][A-Za-z0-9_]+)*", hint="identifiers, or block:identifier")

#: How far back is looked where nothing is said, in milliseconds.
A_DAY = 24 * 3600 * 1000

STATUS, DESIRED, PROPERTIES, EVENTS, SERVICES = "status", "desired", "properties", "events", "services"

#: The most properties of one call, and the most records of a page: of one property or event, and of several.
MOST_IDENTIFIERS = 10
PAGE = 50
PAGE_OF_SEVERAL = 100

_NOW = {
    "Identifier": "identifier",
    "Name": "name",
    "DataType": "data_type",
    "Unit": "unit",
    "Value": "value",
    "Time": "time",
    "Version": "version",
}
_RECORD = {
    "Identifier": "identifier",
    "Name": "name",
    "EventType": "event_type",
    "Value": "value",
    "InputData": "input",
    "OutputData": "output",
    "Time": "time",
}

#: Of each kind of record the operation, and where its records are; then the same of what devices reported as it was.
_HISTORIES = {
    PROPERTIES: ("QueryDevicePropertyData", "PropertyInfo", "QueryDeviceOriginalPropertyData"),
    EVENTS: ("QueryDeviceEventData", "EventInfo", "QueryDeviceOriginalEventData"),
    SERVICES: ("QueryDeviceServiceData", "ServiceInfo", "QueryDeviceOriginalServiceData"),
}


def told(row: dict, names: dict, **more) -> dict:
    """A record as it is returned: times are numbers, and JSON is what it says."""
    record = {**more, **rename_members(row, names)}
    if record.get("time") not in (None, ""):
        record["time"] = int(record["time"])
    for name in ("input", "output"):
        if name in record:
            record[name] = parsed(record[name])
    return record


class DataInfo(ReportEntry):
    """Tells what a device has reported and was told, now or over a time, through all pages up to a limit."""

    families = (thing_model_data, device, product)
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("device", required=True, lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
        Field("iot_id", computed=True),
        Field(
            "what",
            type=Choice({word: word for word in (STATUS, DESIRED, PROPERTIES, EVENTS, SERVICES)}),
            required=True,
        ),
        Field("original", type=Flag(), argument={"default": False}),
        Field("identifiers", type=TextSet(IDENTIFIER)),
        Field("function_block", type=Text(1)),
        Field("event_type", type=Choice({word: word for word in ("info", "alert", "error")})),
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
            found = self._now(reader, values)
        else:
            end = values.get("end", int(time.time() * 1000))
            span = {"start": values.get("start", max(end - A_DAY, 0)), "end": end}
            if span["start"] >= span["end"]:
                raise InvalidValue(f"start is {span['start']}, not before end, {end}", field="start")
            found = self._history(reader, {**values, **span})
        limit = values["limit"]
        records = list(itertools.islice(found, limit + 1))
        return {"records": records[:limit], "complete": len(records) <= limit}

    def _check(self, params: dict) -> None:
        what = params["what"]
        history = what in _HISTORIES
        needs = what == PROPERTIES or (history and params["original"])
        if needs and not params.get("identifiers"):
            raise InvalidValue(f"identifiers must be given to tell these {what}", field="identifiers")
        wrong = {
            "event_type": what != EVENTS or params["original"],
            "function_block": what not in (STATUS, DESIRED) or params["original"],
            "start": not history,
            "end": not history,
            "original": what == DESIRED,
        }
        for name, is_wrong in wrong.items():
            if params.get(name) not in (None, False) and is_wrong:
                kind = f"original {what}" if params["original"] else what
                raise InvalidValue(f"{name} says nothing of {kind}", field=name)

    # What is now

    def _now(self, reader: Reader, values: dict):
        of = {"IotId": values["iot_id"], "FunctionBlockId": values.get("function_block")}
        wanted = values.get("identifiers")
        if values["what"] == DESIRED:
            rows = self._desired(reader, of, wanted)
        elif values["original"]:
            params = {"IotId": values["iot_id"], "Asc": int(not values["newest_first"])}
            rows = reader.pages("QueryDeviceOriginalPropertyStatus", params)
        else:
            rows = member(reader.read("QueryDevicePropertyStatus", of), "Data.List.PropertyStatusInfo") or []
        return (told(row, _NOW) for row in rows if not wanted or row["Identifier"] in wanted)

    def _desired(self, reader: Reader, of: dict, wanted):
        for some in chunked(wanted or [], MOST_IDENTIFIERS) or [None]:
            reply = reader.read("QueryDeviceDesiredProperty", {**of, "Identifier": some})
            yield from member(reply, "Data.List.DesiredPropertyInfo") or []

    # What was

    def _history(self, reader: Reader, values: dict):
        names = list(dict.fromkeys(values.get("identifiers") or []))
        operation, items, original = _HISTORIES[values["what"]]
        if values["original"]:
            for name in names:
                span = {"StartTime": values["start"], "EndTime": values["end"]}
                params = {"IotId": values["iot_id"], "Identifier": name, "Asc": int(not values["newest_first"]), **span}
                yield from (told(row, _RECORD, identifier=name) for row in reader.pages(original, params))
        elif values["what"] == PROPERTIES and len(names) > 1:
            for some in chunked(names, MOST_IDENTIFIERS):
                yield from self._of_several(reader, values, some)
        else:
            for name in names or [None]:
                more = {"identifier": name} if name else {}
                params = {"Identifier": name, "PageSize": PAGE}
                if "event_type" in values:
                    params["EventType"] = values["event_type"]
                for reply in self._by_time(reader, values, operation, params):
                    yield from (told(row, _RECORD, **more) for row in member(reply, f"Data.List.{items}") or [])

    def _of_several(self, reader: Reader, values: dict, names: list):
        params = {"Identifier": names, "PageSize": PAGE_OF_SEVERAL}
        for reply in self._by_time(reader, values, "QueryDevicePropertiesData", params, turned=True):
            rows = [
                told(row, _RECORD, identifier=one["Identifier"])
                for one in member(reply, "PropertyDataInfos.PropertyDataInfo") or []
                for row in member(one, "List.PropertyInfo") or []
            ]
            yield from sorted(rows, key=lambda row: row["time"], reverse=values["newest_first"])

    def _by_time(self, reader: Reader, values: dict, operation: str, params: dict, turned: bool = False):
        """Pages that go on at a moment; with ``turned``, the newest first go from a later start to an earlier end."""
        first, last = values["start"], values["end"]
        newest_first = values["newest_first"]
        while True:
            start, end = (last, first) if turned and newest_first else (first, last)
            sent = {
                **params,
                "IotId": values["iot_id"],
                "Asc": int(not newest_first),
                "StartTime": start,
                "EndTime": end,
            }
            reply = reader.read(operation, sent)
            yield reply
            told_of_more = reply if "NextValid" in reply else member(reply, "Data") or {}
            if str(told_of_more.get("NextValid")).lower() != "true":
                return
            following = int(told_of_more["NextTime"])
            if newest_first:
                moved, last = following < last, following
            else:
                moved, first = following > first, following
            if not moved or first >= last:
                return
