# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Starting the platform in the background, for playbooks and pipelines that go on when it listens."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: How long a start may take, in seconds.
PATIENCE = 60.0


class StartFailed(Exception):
    """The platform did not come to listen; the text is what it said last."""


def start(arguments: list[str], ready_file: Path | None) -> str:
    """Run the platform with these arguments in a process of its own, and return the content of its ready file.

    Raises StartFailed where it ends, or does not listen within ``PATIENCE`` seconds (it is ended then).
    """
    with tempfile.TemporaryDirectory(prefix="iotops-emulator-") as folder:
        ready = ready_file or Path(folder) / "ready.json"
        ready.unlink(missing_ok=True)
        # The option that comes last wins, so the caller's own ready file may stay among the arguments.
        command = [sys.executable, "-m", __package__, *arguments, "--ready-file", str(ready)]
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
            )
            deadline = time.monotonic() + PATIENCE
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    said.seek(0)
                    raise StartFailed(said.read().strip() or f"not ready within {PATIENCE:.0f} seconds")
                time.sleep(0.02)
        return ready.read_text(encoding="utf-8")
