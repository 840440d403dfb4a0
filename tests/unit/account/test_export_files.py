# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of an export: escaped templates, file names, comments, and the folder."""

from __future__ import annotations

import json

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.iotops.aliyun.plugins.lookup.fleet import _trusted
from ansible_collections.iotops.aliyun.plugins.module_utils.account.export_files import (
    MANIFEST,
    ExportFolder,
    FileNames,
    comment,
    escape,
    to_yaml,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.thing_description import thing_model
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue


@pytest.mark.parametrize(
    "text",
    [
        "{{ lookup('pipe', 'false') }}",
        "\n{{ 1 }}\n",
        "{% raw %}{{ 1 }}{% endraw %}",
        "a {%- endraw -%} {{ 1 }}",
        "{%\nendraw%}{{ 1 }}{% endraw %}",
        "{%{% endraw %}{{ 1 }}",
        "{# hidden #} shown",
        "['{{ x }}', 1]",
        '{"a": "{{ x }}"}',
        "{{ {} }}",
        "'{{ 1 }}' \\n \\' 灯",
        "{% endfilter %}{{ 1 }}",
        "plain",
        "[1, 2]",
        "True",
        "${deviceName()} }} %}",
    ],
)
def test_escaped_text_is_read_as_it_was(text):
    written = yaml.safe_load(to_yaml({"text": escape(text)}))["text"]
    assert Templar(DataLoader()).template(_trusted(written)) == text


@pytest.mark.parametrize("value", [{"{{ key }}": "text"}, "{{ 1 }}\r\n", [{"a": ["{% b %}\r"]}]])
def test_value_that_cannot_be_escaped_is_an_error(value):
    with pytest.raises(ValueError, match="looks like a template"):
        escape(value)


def test_yaml_keeps_order_and_type_of_values():
    value = {"b": "yes", "a": "12:30", "c": "2030-01-01", "d": "line\n  line\n", "e": [{"f": None}, "1e3", 1]}
    text = to_yaml({"kind": [value]})
    assert yaml.safe_load(text) == {"kind": [value]}
    assert list(yaml.safe_load(text)["kind"][0]) == list(value)


def test_file_names_are_safe_and_distinct():
    names = FileNames()
    found = [names.of(name) for name in ("lamp", "LAMP", "../../etc/passwd", "路灯", "", "a/b", "a_b", "lamp")]
    assert found == ["lamp", "LAMP_", "______etc_passwd", "路灯", "_", "a_b", "a_b_", "lamp"]


def test_comment_has_one_line():
    assert comment("name\n- injected: true\u2028x\x1b[0m") == "# name - injected: true x [0m\n"


def test_folder_replaces_its_own_files_only(tmp_path):
    def export(files: dict[str, str], overwrite: bool = False) -> list[str]:
        with ExportFolder(str(tmp_path / "there"), overwrite) as folder:
            for name, text in files.items():
                folder.write(name, text)
            return folder.commit(check_mode=False)

    assert export({"a.yml": "1", "b/c.yml": "2"}) == ["a.yml", "b/c.yml"]
    assert export({"a.yml": "1", "b/c.yml": "2"}) == []
    assert export({"a.yml": "3"}) == ["a.yml", "b/c.yml"]
    assert not (tmp_path / "there/b/c.yml").exists()
    (tmp_path / "there/a.yml").write_text("changed", encoding="utf-8")
    with pytest.raises(InvalidValue, match=r"changed since: a\.yml"):
        export({"a.yml": "4"})
    assert export({"a.yml": "changed"}) == []
    assert export({"a.yml": "4"}, overwrite=True) == ["a.yml"]


def test_manifest_cannot_name_files_outside_of_the_folder(tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    victim = tmp_path / "victim.yml"
    victim.write_text("text", encoding="utf-8")
    files = {"../victim.yml": "", str(victim): ""}
    (there / MANIFEST).write_text(json.dumps({"files": files}), encoding="utf-8")
    with ExportFolder(str(there), overwrite=True) as folder:
        assert folder.commit(check_mode=False) == []
    assert victim.exists()


def test_malformed_manifest_is_an_error(tmp_path):
    (tmp_path / MANIFEST).write_text("[]", encoding="utf-8")
    with pytest.raises(InvalidValue, match="cannot be read"):
        ExportFolder(str(tmp_path), overwrite=False)


def test_thing_model_of_wot_has_the_schemas_of_the_functions():
    model = {
        "functions": {
            "properties": {
                "Mode": {"type": "enum", "values": {"10": "auto", "2": "off"}, "access": "rw", "required": True},
                "Track": {
                    "type": "array",
                    "size": 3,
                    "item": {
                        "type": "struct",
                        "members": {"At": {"type": "date"}, "Note": {"type": "text", "length": 9}},
                    },
                },
            },
            "services": {"Flash": {"call": "sync", "inputs": {"Times": {"type": "int", "min": "1", "max": 9}}}},
        },
        "blocks": [{"id": "motor", "functions": {"events": {"Hot": {"type": "alert", "description": "too hot"}}}}],
    }
    found = thing_model("lamp", "", "v1", model)
    assert found["version"] == {"model": "v1"}
    assert found["tm:optional"] == ["/properties/Track"]
    assert found["properties"]["Mode"]["oneOf"] == [{"const": 2, "title": "off"}, {"const": 10, "title": "auto"}]
    assert found["properties"]["Track"]["readOnly"] is True
    assert found["properties"]["Track"]["items"] == {
        "type": "object",
        "properties": {
            "At": {"title": "At", "type": "string", "description": "milliseconds since 1970"},
            "Note": {"title": "Note", "type": "string", "aliyun:maxBytes": 9},
        },
    }
    assert found["actions"]["Flash"] == {
        "title": "Flash",
        "synchronous": True,
        "input": {
            "type": "object",
            "properties": {"Times": {"title": "Times", "type": "integer", "minimum": 1, "maximum": 9}},
        },
    }
    assert found["events"] == {"motor:Hot": {"title": "Hot", "description": "too hot", "aliyun:type": "alert"}}
