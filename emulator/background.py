# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Start the emulator as a background process and wait until it accepts connections.

Playbooks and pipelines use this to continue as soon as the emulator is ready.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

#: The timeout for the start, in seconds.
START_TIMEOUT = 60.0


class StartFailed(Exception):
    """The emulator did not start. The text is what the process wrote to standard error."""


def start(arguments: list[str], ready_file: Path | None) -> str:
    """Run the emulator in a separate process and return the content of its ready file.

    Args:
        arguments: the command-line arguments of the emulator.
        ready_file: the ready file to use; None for a temporary file.

    Raises:
        StartFailed: the process ended, or was not ready within ``START_TIMEOUT`` seconds (it is killed in that case).
    """
    with tempfile.TemporaryDirectory(prefix="iotops-emulator-") as folder:
        ready = ready_file or Path(folder) / "ready.json"
        launch(arguments, ready, stdin=subprocess.DEVNULL, start_new_session=True)
        return ready.read_text(encoding="utf-8")


def launch(arguments: list[str], ready: Path, **options: Any) -> subprocess.Popen[bytes]:
    """Run the emulator in a separate process, and return the process as soon as its ready file exists.

    Args:
        arguments: the command-line arguments of the emulator, without ``--ready-file``.
        ready: the ready file to use.
        options: arguments of ``subprocess.Popen``.

    Raises:
        StartFailed: the process ended, or was not ready within ``START_TIMEOUT`` seconds (it is killed in that case).
    """
    ready.unlink(missing_ok=True)
    # The last occurrence of an option takes effect, so the caller's --ready-file can stay in the arguments.
    command = [sys.executable, str(Path(__file__).parent), *arguments, "--ready-file", str(ready)]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, **options)
        deadline = time.monotonic() + START_TIMEOUT
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                process.wait()
                errors.seek(0)
                raise StartFailed(errors.read().strip() or f"not ready within {START_TIMEOUT:.0f} seconds")
            time.sleep(0.02)
    return process
