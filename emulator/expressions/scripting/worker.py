# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The process that scripts run in: one request a line, one answer a line, until its input ends.

Whatever a script does to the engine, it does to this process alone. It ends after a script that had to be stopped.
"""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from typing import Any

import py_mini_racer

#: How long one call may take, in seconds, and how much memory a script may use, in bytes.
LONGEST = 0.5
LARGEST = 64 * 1024 * 1024

#: How many scripts stay loaded, each in a world of its own.
_MOST_LOADED = 16


def main() -> None:
    """Answer requests: ``{"script": …, "code": …}`` with ``{"value": …}`` or with ``{"error": …, "ran_away": …}``."""
    worlds: OrderedDict[str, Any] = OrderedDict()
    for line in sys.stdin:
        request = json.loads(line)
        script = request["script"]
        if script not in worlds:
            worlds[script] = py_mini_racer.MiniRacer()
            if len(worlds) > _MOST_LOADED:
                worlds.popitem(last=False)[1].close()
        worlds.move_to_end(script)
        answer = _answer(worlds[script], request["code"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        if answer.get("ran_away"):
            return


def _answer(world: Any, code: str) -> dict[str, Any]:
    try:
        value = world.eval(code, timeout_sec=LONGEST, max_memory=LARGEST)
    except py_mini_racer.JSTimeoutException:
        return {"error": f"the script took longer than {LONGEST} seconds", "ran_away": True}
    except py_mini_racer.JSOOMException:
        return {"error": f"the script used more than {LARGEST >> 20} MiB of memory", "ran_away": True}
    except py_mini_racer.JSEvalException as error:
        return {"error": _message(str(error))}
    return {"value": value} if isinstance(value, str) else {"error": "the script returned nothing"}


def _message(text: str) -> str:
    """What an error of the engine says, without where in its surroundings it happened."""
    first = text.strip().splitlines()[0]
    return first.partition(": ")[2] if first.startswith("<anonymous>:") else first


if __name__ == "__main__":
    main()
