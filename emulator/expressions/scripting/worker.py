# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run scripts in a separate process: one request per line of input, one response per line of output.

A script can only crash this process. The process exits after a script was terminated. Each call has a context of its
own, so that no call sees what another one has changed. The context is closed after the response, which ends pending
microtasks. The context of the next call is created in advance.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import py_mini_racer

#: The limits of one call: time in seconds, and memory in bytes.
MAX_SECONDS = 0.5
MAX_MEMORY = 64 * 1024 * 1024


def main() -> None:
    """Respond to requests ``{"code": …}`` with ``{"value": …}`` or ``{"error": …, "terminated": …}``."""
    context = py_mini_racer.MiniRacer()
    for line in sys.stdin:
        response = _respond(context, json.loads(line)["code"])
        context.close()
        sys.stdout.write(json.dumps(response) + "\n")
        sys.stdout.flush()
        if response.get("terminated"):
            return
        context = py_mini_racer.MiniRacer()


def _respond(context: Any, code: str) -> dict[str, Any]:
    try:
        value = context.eval(code, timeout_sec=MAX_SECONDS, max_memory=MAX_MEMORY)
    except py_mini_racer.JSTimeoutException:
        return {"error": f"the script took longer than {MAX_SECONDS} seconds", "terminated": True}
    except py_mini_racer.JSOOMException:
        return {"error": f"the script used more than {MAX_MEMORY >> 20} MiB of memory", "terminated": True}
    except py_mini_racer.JSEvalException as error:
        return {"error": _message(str(error))}
    return {"value": value} if isinstance(value, str) else {"error": "the script returned no value"}


def _message(text: str) -> str:
    """Return the message of an engine error without its position in the generated code."""
    first = text.strip().splitlines()[0]
    return first.partition(": ")[2] if first.startswith("<anonymous>:") else first


if __name__ == "__main__":
    main()
