# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read a directory of fleet files: the declared resources, and where each of their options is."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader

from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds, unknown_kind
from ansible_collections.iotops.aliyun.plugins.plugin_utils.drift_ignore_files import FILE_NAMES as DRIFT_IGNORE_FILES

try:
    from ansible.errors import AnsibleValueOmittedError as Omitted
except ImportError:

    class Omitted(AnsibleError):  # type: ignore[no-redef]
        """The value of a template is ``omit``. ansible-core before 2.19 has no such exception."""


# The parser in C is 10 times as fast, and most installations have it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SUFFIXES = (".yml", ".yaml", ".json")

#: The options whose values are paths, which are relative to the file that contains them.
PATH_OPTIONS = ("devices_file", "secrets_file", "file", "manifest")

# A template that inserts the value of a variable.
_VARIABLE = re.compile(r"\{\{ *[A-Za-z_][\w.]* *\}\}")

# Stands for a value whose template cannot be evaluated, and for one whose template is ``omit``.
_FAILED, _OMITTED = object(), object()

Place = tuple[str, int, int]


class FleetFiles:
    """The content of a directory tree of fleet files.

    Args:
        loader: Reads files, also encrypted ones.
        template_in: Returns, for a folder, the function that evaluates the templates in a value. Lookups find files in
            this folder. The function raises ``Omitted`` for the value ``omit``.

    Attributes:
        resources: The declared resources: ``kind``, ``options``, ``source`` and ``sources``; ``is_incomplete`` is true
            if a template in the options cannot be evaluated.
        problems: What could not be read: ``source``, ``message`` and ``rule``.
    """

    def __init__(self, loader: DataLoader, template_in: Callable[[str], Callable[[Any], Any]]) -> None:
        self._loader = loader
        self._template_in = template_in
        self._template: Callable[[Any], Any] = template_in("")
        self.resources: list[dict[str, Any]] = []
        self.problems: list[dict[str, Any]] = []
        # The values of texts that insert variables only: compiling a template takes longer than reading a resource.
        self._texts: dict[str | None, Any] = {}

    def read(self, folder: str) -> None:
        """Read all files below a folder, or one file."""
        root = Path(folder)
        if not root.exists():
            self._report((str(root), 0, 0), "there is no such file or folder")
            return
        paths = [root] if root.is_file() else sorted(_files(root))
        if not paths:
            self._report((str(root), 0, 0), f"the folder has no files with the endings {', '.join(SUFFIXES)}")
        for path in paths:
            self._read_file(path)

    def _read_file(self, path: Path) -> None:
        start = (str(path), 1, 1)
        try:
            text = path.read_text(encoding="utf-8")
            # The places in an encrypted file are not known.
            node = None if text.startswith("$ANSIBLE_VAULT") else yaml.compose(text, Loader=_Loader)
            # Paths are relative to the current folder, not to the playbook. ``unsafe``: the content is not cached, so
            # that it need not be copied.
            content = self._loader.load_from_file(os.path.abspath(path), cache="none", unsafe=True)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = (str(path), mark.line + 1, mark.column + 1) if mark else start
            self._report(place, f"the file is not valid YAML: {error.problem}")
            return
        except (AnsibleError, OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            self._report(start, f"the file cannot be read: {error}")
            return
        if content is None:
            return
        if not isinstance(content, dict):
            self._report(start, "the file must be a mapping of kinds to lists of resources")
            return
        if path.suffix == ".json" and not any(map(_may_be_kind, content)):
            return  # data for templates, such as a thing model
        self._template = self._template_in(str(path.parent))
        nodes = {str(key.value): (key, value) for key, value in node.value} if node else {}
        for kind, items in content.items():
            key, value = nodes.get(str(kind), (None, None))
            place = _place(path, key) if key else start
            if kind not in kinds():
                self._report(place, unknown_kind(str(kind)), "unknown-kind")
            elif items is not None:
                self._read_kind(path, str(kind), items, place, value)

    def _read_kind(self, path: Path, kind: str, items: Any, place: Place, node: yaml.Node | None) -> None:
        """Add the resources of a kind: ``place`` is that of the kind, ``node`` the list."""
        is_list = isinstance(items, list)
        if not is_list:
            # A template can produce the whole list.
            items = self._evaluated(items, place)
            if items not in (None, _FAILED, _OMITTED) and not isinstance(items, list):
                self._report(place, f"{kind} must be a list")
            items = items if isinstance(items, list) else []
        # The elements of a list that a template produces have no places of their own.
        elements = node.value if is_list and isinstance(node, yaml.SequenceNode) else [None] * len(items)
        for item, element in zip(items, elements, strict=False):
            source = _place(path, element) if element else place
            members = element.value if isinstance(element, yaml.MappingNode) else ()
            sources = {str(name.value): _place(path, name) for name, _value in members}
            failed = []
            if is_list and isinstance(item, dict):
                values = {name: self._evaluated(value, sources.get(str(name), source)) for name, value in item.items()}
                failed = [name for name, value in values.items() if value is _FAILED]
                item = {name: value for name, value in values.items() if value not in (_FAILED, _OMITTED)}
            self._add(path, kind, item, source, sources, is_incomplete=bool(failed))

    def _evaluated(self, value: Any, place: Place) -> Any:
        if not contains_template(value):
            return value  # evaluating every value of a large fleet takes seconds
        text = str(value) if isinstance(value, str) and _is_simple(value) else None
        if text in self._texts:
            return self._texts[text]
        try:
            result = self._template(value)
            if text is not None:
                self._texts[text] = result
            return result
        except Omitted:
            return _OMITTED
        except AnsibleError as error:
            self._report(place, f"the template cannot be evaluated: {error}", "template-error")
            return _FAILED

    def _add(
        self,
        path: Path,
        kind: str,
        options: Any,
        source: Place,
        sources: dict[str, Place],
        is_incomplete: bool,
    ) -> None:
        if isinstance(options, dict):
            options = {name: _absolute(path, name, value) for name, value in options.items()}
        resource = {"kind": kind, "options": options, "source": source, "sources": sources}
        self.resources.append({**resource, "is_incomplete": is_incomplete})

    def _report(self, source: Place, message: str, rule: str = "invalid-file") -> None:
        self.problems.append({"source": source, "message": " ".join(message.split()), "rule": rule})


def _is_simple(text: str) -> bool:
    """Return whether a text contains no templates except the names of variables."""
    return not contains_template(_VARIABLE.sub("", text))


def contains_template(value: Any) -> bool:
    """Return whether a value contains the start of a template, at any depth."""
    if isinstance(value, str):
        return "{" in value and ("{{" in value or "{%" in value or "{#" in value)
    if isinstance(value, Mapping):
        return any(contains_template(key) or contains_template(member) for key, member in value.items())
    if isinstance(value, (list, tuple)):
        return any(map(contains_template, value))
    return False


def _may_be_kind(key: Any) -> bool:
    """Return whether a key is the name of a kind, or may be a misspelled one."""
    return bool(difflib.get_close_matches(str(key), list(kinds()), n=1, cutoff=0.85))


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        # Hidden folders such as .git contain no fleet files.
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            is_fleet_file = name.endswith(SUFFIXES) and name not in DRIFT_IGNORE_FILES
            if is_fleet_file and not name.startswith("."):
                yield Path(folder, name)


def _place(path: Path, node: yaml.Node) -> Place:
    mark = node.start_mark
    return str(path), mark.line + 1, mark.column + 1


def _absolute(path: Path, name: str, value: Any) -> Any:
    if name in PATH_OPTIONS and isinstance(value, str) and value and not os.path.isabs(value):
        return os.path.abspath(path.parent / value)
    return value
