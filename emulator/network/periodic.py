# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks that gateways repeat while they run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable


async def repeat(interval: float, check: Callable[[], None], log: logging.Logger, protocol: str) -> None:
    """Call a function again and again until the task is canceled. An exception is logged and does not end the checks.

    Args:
        interval: the seconds between two calls.
        check: the function.
        log: the log for exceptions.
        protocol: the name of the protocol, for the log.
    """
    while True:
        await asyncio.sleep(interval)
        try:
            check()
        except Exception:
            log.exception("The check of the %s connections failed.", protocol)
