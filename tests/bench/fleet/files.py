# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of a large fleet."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import yaml

PRODUCTS = 50
TOPICS = 500
RULES = 100
GROUPS = 20
DEVICES = 20_000

SITE = "{{ site }}"

#: The properties of each thing model.
PROPERTIES = 20


def model() -> dict:
    """Return the functions of a thing model."""
    return {
        "properties": {
            f"Value{index}": {"name": f"value{index}", "type": "int", "min": 0, "max": 100, "access": "rw"}
            for index in range(PROPERTIES)
        },
        "events": {"Overheated": {"name": "overheated", "type": "alert", "outputs": {}}},
    }


#: The columns of the CSV files beside the name, and their values for a device.
COLUMNS = {
    "nickname": lambda number: f"lamp_{number}",
    "tags.site": lambda _number: "west",
    "tags.row": lambda number: f"row {number}",
    "groups": lambda number: f"group_{number % GROUPS:02d}",
}


def write_fleet(folder: Path, devices: int = DEVICES, columns: Sequence[str] = tuple(COLUMNS)) -> None:
    """Write the files of a fleet: one YAML file and one CSV file for each product, and a file with groups.

    Args:
        folder: The new folder.
        devices: The number of devices of all products.
        columns: The columns of the CSV files beside the name.
    """
    folder.mkdir()
    groups = "".join(f"  - {{name: group_{number:02d}}}\n" for number in range(GROUPS))
    (folder / "groups.yml").write_text(f"device_groups:\n{groups}", encoding="utf-8")
    for number in range(PRODUCTS):
        name = f"product_{number:02d}"
        (folder / f"{name}.yml").write_text("\n".join(product_lines(number, name)) + "\n", encoding="utf-8")
        lines = [",".join(("name", *columns))]
        for device in range(devices // PRODUCTS):
            values = (COLUMNS[column](device) for column in columns)
            lines.append(",".join((f"{name}-{device:05d}", *values)))
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def product_lines(number: int, name: str) -> list[str]:
    """Return the lines of the file of a product: with its model, topics, rules and devices."""
    return [
        "products:",
        f"  - {{name: {name}, node_type: device, thing_model: true, data_format: alink, tags: {{site: '{SITE}'}}}}",
        f"thing_models:\n  - product: {name}\n    published: true\n    functions: {json.dumps(model())}",
        "topics:",
        *(
            f"  - {{product: {name}, short_name: user/t{topic}, operation: pub, description: '{topic} at {SITE}'}}"
            for topic in range(TOPICS // PRODUCTS)
        ),
        "rules:",
        *(
            f"  - name: rule_{number}_{rule}\n    product: {name}\n    short_topic: +/thing/event/property/post\n"
            f"    select: items.Value{rule}.value as value\n    where: items.Value1.value > 10"
            for rule in range(RULES // PRODUCTS)
        ),
        f"device_sets:\n  - {{product: {name}, devices_file: {name}.csv}}",
    ]


def as_option(folder: Path) -> dict[str, list]:
    """Return the content of the files as the value of the option ``fleet``, as the lookup does for site ``west``."""
    fleet: dict[str, list] = defaultdict(list)
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8").replace(SITE, "west"))
        for kind, resources in content.items():
            fleet[kind] += resources
    for one in fleet["device_sets"]:
        one["devices_file"] = str(folder / one["devices_file"])
    return dict(fleet)
