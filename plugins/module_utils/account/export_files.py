# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of an export: their text, and the folder, in which only files of an earlier export are replaced."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue

try:
    import yaml
except ImportError:
    yaml = None  # type: ignore[assignment]

#: The hidden file that lists the files of an export with their hashes. The lookup ``fleet`` skips hidden files.
MANIFEST = ".iotops_export.json"

#: The beginnings of the marks of a template.
_MARKS = ("{{", "{%", "{#")
_RAW, _END_RAW = "{% raw %}", "{% endraw %}"


class DataFile(str):
    """The name of a file in the folder of the resource, whose content is the value of the option."""


def is_template(text: str) -> bool:
    """Return whether Ansible would evaluate a text."""
    return any(mark in text for mark in _MARKS)


def escape(value: Any) -> Any:
    """Return a value in which no text is evaluated when a fleet file is read, by any version of Ansible.

    Raises:
        ValueError: A text cannot be written without being evaluated or changed.
    """
    if isinstance(value, DataFile):
        return "{{ lookup('file', '" + value + "') }}"
    if isinstance(value, dict):
        for key in value:
            if is_template(str(key)):
                raise ValueError(f"the key {key!r} looks like a template")
        return {key: escape(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [escape(element) for element in value]
    if not isinstance(value, str) or not is_template(value):
        return value
    if "\r" in value:
        raise ValueError("a text that looks like a template cannot contain carriage returns")
    # A mark is interrupted by the end of a section and the start of the next one, so that no text ends the section.
    text = value.replace("{%", "{%" + _END_RAW + _RAW) if "endraw" in value else value
    text = f"{_RAW}{text}{_END_RAW}"
    if re.match(r"\[|\{(?![{%#])", value):
        # Ansible before 2.19 would take the text for a list or a mapping, also within the block.
        return "{% filter replace('~', '', 1) | string %}~" + text + "{% endfilter %}"
    return text


def one_line(text: str) -> str:
    """Return text of the platform without what could start another line."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())


def comment(text: str) -> str:
    """Return a comment of one line."""
    return f"# {one_line(text)}\n"


def to_yaml(content: dict[str, Any]) -> str:
    """Return a mapping as YAML, in the given order.

    Raises:
        EngineError: PyYAML is not installed.
    """
    if yaml is None:
        raise EngineError("an export needs the Python library PyYAML", remedy="Install PyYAML where the module runs")
    return yaml.dump(content, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=120)


def _dumper() -> type:
    class Dumper(yaml.SafeDumper):  # type: ignore[misc, name-defined]
        """Indents lists, writes text of several lines as such, and uses no aliases."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def represent_text(dumper: Any, text: str) -> Any:
        style = "|" if "\n" in text else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)

    Dumper.add_multi_representer(str, represent_text)
    Dumper.add_representer(str, represent_text)
    return Dumper


class FileNames:
    """Names of files that are safe and distinct, also in file systems that ignore the case of letters."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return the name for a resource: its own name as far as possible."""
        stem = re.sub(r"[^\w-]", "_", name)[:100] or "_"
        while self._taken.setdefault(stem.lower(), name) != name:
            stem += "_"
        return stem


class ExportFolder:
    """The folder of an export. The files are written to a temporary folder first, and replace those of the last export.

    Args:
        path: The folder, which may not exist.
        overwrite: Whether files that the export has not written are replaced.
        option: The option that contains the path, for messages.
        manifest: The name of the hidden file that lists the files.
    """

    def __init__(self, path: str, overwrite: bool, option: str = "export_dir", manifest: str = MANIFEST) -> None:
        self._path = path
        self._option = option
        self._manifest = manifest
        self._overwrite = overwrite
        self._stage = tempfile.mkdtemp(prefix="iotops_export_")
        self._written: set[str] = set()
        self._before = self._read_manifest()

    def __enter__(self) -> ExportFolder:
        return self

    def __exit__(self, *_error: object) -> None:
        shutil.rmtree(self._stage, ignore_errors=True)

    def is_own_file(self, path: str) -> bool:
        """Return whether a file was written by the last export."""
        return os.path.relpath(os.path.abspath(path), os.path.abspath(self._path)) in self._before

    def path_of(self, name: str) -> str:
        """Return the temporary path of a file of the export.

        Args:
            name: The path relative to the folder, with slashes.
        """
        self._written.add(name)
        path = os.path.join(self._stage, *name.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def drop(self, name: str) -> None:
        """Remove a file of the export."""
        self._written.discard(name)
        os.unlink(os.path.join(self._stage, *name.split("/")))

    def write(self, name: str, text: str) -> None:
        """Write a file of the export."""
        with open(self.path_of(name), "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def commit(self, check_mode: bool) -> list[str]:
        """Replace the files of the last export; return the names of the files that differ.

        Raises:
            InvalidValue: A file that the export has not written would be lost, or the folder cannot be written.
        """
        hashes = {name: _hash(os.path.join(self._stage, name)) for name in sorted(self._written)}
        stale = sorted(self._before.keys() - hashes.keys())
        present = {name: _hash(os.path.join(self._path, name)) for name in [*hashes, *stale]}
        changed = [name for name in hashes if present[name] != hashes[name]]
        removed = [name for name in stale if present[name]]
        lost = [name for name in [*changed, *removed] if present[name] and present[name] != self._before.get(name)]
        if lost and not self._overwrite:
            raise InvalidValue(
                f"{self._option} {self._path} contains files that were not written by the last run, or were changed "
                f"since: {', '.join(lost)}",
                field=self._option,
                remedy="Set another folder, or overwrite: true",
            )
        if not check_mode:
            try:
                self._replace(changed, removed, hashes)
            except OSError as error:
                raise InvalidValue(f"{self._option} cannot be written: {error}", field=self._option) from error
        return sorted([*changed, *removed])

    def _replace(self, changed: list[str], removed: list[str], hashes: dict[str, str]) -> None:
        for name in changed:
            path = os.path.join(self._path, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            # Replaced as a whole, so that an interrupt leaves no half of a file.
            shutil.copyfile(os.path.join(self._stage, name), f"{path}.new")
            os.replace(f"{path}.new", path)
        for name in removed:
            os.unlink(os.path.join(self._path, name))
        if changed or removed or hashes != self._before:
            os.makedirs(self._path, exist_ok=True)
            with open(os.path.join(self._path, self._manifest), "w", encoding="utf-8") as file:
                file.write(json.dumps({"format_version": "1.0", "files": hashes}, indent=2) + "\n")

    def _read_manifest(self) -> dict[str, str]:
        path = os.path.join(self._path, self._manifest)
        try:
            with open(path, encoding="utf-8") as file:
                files = json.load(file)["files"]
            # A manifest must not make the export remove other files.
            return {
                name: str(text)
                for name, text in files.items()
                if not os.path.isabs(name) and ".." not in name.split("/")
            }
        except FileNotFoundError:
            return {}
        except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
            raise InvalidValue(f"{path} cannot be read: {error}", field=self._option) from error


def _hash(path: str) -> str:
    """Return the hash of a file; an empty string if it does not exist."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
    except FileNotFoundError:
        return ""
    return digest.hexdigest()
