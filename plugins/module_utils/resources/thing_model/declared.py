# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Offline checks with declared thing models: breaking changes, and uses of properties that a model does not have."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import (
    ERROR,
    WARNING,
    Declared,
    OfflineCheck,
    Violation,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.compatibility import (
    Changes,
    describe_change,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.options import (
    functions_option,
    parse_block,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.state import to_model


def declared_model(options: dict[str, Any], declared: Declared) -> dict | None:
    """Return the model that the options of a thing model declare; None if they do not declare all of it.

    Args:
        options: The options, with defaults.
        declared: All declared resources, which keep the model.

    Raises:
        InvalidValue: The functions are invalid.
    """
    key = ("model", id(options))
    if key not in declared.memo:
        try:
            declared.memo[key] = _to_model({name: value for name, value in options.items() if value is not None})
        except InvalidValue as error:
            declared.memo[key] = error
    if isinstance(declared.memo[key], InvalidValue):
        raise declared.memo[key]
    model: dict | None = declared.memo[key]
    return model


def _to_model(given: dict[str, Any]) -> dict | None:
    functions, _option = functions_option(given)
    blocks = [parse_block(block) for block in given.get("blocks") or []]
    is_additive = "functions" in given and given.get("purge_functions") is False
    if given.get("state") == "absent" or functions is None or is_additive:
        return None
    return to_model({"functions": functions, "blocks": blocks})


def model_of(product: Any, declared: Declared) -> dict | None:
    """Return the declared model of a product; None if there is none, or if it is not known completely."""
    found = declared.find("thing_model", product=product)
    try:
        return declared_model(found[0], declared) if len(found) == 1 else None
    except InvalidValue:  # reported by another check
        return None


def properties_of(product: Any, declared: Declared) -> set[str] | None:
    """Return the properties of the declared model of a product; those of blocks as ``block:identifier``.

    Returns:
        The identifiers, or None if the model is not declared completely.
    """
    model = model_of(product, declared)
    if model is None:
        return None
    return {
        f"{block_id}:{identifier}" if block_id else identifier
        for block_id, block in model.items()
        for identifier in (block["functions"].get("properties") or {})
    }


class ValidModel(OfflineCheck):
    """The platform accepts the functions in all formats."""

    def violations(self, options: dict[str, Any], declared: Declared) -> Iterator[Violation]:
        try:
            declared_model(options, declared)
        except InvalidValue as error:
            yield Violation("invalid-value", str(error), error.field)


class UsesProperties(OfflineCheck):
    """The properties that options use are in the thing model of the product, if that is declared.

    Args:
        used: Returns the options and identifiers of the properties that a resource uses, for its options.
        level: ``WARNING`` if the platform accepts other names, too.
    """

    def __init__(self, used: Callable[[dict], Iterable[tuple[str, str]]], level: str = ERROR):
        self._used = used
        self._level = level

    def violations(self, options: dict[str, Any], declared: Declared) -> Iterator[Violation]:
        product = options.get("product")
        known = properties_of(product, declared) if product else None
        if known is None:
            return
        for option, identifier in dict.fromkeys(self._used(options)):
            if identifier not in known:
                nearest = difflib.get_close_matches(identifier, sorted(known), n=1)
                hint = f"; did you mean {nearest[0]}?" if nearest else ""
                message = f"{option} uses the property {identifier}, which the thing model of {product} does not have"
                yield Violation("unknown-property", f"{message}{hint}", option, level=self._level)


def keys_of(option: str) -> Callable[[dict], Iterable[tuple[str, str]]]:
    """Return a function for ``UsesProperties``: the keys of an option are identifiers of properties."""
    return lambda options: [(option, str(key)) for key in options.get(option) or {}]


class CompatibleWithBase(OfflineCheck):
    """The model has no changes that break the model that was declared before, if that one is published.

    If the task allows such changes, they are a warning.
    """

    def violations(self, options: dict[str, Any], declared: Declared) -> Iterator[Violation]:
        product = options["product"]
        published = declared.base.find("thing_model", product=product) if declared.base else []
        if declared.base is None or not any(one.get("published") for one in published):
            return
        before, after = model_of(product, declared.base), model_of(product, declared)
        if before is None or after is None:
            return
        if not options.get("purge_blocks"):
            after = {**before, **after}
        sources = ("tsl", "thing_model_json", "functions")
        option = next((name for name in sources if options.get(name) is not None), None)
        for change in Changes(before, after).breaking:
            message = f"the change breaks the published thing model of {product}: {describe_change(change)}"
            if options.get("allow_breaking"):
                yield Violation("breaking-change", message, option, WARNING)
            else:
                remedy = "Change the model in a compatible way, or set allow_breaking: true"
                yield Violation("breaking-change", f"{message}. {remedy}", option)
