# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The CSV file of the option ``devices_file``, read line by line."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue

#: Separates the groups in the column ``groups``.
GROUP_SEPARATOR = ";"

#: The characters that can separate cells.
DELIMITERS = (",", ";", "\t")

#: The beginning of the columns with tags.
TAG_PREFIX = "tags."
_COLUMNS = ("name", "nickname", "enabled", "groups", "gateway_product", "gateway")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_rows(path: str) -> Iterator[dict]:
    """Yield the devices of a CSV file in the form of the option ``devices``.

    Cells are separated by commas, semicolons or tabs. The first line contains the column names, in upper or lower case:
    ``name``, and optionally ``nickname``, ``enabled``, ``groups`` (several groups are separated by ``;``, in quotes if
    cells are, too), ``gateway_product``, ``gateway``, and ``tags.KEY`` for each tag. An empty cell has the same meaning
    as an option that is not set.

    Raises:
        InvalidValue: If the file cannot be read or a line is invalid; the message contains the line number.
    """
    for line, row in read_lines(path):
        if isinstance(row, InvalidValue):
            location = f"line {line} of {path}: " if line > 1 else ""
            raise InvalidValue(f"{location}{row}", field="devices_file") from None
        yield row


def read_lines(path: str) -> Iterator[tuple[int, dict | InvalidValue]]:
    """Yield the line numbers and devices of a CSV file, or what is wrong with a line, which has no device then.

    The file is not read further if its first line is invalid. The line of a file that cannot be read is 0.
    """
    line = 0
    try:
        # utf-8-sig: files of spreadsheet programs start with a byte order mark.
        with open(path, encoding="utf-8-sig", newline="") as file:
            delimiter = _delimiter(file.readline())
            file.seek(0)
            reader = csv.reader(file, strict=True, delimiter=delimiter)
            header = [_column(cell) for cell in next(reader, [])]
            line = 1
            _check_header(header, path)
            for cells in reader:
                if cells:
                    line = reader.line_num
                    yield line, _row_or_error(header, cells)
    except InvalidValue as error:
        yield line, error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        yield 0, InvalidValue(f"devices_file {path} cannot be read: {reason}", field="devices_file")


def _row_or_error(header: list[str], cells: list[str]) -> dict | InvalidValue:
    try:
        return _parse_row(dict(zip(header, cells)), len(cells) == len(header))
    except InvalidValue as error:
        return error


def _delimiter(line: str) -> str:
    """Return the delimiter of a file, from its first line: the one of the candidates that occurs most often."""
    return max(DELIMITERS, key=line.count)


def _column(cell: str) -> str:
    """Return the name of a column. Keys of tags are case-sensitive, other names are not."""
    name = cell.strip()
    if name.lower().startswith(TAG_PREFIX):
        return TAG_PREFIX + name[len(TAG_PREFIX) :]
    return name.lower()


def _check_header(header: list[str], path: str) -> None:
    if "name" not in header:
        found = ", ".join(repr(column) for column in header) or "nothing"
        raise InvalidValue(
            f"line 1 of devices_file {path} must contain a column 'name', but contains {found}",
            field="devices_file",
            remedy="Start the file with a line of column names, separated by commas, semicolons or tabs",
        )
    for column in header:
        if column not in _COLUMNS and (not column.startswith(TAG_PREFIX) or column == TAG_PREFIX):
            raise InvalidValue(
                f"line 1 of devices_file {path} has the unknown column {column!r}",
                field="devices_file",
                remedy=f"Valid columns are {', '.join(_COLUMNS)} and tags.KEY",
            )
    for column in header:
        if header.count(column) > 1:
            raise InvalidValue(
                f"line 1 of devices_file {path} has more than one column {column!r}", field="devices_file"
            )


def _parse_row(cells: dict[str, str], is_complete: bool) -> dict:
    if not is_complete:
        raise InvalidValue("the line does not have the same number of cells as the first line", field="devices_file")
    cells = {column: text.strip() for column, text in cells.items() if text.strip()}
    if "name" not in cells:
        raise InvalidValue("the line has no device name", field="devices_file")
    row: dict = {column: cells[column] for column in ("name", "nickname") if column in cells}
    if "enabled" in cells:
        word = cells["enabled"].lower()
        if word not in _BOOLEANS:
            raise InvalidValue(
                f"enabled must be one of {', '.join(_BOOLEANS)}, not {cells['enabled']!r}",
                field="devices_file",
            )
        row["enabled"] = _BOOLEANS[word]
    if "groups" in cells:
        row["groups"] = [group.strip() for group in cells["groups"].split(GROUP_SEPARATOR) if group.strip()]
    if "gateway" in cells or "gateway_product" in cells:
        row["gateway"] = {"product": cells.get("gateway_product"), "name": cells.get("gateway")}
    tags = {column[len(TAG_PREFIX) :]: text for column, text in cells.items() if column.startswith(TAG_PREFIX)}
    if tags:
        row["tags"] = tags
    return row
