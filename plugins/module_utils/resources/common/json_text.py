# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Text that may be JSON."""

from __future__ import annotations

import json
from typing import Any


def parsed(text: Any) -> Any:
    """Return the parsed value of JSON text. Return other text, and values that are not text, unchanged."""
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text
