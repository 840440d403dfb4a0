# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Write products, thing models and devices in formats that do not depend on this platform.

JSON Lines and CSV files contain the same records. ``SCHEMAS`` describes them; it is a part of the export.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.export import Selection
from ansible_collections.iotops.aliyun.plugins.module_utils.account.export_files import ExportFolder, FileNames
from ansible_collections.iotops.aliyun.plugins.module_utils.account.exported_devices import DeviceExport
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Gap, Scan
from ansible_collections.iotops.aliyun.plugins.module_utils.account.thing_description import thing_model
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.listing import property_value
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import DeviceState

#: The kinds that are read.
_KINDS = ("products", "thing_models", "device_groups")
_PARALLEL_REQUESTS = 8
#: The number of devices whose values are in memory at the same time.
_CHUNK = 500

_TEXT = {"type": "string"}
_TEXTS_BY_NAME = {"type": "object", "additionalProperties": _TEXT}
_GATEWAY = {
    "type": ["object", "null"],
    "description": "the gateway that the device is attached to",
    "properties": {"product": _TEXT, "name": _TEXT},
}
_VALUES = {
    "type": "object",
    "description": "the last reported value and its time by the identifier of the property",
    "additionalProperties": {
        "type": "object",
        "properties": {
            "value": {"description": "of the type that the thing model declares"},
            "time": {"type": "integer", "description": "milliseconds since 1970"},
        },
    },
}

#: The members of the records in order, as JSON schema.
SCHEMAS: dict[str, dict[str, Any]] = {
    "products": {
        "name": _TEXT,
        "product_key": {**_TEXT, "description": "the ID on the platform"},
        "description": _TEXT,
        "node_type": {"enum": ["device", "gateway"]},
        "net_type": _TEXT,
        "auth_type": _TEXT,
        "data_format": _TEXT,
        "status": {"enum": ["development", "released"]},
        "tags": _TEXTS_BY_NAME,
        "created": {"type": ["integer", "null"], "description": "milliseconds since 1970"},
        "model": {"type": ["string", "null"], "description": "the file with the thing model"},
    },
    "devices": {
        "product": {**_TEXT, "description": "the name of the product"},
        "product_key": _TEXT,
        "name": {**_TEXT, "description": "unique within the product"},
        "iot_id": {**_TEXT, "description": "the ID on the platform"},
        "nickname": _TEXT,
        "status": {"enum": ["unactive", "online", "offline", "disable"]},
        "enabled": {"type": "boolean", "description": "whether the device may connect"},
        "tags": {**_TEXTS_BY_NAME, "description": "null if they were not read", "type": ["object", "null"]},
        "groups": {"type": ["array", "null"], "items": _TEXT, "description": "null if they were not read"},
        "gateway": _GATEWAY,
        "values": _VALUES,
    },
}


class NeutralExport:
    """An export in neutral formats.

    Args:
        client: The API client.
        selection: The products to export.
        one_by_one: Whether facts about devices may be read that take one request for each device; their last values do.

    Attributes:
        gaps: What the export does not contain.
        counts: The number of exported records by plural.
    """

    def __init__(self, client: Any, selection: Selection, one_by_one: bool) -> None:
        self.gaps: list[Gap] = []
        self.counts: Counter[str] = Counter()
        self._client = client
        self._selection = selection
        self._one_by_one = one_by_one
        self._workers = WorkerPool(client, _PARALLEL_REQUESTS)

    def write(self, folder: ExportFolder) -> None:
        """Read the account, and write the files."""
        scan = Scan(self._client, {}, _KINDS)
        scan.run(self._selection.accepts)
        self._selection.check(scan.found["products"])
        self.gaps += scan.gaps
        products = sorted(filter(self._selection.accepts, scan.found["products"]), key=lambda one: one.name)
        models = {one.values["product_key"]: one.values for one in scan.found["thing_models"]}
        folder.write("schema.json", json.dumps(_schema(), indent=2) + "\n")
        with open_records(folder, "products") as write:
            for product, file in self._write_models(folder, products, models):
                values = {name: _or_empty(product.values.get(name), kind) for name, kind in SCHEMAS["products"].items()}
                write({**values, "model": file})
                self.counts["products"] += 1
        exported = DeviceExport(self._client, scan.found["device_groups"], products, one_by_one=self._one_by_one)
        with open_records(folder, "devices") as write:
            for product, states in exported.products():
                for record in self._devices(exported, product, states):
                    write(record)
                    self.counts["devices"] += 1
        self.gaps += exported.gaps

    def _write_models(
        self, folder: ExportFolder, products: list[Found], models: dict[str, dict[str, Any]]
    ) -> Iterator[tuple[Found, str | None]]:
        """Write the models, and yield each product with the file of its model."""
        names = FileNames()
        for product in products:
            model = models.get(product.values["product_key"])
            if model is None:
                yield product, None
                continue
            file = f"models/{names.of(product.name)}.tm.json"
            description = product.values.get("description") or ""
            version = model.get("version") or "" if model.get("published") else ""
            content = thing_model(product.name, description, version, model)
            folder.write(file, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
            self.counts["models"] += 1
            yield product, file

    def _devices(self, exported: DeviceExport, product: Found, states: list[DeviceState]) -> Iterator[dict[str, Any]]:
        key = product.values["product_key"]
        with_values = self._one_by_one and bool(product.values.get("thing_model"))
        for start in range(0, len(states), _CHUNK):
            chunk = states[start : start + _CHUNK]
            values = self._last_values(key, chunk) if with_values else {}
            for state in chunk:
                gateway = exported.gateway_of(product, state)
                yield {
                    "product": product.name,
                    "product_key": key,
                    "name": state.name,
                    "iot_id": state.iot_id,
                    "nickname": state.nickname or "",
                    "status": str(state.status).lower(),
                    "enabled": state.enabled,
                    "tags": None if state.tags is None else dict(sorted(state.tags.items())),
                    "groups": exported.groups_of(state),
                    "gateway": {"product": gateway[0], "name": gateway[1]} if gateway else None,
                    "values": values.get(state.name, {}),
                }

    def _last_values(self, key: str, states: list[DeviceState]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}

        def read(name: str) -> None:
            reply = self._workers.find("QueryDevicePropertyStatus", {"ProductKey": key, "DeviceName": name})
            rows = member(reply or {}, "Data.List.PropertyStatusInfo") or []
            found[name] = {
                row["Identifier"]: {"value": property_value(row), "time": int(row.get("Time") or 0)}
                for row in sorted(rows, key=lambda row: row["Identifier"])
                if row.get("Value")
            }

        for state in states:
            self._workers.submit("QueryDevicePropertyStatus", lambda name=state.name: read(name))
        self._workers.wait()
        return found


@contextmanager
def open_records(folder: ExportFolder, name: str) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Open two files for the same records, JSON Lines and CSV, and yield the function that writes one record to both.

    Cells of the CSV file are text, numbers, ``true`` and ``false``; lists and objects are JSON.

    Args:
        folder: The folder of the export.
        name: The key of ``SCHEMAS``, and the name of the files without their endings.
    """
    columns = list(SCHEMAS[name])
    paths = [folder.path_of(f"{name}.{ending}") for ending in ("jsonl", "csv")]
    with open(paths[0], "w", encoding="utf-8") as lines, open(paths[1], "w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(columns)

        def write(record: dict[str, Any]) -> None:
            lines.write(json.dumps({column: record[column] for column in columns}, ensure_ascii=False) + "\n")
            writer.writerow([_cell(record[column]) for column in columns])

        yield write


def _or_empty(value: Any, kind: dict[str, Any]) -> Any:
    """Return a value; an empty one in place of None if the schema does not allow null."""
    return {"string": "", "object": {}}.get(str(kind.get("type"))) if value is None else value


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _schema() -> dict[str, Any]:
    """Return the JSON schema of the records of all files."""
    records = {
        name: {"type": "object", "required": list(members), "additionalProperties": False, "properties": members}
        for name, members in SCHEMAS.items()
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Neutral export", "$defs": records}
