# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts that may be JSON."""

from __future__ import annotations

import json


def parsed(text):
    """What a text that is JSON says; a text that is none as it is."""
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text
