# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of ``iot_thing_model`` that set functions in one of three formats (manual chapter 4.11)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import functions as plain
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import (
    thing_model_json,
    tsl,
    validation,
)

#: The conversion of each format of a model to the plain form.
_TO_FUNCTIONS = {
    "functions": plain.normalize,
    "tsl": lambda value: tsl.to_functions(tsl.parse(value)),
    "thing_model_json": lambda value: thing_model_json.to_functions(thing_model_json.parse(value)),
}


def functions_option(desired: dict) -> tuple[dict | None, str]:
    """Return the normalized functions that a task sets in one of the formats, and the name of the option.

    Returns:
        The functions, None if the task does not set them; the name of the option, empty if it does not.

    Raises:
        InvalidValue: Several options set the functions, or they are invalid.
    """
    formats = [name for name in _TO_FUNCTIONS if name in desired]
    if "copy_from" in desired:
        others = [name for name in (*formats, "extended_descriptions", "blocks") if name in desired]
        if others:
            raise InvalidValue(f"copy_from and {others[0]} cannot both be set", field=others[0])
    if len(formats) > 1:
        raise InvalidValue(
            f"{formats[0]} and {formats[1]} cannot both be set: they are formats of the same model", field=formats[1]
        )
    if not formats:
        return None, ""
    return _convert(formats[0], formats[0], desired[formats[0]]), formats[0]


def parse_block(block: dict) -> dict:
    """Return a block of the option ``blocks``, with normalized functions for all formats."""
    formats = [name for name in _TO_FUNCTIONS if block.get(name) is not None]
    if len(formats) > 1:
        raise InvalidValue(
            f"{formats[0]} and {formats[1]} cannot both be set for block {block['id']}: they are formats of the same "
            "model",
            field="blocks",
        )
    result = {name: block[name] for name in ("id", "name", "description") if block.get(name) is not None}
    if formats:
        result["functions"] = _convert("blocks", formats[0], block[formats[0]])
    return result


def _convert(option: str, source_format: str, value: Any) -> dict:
    """Return the functions of an option in the plain form.

    Args:
        option: The name of the option, for messages.
        source_format: The format of the value.
        value: The value of the option.

    Raises:
        InvalidValue: The platform would reject the functions.
    """
    functions = _TO_FUNCTIONS[source_format](value)
    # The limits of the plain form apply to the other formats too. The option ``functions`` is already checked.
    problem = "" if source_format == "functions" else plain.Functions().check(functions)
    problem = problem or validation.find_error(functions)
    if not problem:
        length = len(tsl.to_text(tsl.from_functions(functions)))
        if length > tsl.MAX_CHARACTERS:
            problem = f"must have at most {tsl.MAX_CHARACTERS} characters as TSL, not {length}"
    if problem:
        raise InvalidValue(f"{option} {problem}", field=option)
    return functions
