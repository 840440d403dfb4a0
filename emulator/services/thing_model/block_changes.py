# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Replace functions and parameters in a block of a thing model."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import model
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.model import Block, Function

_MAX_PARAMETERS = 50

_FUNCTION_NOT_FOUND = "iot.prod.QueryProductAbilityFailed"


def replace_function(block: Block, identifier: str, functions: dict[str, list[Function]]) -> None:
    """Replace the function ``identifier`` of a block with the only function in ``functions``.

    Raises:
        ApiError: ``functions`` does not contain exactly one function, or the block has no function to replace.
    """
    new_functions = [(kind, function) for kind in model.KINDS for function in functions[kind]]
    if len(new_functions) != 1:
        raise ApiError("iot.system.IllegalRequest", "ThingModelJson must contain exactly one function")
    kind, new = new_functions[0]
    position, old = _find_function(block, kind, identifier)
    new["created"] = new["created"] or old["created"]
    new["config_code"] = old["config_code"] if new["extend_config"] else None
    block[kind][position] = new


def replace_parameters(block: Block, changes: list[tuple[str, str, dict[str, list]]]) -> None:
    """Replace the parameters of one service or event of a block.

    Args:
        block: The block.
        changes: The new parameters as (kind, identifier, parameters), with a single entry. Each parameter replaces the
            one with the same identifier.

    Raises:
        ApiError: ``changes`` does not have exactly one entry, has too many parameters, or the function or a parameter
            does not exist.
    """
    if len(changes) != 1:
        raise ApiError(
            "iot.system.IllegalRequest", "Without Identifier, ThingModelJson must contain exactly one service or event"
        )
    kind, identifier, parameters = changes[0]
    if sum(len(changed) for changed in parameters.values()) > _MAX_PARAMETERS:
        raise ApiError("iot.system.IllegalRequest", f"A request can update at most {_MAX_PARAMETERS} parameters")
    _position, function = _find_function(block, kind, identifier)
    for direction, changed in parameters.items():
        positions = {parameter["identifier"]: index for index, parameter in enumerate(function[direction])}
        for parameter in changed:
            if parameter["identifier"] not in positions:
                raise ApiError(_FUNCTION_NOT_FOUND, f"{identifier} has no parameter {parameter['identifier']}")
            function[direction][positions[parameter["identifier"]]] = parameter


def _find_function(block: Block, kind: str, identifier: str) -> tuple[int, Function]:
    """Return the position of a function and the function, or raise ApiError if the block has no such function."""
    for position, function in enumerate(block[kind]):
        if function["identifier"] == identifier:
            return position, function
    raise ApiError(_FUNCTION_NOT_FOUND, f"The thing model has no {identifier} in its {kind}")
