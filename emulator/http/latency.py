# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Delay the responses of the API, to show how a client behaves over a slow network."""

from __future__ import annotations

import asyncio
import random
from dataclasses import asdict, dataclass, fields
from typing import Any

from ansible_collections.iotops.aliyun.emulator.http.control_bodies import check_body

#: The longest latency in milliseconds.
MAX_MILLISECONDS = 60_000


@dataclass(frozen=True, slots=True)
class LatencySettings:
    """The distribution of the delays: uniform from ``milliseconds - jitter`` to ``milliseconds + jitter``.

    Attributes:
        milliseconds: the mean delay.
        jitter: the largest difference to the mean delay, in milliseconds; at most ``milliseconds``.
        seed: selects the sequence of delays, which is the same in each run; None for a random sequence.

    Raises:
        ValueError: a value is not allowed.
    """

    milliseconds: float = 0
    jitter: float = 0
    seed: int | None = None

    def __post_init__(self) -> None:
        for name, limit in (("milliseconds", MAX_MILLISECONDS), ("jitter", self.milliseconds)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= limit:
                raise ValueError(f"{name} must be a number from 0 to {limit}")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int | None):
            raise ValueError("seed must be an integer")


class Latency:
    """The latency of a server. ``initial`` are the settings at the start and after a reset."""

    def __init__(self, initial: LatencySettings | None = None) -> None:
        self._initial = initial or LatencySettings()
        self.reset()

    @property
    def settings(self) -> dict[str, Any]:
        """The current settings by name."""
        return asdict(self._settings)

    def reset(self) -> None:
        """Restore the initial settings, and start the sequence of delays from the beginning."""
        self._apply(self._initial)

    def replace(self, body: Any) -> None:
        """Replace the settings by those of the body of a request; members that are not set get their defaults.

        Raises:
            ValueError: the body is not valid.
        """
        check_body(body, [field.name for field in fields(LatencySettings)])
        self._apply(LatencySettings(**body))

    def next_delay(self) -> float:
        """Return the next delay in seconds."""
        settings = self._settings
        jitter = self._random.uniform(-settings.jitter, settings.jitter) if settings.jitter else 0
        return (settings.milliseconds + jitter) / 1000

    async def wait(self) -> None:
        """Wait for the next delay in real time, while other requests are served."""
        if self._settings.milliseconds:
            await asyncio.sleep(self.next_delay())

    def _apply(self, settings: LatencySettings) -> None:
        self._settings = settings
        self._random = random.Random(settings.seed)
