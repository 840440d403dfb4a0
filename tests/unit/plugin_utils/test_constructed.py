# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is constructed in one go is what Ansible constructs host by host."""

from __future__ import annotations

import pytest

HOSTS = {
    f"lamp-{number}": {
        "iot_name": f"lamp-{number}",
        "iot_status": "online" if number % 3 else "offline",
        "iot_tags": {"site": f"s{number % 2}", "row": str(number % 5), **({"odd": "yes"} if number % 2 else {})},
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
    "odd": "iot_tags.odd | default('no')",
    "odd_too": "iot_tags['odd'] is defined",
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
    "odd one": "iot_tags.odd is defined",
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
    {"key": "iot_tags.odd | default('')", "prefix": "odd", "default_value": "none"},
    {"key": "no_such", "prefix": "never"},
    {"key": "row | string", "prefix": "row"},
]


def inventory_of(kind, strict=False, compose=None, groups=None, keyed_groups=None, extra=None):
    """The variables and groups that a way to construct leads to."""
    from ansible.inventory.data import InventoryData
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar, trust_as_template

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
    for host, variables in HOSTS.items():
        plugin.inventory.add_host(host)
        for name, value in variables.items():
            plugin.inventory.set_variable(host, name, value)
        plugin.construct(host, dict(variables))
    plugin.inventory.reconcile_inventory()
    told = {host.name: {**host.vars} for host in plugin.inventory.hosts.values()}
    members = {name: sorted(host.name for host in group.get_hosts()) for name, group in plugin.inventory.groups.items()}
    parents = {
        name: sorted(group.name for group in group.parent_groups) for name, group in plugin.inventory.groups.items()
    }
    return told, members, parents


@pytest.fixture
def kinds():
    """How Ansible constructs, and how it is done here."""
    from ansible.plugins.inventory import Constructable

    from ansible_collections.iotops.aliyun.plugins.plugin_utils.constructed import Constructed

    class Plain(Constructable):
        def construct(self, host, variables):
            strict = self.get_option("strict")
            self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict)

    return Plain, Constructed


def test_the_same_comes_of_it(kinds):
    plain, ours = (inventory_of(kind, False, COMPOSE, GROUPS, KEYED) for kind in kinds)
    assert ours == plain
    assert ours[0]["lamp-7"]["label"] == "lamp-7-2"
    assert {"online", "site_s1", "tag_site_s0", "module_default_1_2", "_ONLINE"} <= set(ours[1])
    assert "missing" not in ours[0]["lamp-7"]


def test_with_variables_of_the_command_line(kinds):
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
def test_strict(kinds, options):
    messages = []
    for kind in kinds:
        with pytest.raises(Exception) as caught:  # noqa: PT011
            inventory_of(kind, True, **options)
        messages.append((type(caught.value), str(caught.value).splitlines()[0]))
    assert messages[0] == messages[1]


def test_nobody_s_value_is_another_s(kinds):
    told, _members, _parents = inventory_of(kinds[1], False, {"pair": "[iot_tags.site, 'x']", "copied": "iot_tags"})
    told["lamp-1"]["pair"].append("y")
    told["lamp-1"]["copied"]["new"] = "z"
    assert told["lamp-3"]["pair"] == ["s1", "x"]
    assert "new" not in told["lamp-1"]["iot_tags"]


def test_what_may_tell_something_else_is_asked_each_time(kinds):
    compose = {"chance": "range(1000000) | random", "now": "now().timestamp()", "shuffled": "iot_groups | shuffle"}
    told, _members, _parents = inventory_of(kinds[1], False, compose)
    assert len({variables["chance"] for variables in told.values()}) > 20
    assert len({variables["now"] for variables in told.values()}) == len(told)


def test_an_expression_is_worked_out_once_for_the_same_values(kinds):
    _plain, constructed = kinds
    asked = []

    class Counting(constructed):
        def _evaluated(self, kind, text, variables, evaluate):
            def counted():
                asked.append(text)
                return evaluate()

            return super()._evaluated(kind, text, variables, counted)

    inventory_of(
        Counting, False, {"a": "iot_tags.site | upper"}, {"b": "iot_tags.row == '3'"}, [{"key": "iot_tags.site"}]
    )
    assert sorted(asked) == ["iot_tags.row == '3'"] * 5 + ["iot_tags.site | upper"] * 2


def test_what_never_repeats_is_not_kept():
    from ansible_collections.iotops.aliyun.plugins.plugin_utils.constructed import Expression

    expression = Expression("number | string")
    for number in range(10_000):
        if expression.is_worth_keeping():
            expression.outcomes[number] = (False, number)
    assert len(expression.outcomes) <= 5_001
