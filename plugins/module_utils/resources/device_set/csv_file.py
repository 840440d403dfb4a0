# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices in a CSV file, read line by line."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue

#: What stands between several groups of one device.
SEPARATOR = ";"

_TAG = "tags."
_COLUMNS = ("name", "nickname", "enabled", "groups", "gateway_product", "gateway")
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def rows_of(path: str) -> Iterator[dict]:
    """What a CSV file says of devices, as the option ``devices`` would.

    The first line names the columns: ``name``, and as wanted ``nickname``, ``enabled``, ``groups`` (several with ``;``
    between them), ``gateway_product`` and ``gateway``, and ``tags.KEY`` for each tag. An empty cell says nothing.

    Raises:
        InvalidValue: it cannot be read, or a line cannot be understood; the line is named.
    """
    try:
        # A spreadsheet begins its files with a mark of the encoding.
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [column.strip() for column in next(reader, [])]
            _check_header(header, path)
            for cells in reader:
                if cells:
                    yield _row(dict(zip(header, cells)), len(cells) == len(header), f"line {reader.line_num} of {path}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidValue(f"devices_file cannot be read: {path}: {reason}", field="devices_file") from None


def _check_header(header: list, path: str) -> None:
    known = [column in _COLUMNS or (column.startswith(_TAG) and column != _TAG) for column in header]
    if "name" not in header:
        raise InvalidValue(f"the first line of {path} has no column called name", field="devices_file")
    if not all(known):
        strange = header[known.index(False)]
        raise InvalidValue(
            f"{path} has a column {strange!r}",
            field="devices_file",
            remedy=f"Columns are {', '.join(_COLUMNS)} and tags.KEY",
        )
    if len(set(header)) < len(header):
        raise InvalidValue(f"{path} has two columns of one name", field="devices_file")


def _row(cells: dict, is_whole: bool, place: str) -> dict:
    if not is_whole:
        raise InvalidValue(f"{place} has not as many cells as the first line", field="devices_file")
    cells = {column: text.strip() for column, text in cells.items() if text.strip()}
    if "name" not in cells:
        raise InvalidValue(f"{place} names no device", field="devices_file")
    row = {column: cells[column] for column in ("name", "nickname") if column in cells}
    if "enabled" in cells:
        word = cells["enabled"].lower()
        if word not in _WORDS:
            raise InvalidValue(f"{place}: enabled is true or false, not {cells['enabled']!r}", field="devices_file")
        row["enabled"] = _WORDS[word]
    if "groups" in cells:
        row["groups"] = [group.strip() for group in cells["groups"].split(SEPARATOR) if group.strip()]
    if "gateway" in cells or "gateway_product" in cells:
        row["gateway"] = {"product": cells.get("gateway_product"), "name": cells.get("gateway")}
    tags = {column[len(_TAG) :]: text for column, text in cells.items() if column.startswith(_TAG)}
    if tags:
        row["tags"] = tags
    return row
