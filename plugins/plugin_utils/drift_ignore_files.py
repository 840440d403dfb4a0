# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read the files with rules for intended drift, which are beside the fleet files and are no fleet files themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleError

from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift_ignore import problems_of

#: The names of the files, in any folder of a fleet.
FILE_NAMES = ("drift_ignore.yml", "drift_ignore.yaml", "drift_ignore.json")

#: The key of the list of rules, which a file can contain instead of the bare list.
KEY = "drift_ignore"

Place = tuple[str, int, int]


class DriftIgnoreFiles:
    """The rules in the files of a fleet.

    Args:
        template: Returns a value with the templates in it evaluated.

    Attributes:
        rules: The valid rules: ``options`` and ``source``.
        problems: What is wrong: ``source`` and ``message``.
    """

    def __init__(self, template: Callable[[Any], Any]) -> None:
        self._template = template
        self.rules: list[dict[str, Any]] = []
        self.problems: list[dict[str, Any]] = []

    def read_folder(self, folder: str) -> None:
        """Read all files of rules below a folder of fleet files."""
        for path in sorted(_files(Path(folder))):
            self.read(path)

    def read(self, path: Path) -> None:
        """Read one file."""
        start = (str(path), 1, 1)
        try:
            text = path.read_text(encoding="utf-8")
            content, node = yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = (str(path), mark.line + 1, mark.column + 1) if mark else start
            self._report(place, f"the file is not valid YAML: {error.problem}")
            return
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            self._report(start, f"the file cannot be read: {error}")
            return
        if isinstance(content, dict) and list(content) == [KEY] and isinstance(node, yaml.MappingNode):
            content, node = content[KEY], node.value[0][1]
        if content is None:
            return
        if not isinstance(content, list) or not isinstance(node, yaml.SequenceNode):
            self._report(start, f"the file must be a list of rules, or a mapping of {KEY} to one")
            return
        for options, element in zip(content, node.value, strict=True):
            self._read_rule(path, options, element)

    def _read_rule(self, path: Path, options: Any, node: yaml.Node) -> None:
        source = _place(path, node)
        members = node.value if isinstance(node, yaml.MappingNode) else ()
        sources = {str(name.value): _place(path, name) for name, _value in members}
        try:
            options = self._template(options)
        except AnsibleError as error:
            self._report(source, f"the template cannot be evaluated: {error}")
            return
        problems = problems_of(options)
        for option, message in problems:
            self._report(sources.get(option, source), message)
        if not problems:
            # Results have JSON types only.
            until = {"until": str(options["until"])} if options.get("until") else {}
            self.rules.append({"options": {**options, **until}, "source": source})

    def _report(self, source: Place, message: str) -> None:
        self.problems.append({"source": source, "message": " ".join(message.split())})


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if name in FILE_NAMES)


def _place(path: Path, node: yaml.Node) -> Place:
    return str(path), node.start_mark.line + 1, node.start_mark.column + 1
