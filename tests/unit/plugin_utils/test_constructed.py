# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests that constructed variables and groups equal those of Ansible."""

from __future__ import annotations

import pytest

HOSTS = {
    f"lamp-{number}": {
        "iot_name": f"lamp-{number}",
        "iot_status": "online" if number % 3 else "offline",
        "iot_tags": {"site": f"s{number % 2}", "row": str(number % 5), **({"spare": "yes"} if number % 2 else {})},
        "iot_groups": ["bridge"] if number % 4 else [],
        "iot_modules": {"default": f"1.{number % 3}", "mcu": ""},
        "number": number,
        "nothing": None,
        "text": "{{ not_a_template }}",
    }
    for number in range(40)
}

COMPOSE = {
    "site": "iot_tags.site",
    "copied": "iot_tags",
    "missing": "iot_tags.missing",
    "no_such": "no_such.thing",
    "method": "iot_tags.items",
    "upper": "iot_tags.site | upper",
    "label": "iot_name ~ '-' ~ iot_tags.row",
    "row": "iot_tags.row | int",
    "spare": "iot_tags.spare | default('no')",
    "spare_too": "iot_tags['spare'] is defined",
    "when": "'day' if iot_status == 'online' else 'night'",
    "list": "[iot_tags.site, iot_tags.row]",
    "fails": "number / (number % 2)",
    "wrong": "iot_tags. +",
    "constant": "3",
    "truth": "true",
    "spaced": "  iot_status  ",
    "modules": "iot_modules.keys() | list",
    "looked_up": "lookup('ansible.builtin.vars', 'iot_status')",
    "raw": "text",
    "nothing_too": "nothing",
    "later": "site",
}
GROUPS = {
    "online": "iot_status == 'online'",
    "west": "iot_tags.site == 's1'",
    "spare one": "iot_tags.spare is defined",
    "small": "number < 10",
    "composed": "row == 3",
    "fails": "no_such.thing == 1",
    "callable": "iot_name.startswith('lamp-1')",
}
KEYED = [
    {"key": "iot_tags.site", "prefix": "site"},
    {"key": "iot_groups", "prefix": "group"},
    {"key": "iot_tags", "prefix": "tag", "separator": "-"},
    {"key": "iot_modules", "prefix": "module", "default_value": "unknown"},
    {"key": "iot_status | upper", "parent_group": "states"},
    {"key": "iot_tags.spare | default('')", "prefix": "spare", "default_value": "none"},
    {"key": "no_such", "prefix": "never"},
    {"key": "row | string", "prefix": "row"},
]


def inventory_of(kind, strict=False, compose=None, groups=None, keyed_groups=None, extra=None):
    """Return the variables of the hosts, and the members and parents of the groups, that a plugin class constructs."""
    from ansible.inventory.data import InventoryData
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.inventory import to_safe_group_name
    from ansible.template import Templar

    from ansible_collections.iotops.aliyun.plugins.plugin_utils.unsafe import mark_unsafe

    try:
        from ansible.template import trust_as_template
    except ImportError:  # ansible-core before 2.19
        trust_as_template = str

    def trusted(value):
        if isinstance(value, dict):
            return {name: trusted(member) for name, member in value.items()}
        if isinstance(value, list):
            return [trusted(member) for member in value]
        return trust_as_template(value) if isinstance(value, str) else value

    options = {
        "strict": strict,
        "compose": trusted(compose or {}),
        "groups": trusted(groups or {}),
        "keyed_groups": trusted(keyed_groups or []),
        "use_extra_vars": bool(extra),
        "leading_separator": True,
    }
    plugin = kind()
    plugin.get_option = options.__getitem__
    plugin.inventory = InventoryData()
    plugin.templar = Templar(loader=DataLoader())
    plugin._vars = extra or {}
    # Inventory plugins have it from another base class.
    plugin._sanitize_group_name = to_safe_group_name
    for host, variables in mark_unsafe(HOSTS).items():
        plugin.inventory.add_host(host)
        for name, value in variables.items():
            plugin.inventory.set_variable(host, name, value)
        plugin.construct(host, dict(variables))
    plugin.inventory.reconcile_inventory()
    host_variables = {host.name: {**host.vars} for host in plugin.inventory.hosts.values()}
    for variables in host_variables.values():
        # ansible-core before 2.19 converts a method to text with an address.
        if isinstance(variables.get("method"), str):
            variables["method"] = variables["method"].partition(" at ")[0]
    members = {name: sorted(host.name for host in group.get_hosts()) for name, group in plugin.inventory.groups.items()}
    parents = {
        name: sorted(group.name for group in group.parent_groups) for name, group in plugin.inventory.groups.items()
    }
    return host_variables, members, parents


@pytest.fixture
def kinds():
    """Return the class of Ansible and the class of the collection."""
    from ansible.plugins.inventory import Constructable

    from ansible_collections.iotops.aliyun.plugins.plugin_utils.constructed import Constructed

    class Plain(Constructable):
        def construct(self, host, variables):
            strict = self.get_option("strict")
            self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict)

    return Plain, Constructed


def test_constructed_result_equals_ansible(kinds):
    plain, ours = (inventory_of(kind, False, COMPOSE, GROUPS, KEYED) for kind in kinds)
    assert ours == plain
    assert ours[0]["lamp-7"]["label"] == "lamp-7-2"
    assert {"online", "site_s1", "tag_site_s0", "module_default_1_2", "_ONLINE"} <= set(ours[1])
    assert "missing" not in ours[0]["lamp-7"]


def test_constructed_with_extra_vars_equals_ansible(kinds):
    extra = {"iot_status": "broken", "factor": 3}
    compose = {"status": "iot_status", "shouted": "iot_status | upper", "times": "number * factor"}
    plain, ours = (inventory_of(kind, False, compose, extra=extra) for kind in kinds)
    assert ours == plain
    assert ours[0]["lamp-7"]["status"] == "broken"
    assert ours[0]["lamp-7"]["shouted"] == "BROKEN"


@pytest.mark.parametrize(
    "options",
    [{"compose": {"a": "no_such.thing"}}, {"groups": {"a": "no_such"}}, {"keyed_groups": [{"key": "no_such"}]}],
)
def test_constructed_strict_error_equals_ansible(kinds, options):
    messages = []
    for kind in kinds:
        with pytest.raises(Exception) as caught:  # noqa: PT011
            inventory_of(kind, True, **options)
        messages.append((type(caught.value), str(caught.value).splitlines()[0]))
    assert messages[0] == messages[1]


def test_constructed_values_are_not_shared_between_hosts(kinds):
    host_variables, _members, _parents = inventory_of(
        kinds[1], False, {"pair": "[iot_tags.site, 'x']", "copied": "iot_tags"}
    )
    host_variables["lamp-1"]["pair"].append("y")
    host_variables["lamp-1"]["copied"]["new"] = "z"
    assert host_variables["lamp-3"]["pair"] == ["s1", "x"]
    assert "new" not in host_variables["lamp-1"]["iot_tags"]


def test_constructed_nondeterministic_expression_is_evaluated_per_host(kinds):
    compose = {"chance": "range(1000000) | random", "now": "now().timestamp()", "shuffled": "iot_groups | shuffle"}
    host_variables, _members, _parents = inventory_of(kinds[1], False, compose)
    assert len({variables["chance"] for variables in host_variables.values()}) > 20
    assert len({variables["now"] for variables in host_variables.values()}) == len(host_variables)


def test_constructed_expression_is_evaluated_once_per_value(kinds):
    _plain, constructed = kinds
    evaluated = []

    class Counting(constructed):
        def _evaluate(self, kind, text, variables, evaluate):
            def counted():
                evaluated.append(text)
                return evaluate()

            return super()._evaluate(kind, text, variables, counted)

    inventory_of(
        Counting, False, {"a": "iot_tags.site | upper"}, {"b": "iot_tags.row == '3'"}, [{"key": "iot_tags.site"}]
    )
    assert sorted(evaluated) == ["iot_tags.row == '3'"] * 5 + ["iot_tags.site | upper"] * 2


def test_expression_results_that_never_repeat_are_not_cached():
    from ansible_collections.iotops.aliyun.plugins.plugin_utils.constructed import Expression

    expression = Expression("number | string")
    for number in range(10_000):
        if expression.is_worth_caching():
            expression.results[number] = (False, number)
    assert len(expression.results) <= 5_001
