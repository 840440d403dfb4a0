# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run the code in Markdown files as a reader would.

The blocks of a file run from the top to the bottom in one folder:

- ``shell``: all blocks are executed as one script; blocks that need a checkout begin with ``make`` or ``git`` and are
  omitted
- ``yaml``: saved under the name in the line before the block (``Save as `site.yml`:``); a playbook without a name runs
- other languages are not executed

The only change is that of the emulator's port, 8018, to a free one.
"""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from environments import CommandFailed, run

#: The files whose code is run, relative to the root of the collection.
DOCUMENTS = ("README.md", "docs/emulator.md", "roles/emulator/README.md", "roles/fleet/README.md")

_BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"`([\w.-]+\.ya?ml)`[^`]*$")
_INDENTED = re.compile(r"(?:\A|\n\n) {4}(?! *[-*\d])", re.MULTILINE)

_PORT = "8018"


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        language: The language after the fence.
        text: The code.
        name: The file under which it is saved, or an empty text.
    """

    language: str
    text: str
    name: str = ""


def read(path: Path) -> list[Block]:
    """Return the blocks of code in a Markdown file.

    Raises:
        CommandFailed: A block has no language, or is marked by its indentation.
    """
    text = path.read_text(encoding="utf-8")
    blocks = []
    for match in _BLOCK.finditer(text):
        if not match["language"]:
            raise CommandFailed(f"{path}: a block of code has no language: {match['text']}")
        name = _NAME.search(match["before"]) if match["language"] == "yaml" else None
        blocks.append(Block(match["language"], match["text"], name[1] if name else ""))
    if _INDENTED.search(_BLOCK.sub("", text)):
        raise CommandFailed(f"{path}: use ``` for blocks of code, which are run by tests, instead of indentation")
    return blocks


def script(blocks: list[Block]) -> str:
    """Return the shell script that consists of the blocks of a file, or an empty text."""
    parts = []
    for block in blocks:
        if block.language == "shell" and block.text.split()[0] not in ("make", "git"):
            parts.append(block.text)
        elif block.language == "yaml" and not block.name and re.match(r"---|- ", block.text):
            parts.append(
                f"cat >playbook.yml <<'END_OF_PLAYBOOK'\n{block.text}END_OF_PLAYBOOK\nansible-playbook playbook.yml\n"
            )
    return "set -eux\n" + "".join(parts) if parts else ""


def execute(blocks: list[Block], folder: Path, variables: dict[str, str], pids: list[int]) -> None:
    """Run the code of a file.

    Args:
        blocks: The blocks of the file.
        folder: The working folder, which contains the archive of the collection.
        variables: The environment.
        pids: Receives the process IDs of emulators that were started. The caller ends them.

    Raises:
        CommandFailed: The script failed, or printed a warning, a deprecation or a traceback.
    """
    port = str(free_port())
    for block in blocks:
        if block.name:
            (folder / block.name).write_text(block.text.replace(_PORT, port), encoding="utf-8")
    text = script(blocks).replace(_PORT, port)
    if not text:
        return
    path = folder / "script.sh"
    path.write_text(text, encoding="utf-8")
    try:
        run(["sh", str(path)], variables, folder)
    finally:
        ready = folder / "ready.json"
        if ready.exists():
            pids.append(json.loads(ready.read_text(encoding="utf-8"))["pid"])


def free_port() -> int:
    """Return a port of the loopback interface that no process listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
