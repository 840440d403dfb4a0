# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Running the scripts that users write: JavaScript, in a process of its own that is held to a time and a size.

The engine is V8, by the library mini-racer. Without that library the platform does everything else; what needs a script
says that none can run.
"""

from __future__ import annotations

import atexit
import json
import selectors
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

#: How many seconds the process may take for an answer, its start included, before it is taken for dead.
PATIENCE = 10.0

_COMMAND = (sys.executable, "-m", f"{__name__}.worker")
_HERE = Path(__file__).parent


class ScriptFailed(Exception):
    """A script did not come to a result; it says why.

    Attributes:
        ran_away: whether it had to be stopped, for its time or its size.
    """

    def __init__(self, message: str, ran_away: bool = False) -> None:
        super().__init__(message)
        self.terminated = ran_away


class ScriptEngineUnavailable(ScriptFailed):
    """There is no engine for a script of that kind."""


def library_source(name: str) -> str:
    """The text of the functions that scripts of a kind can call."""
    return (_HERE / f"{name}.js").read_text(encoding="utf-8")


def is_available() -> bool:
    """Whether JavaScript can run here."""
    return find_spec("py_mini_racer") is not None


class Engine:
    """Runs scripts, one at a time, each in a world of its own."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def call(self, script: str, expression: str, *arguments: Any) -> Any:
        """The value of an expression after a script.

        Args:
            script: the script, which is read anew each time: what one call leaves behind is not there for the next.
            expression: JavaScript; ``_arguments`` is the list of the arguments in it.
            arguments: what JSON can carry.

        Raises:
            ScriptFailed: the script is wrong, throws, takes too long or too much, or comes to no value that JSON has.
            CannotRun: there is no engine.
        """
        if not is_available():
            raise ScriptEngineUnavailable("scripts need the Python library mini-racer, which is not installed")
        given = json.dumps(json.dumps(arguments))
        code = (
            f"(function (_arguments) {{\n{script}\n;return JSON.stringify({expression});\n}})"
            f".call(undefined, JSON.parse({given}))"
        )
        answer = self._ask({"script": script, "code": code})
        if answer.get("ran_away"):
            self.close()
        if "error" in answer:
            raise ScriptFailed(answer["error"], bool(answer.get("ran_away")))
        return json.loads(answer["value"])

    def close(self) -> None:
        """End the process; the next call starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    def _ask(self, request: dict[str, str]) -> dict[str, Any]:
        if self._process is None:
            self._process = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(self._process.stdout, selectors.EVENT_READ)
                line = self._process.stdout.readline() if selector.select(PATIENCE) else b""
        except OSError:
            line = b""
        if not line:
            return {"error": "the script brought its engine down", "ran_away": True}
        return json.loads(line)


ENGINE = Engine()
atexit.register(ENGINE.close)
