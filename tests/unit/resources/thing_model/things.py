# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Strategies for random thing models in the plain form."""

from __future__ import annotations

from hypothesis import strategies as st

_IDENTIFIERS = [f"Item{n}" for n in range(6)]
_LABELS = st.sampled_from(["on", "off", "开", "half-way"])
_NUMBERS = st.sampled_from(["int", "float", "double"]).flatmap(
    lambda kind: st.fixed_dictionaries(
        {
            "type": st.just(kind),
            "min": st.integers(-9, 0),
            "max": st.integers(1, 9)
            if kind == "int"
            else st.sampled_from([1, 2.5, 0.00001, "123456789.123456789123", 1e300, "4.9E-324"]),
        },
        optional={
            "step": st.integers(1, 3) if kind == "int" else st.sampled_from([1, 0.1, 0.001]),
            "unit": st.sampled_from(["%", "°C"]),
            "unit_name": st.just("percent"),
            "default": st.integers(0, 1),
            **({} if kind == "int" else {"precise": st.integers(1, 7)}),
        },
    )
)
_TEXTS = st.fixed_dictionaries(
    {"type": st.just("text"), "length": st.sampled_from([1, 64, 2048, 5000])}, optional={"default": st.just("x")}
)
_DATES = st.just({"type": "date"})
_BOOLS = st.tuples(_LABELS, _LABELS).map(lambda pair: {"type": "bool", "values": {"0": pair[0], "1": pair[1]}})
_ENUMS = st.dictionaries(st.sampled_from(["-1", "0", "7"]), _LABELS, min_size=1).map(
    lambda labels: {"type": "enum", "values": labels}
)
_SIMPLE = st.one_of(_NUMBERS, _TEXTS, _DATES, _BOOLS, _ENUMS)


def _named(types, least=0, most=2):
    return st.dictionaries(st.sampled_from(_IDENTIFIERS), types, min_size=least, max_size=most)


_STRUCTS = _named(_SIMPLE, 1).map(lambda members: {"type": "struct", "members": members})
_ITEMS = st.one_of(_NUMBERS, _TEXTS, _STRUCTS, st.sampled_from([{"type": "int"}, {"type": "text"}]))
_ARRAYS = st.tuples(st.integers(1, 512), _ITEMS).map(lambda pair: {"type": "array", "size": pair[0], "item": pair[1]})
TYPES = st.one_of(_SIMPLE, _STRUCTS, _ARRAYS)

_COMMON = {"description": st.sampled_from(["why", "为什么"]), "required": st.booleans()}


def _function(required: dict, **optional):
    return st.fixed_dictionaries(required, optional={**_COMMON, **optional})


_PROPERTIES = st.tuples(TYPES, _function({"access": st.sampled_from(["r", "w", "rw"])})).map(
    lambda pair: {**pair[0], **pair[1]}
)
_EVENTS = _function({"type": st.sampled_from(["info", "alert", "error"])}, outputs=_named(TYPES))
_SERVICES = _function({"call": st.sampled_from(["async", "sync"])}, inputs=_named(TYPES), outputs=_named(TYPES))

#: Functions of a block as a task sets them. Their names are unique.
FUNCTIONS = st.tuples(_named(_PROPERTIES, most=4), _named(_EVENTS), _named(_SERVICES)).map(
    lambda found: {
        kind: {f"{prefix}{identifier}": function for identifier, function in functions.items()}
        for (kind, prefix), functions in zip(
            (("properties", "P"), ("events", "E"), ("services", "S")), found, strict=True
        )
    }
)
