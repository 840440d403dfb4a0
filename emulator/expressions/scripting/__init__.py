# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run JavaScript of users in a separate process with a time limit and a memory limit.

The engine is V8, with the library mini-racer. The library is optional: without it, only the functions that need a
script fail.
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

#: The timeout for a response of the process, including its start, in seconds.
RESPONSE_TIMEOUT = 10.0

_HERE = Path(__file__).parent
# The path, because the process does not import the collection.
_COMMAND = (sys.executable, str(_HERE / "worker.py"))


class ScriptFailed(Exception):
    """A script failed. The text is the reason.

    Attributes:
        terminated: whether the script was terminated because it exceeded a limit or crashed the engine.
    """

    def __init__(self, message: str, terminated: bool = False) -> None:
        super().__init__(message)
        self.terminated = terminated


class ScriptEngineUnavailable(ScriptFailed):
    """There is no engine for the language of a script."""


def library_source(name: str) -> str:
    """Return the source of the functions that a kind of scripts can call."""
    return (_HERE / f"{name}.js").read_text(encoding="utf-8")


def is_available() -> bool:
    """Return whether the JavaScript engine is installed."""
    return find_spec("py_mini_racer") is not None


class Engine:
    """Runs scripts one at a time, each in a separate context."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def call(self, script: str, expression: str, *arguments: Any) -> Any:
        """Run a script and return the value of an expression.

        Args:
            script: the script. Every call runs it again, so that calls do not share state.
            expression: JavaScript; ``_arguments`` is the list of the arguments.
            arguments: values that can be encoded as JSON.

        Raises:
            ScriptFailed: the script has an error, exceeds a limit, or its value cannot be encoded as JSON.
            ScriptEngineUnavailable: the engine is not installed.
        """
        if not is_available():
            raise ScriptEngineUnavailable("scripts need the Python package mini-racer, which is not installed")
        encoded = json.dumps(json.dumps(arguments))
        # A script that replaces JSON.stringify fails: what it returns could not be encoded reliably.
        code = (
            f"(function (_arguments, _encode) {{\n{script}\n;"
            "if (JSON.stringify !== _encode) { throw new Error('the script replaced JSON.stringify'); }\n"
            f"return _encode({expression});\n}})"
            f".call(undefined, JSON.parse({encoded}), JSON.stringify)"
        )
        response = self._request({"code": code})
        if response.get("terminated"):
            self.close()
        if "error" in response:
            raise ScriptFailed(response["error"], bool(response.get("terminated")))
        try:
            return json.loads(response["value"])
        except (ValueError, RecursionError):
            raise ScriptFailed("the script returned a value that is not valid JSON") from None

    def close(self) -> None:
        """Stop the process; the next call starts a new one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    def _request(self, request: dict[str, str]) -> dict[str, Any]:
        if self._process is None:
            self._process = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(stdout, selectors.EVENT_READ)
                line = stdout.readline() if selector.select(RESPONSE_TIMEOUT) else b""
        except OSError:
            line = b""
        if not line:
            return {"error": "the script crashed the JavaScript engine", "terminated": True}
        return json.loads(line)


ENGINE = Engine()
atexit.register(ENGINE.close)
