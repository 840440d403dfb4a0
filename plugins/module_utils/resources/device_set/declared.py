# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The devices of a declared device set, and all that is wrong with them, without requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import Member, Violation
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.csv_file import read_lines
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.desired import find_problems
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.slices import slice_selector


def declared_contents(params: dict[str, Any], check_options: Callable[[dict], None]) -> Iterator[Member | Violation]:
    """Yield the devices of a set, and what is wrong with its options and with the lines of its CSV file.

    Args:
        params: The options of the set, with defaults.
        check_options: Raises InvalidValue if options contradict each other.
    """
    try:
        check_options(params)
    except InvalidValue as error:
        yield Violation("invalid-value", str(error), error.field)
        return
    for problem in find_problems(params["defaults"]):
        yield Violation("invalid-value", f"defaults: {problem}", "defaults")
    path = params.get("devices_file")
    is_in_slice = slice_selector(params.get("slice"))
    defaults = {"product": params["product"], **_set_options(params["defaults"])}
    for line, row in read_lines(path) if path else ((0, row) for row in params["devices"]):
        place = (path, line, 1) if line else None
        option = "devices_file" if path else "devices"
        if isinstance(row, InvalidValue):
            yield Violation("invalid-csv" if line else "unreadable-file", str(row), option, place=place)
            continue
        name = row["name"]
        problem = DEVICE_NAME.check(name)
        if problem:
            yield Violation("invalid-value", f"device name {problem}", option, place=place)
        for problem in find_problems(row):
            yield Violation("invalid-value", f"device {name}: {problem}", option, place=place)
        if params["state"] == "present" and is_in_slice(name):
            options = {**defaults, **_set_options(row)}
            if "tags" in defaults:
                options["tags"] = {**defaults["tags"], **options["tags"]}
            yield Member("device", options, place)


def _set_options(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
