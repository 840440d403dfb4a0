# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Status values of device jobs and their tasks (manual chapter 4.13)."""

from __future__ import annotations


def wire_status(status: str) -> str:
    """Return a status as the API writes it.

    Options use "canceled" everywhere; device jobs write CANCELLED and CANCELLING, while OTA jobs write CANCELED.
    """
    return status.upper().replace("CANCELED", "CANCELLED").replace("CANCELING", "CANCELLING")
