# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Conversion of values of the controller to JSON, and masking of secrets, on each supported ansible-core."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

try:
    from ansible.parsing.vault import EncryptedString
except ImportError:  # ansible-core before 2.19
    from ansible.parsing.yaml.objects import AnsibleVaultEncryptedUnicode as EncryptedString

try:
    # ansible-core 2.22 and newer masks registered secrets in all output, and deprecates remove_values.
    from ansible.module_utils.secrets import register_secrets
except ImportError:
    register_secrets = None


def json_round_trip(value: Any) -> Any:
    """Return a value as a module would receive or return it: JSON types, without tags, with dates as strings.

    Raises:
        TypeError: The value contains an object that is not known to JSON.
    """
    return json.loads(json.dumps(_json_types(value)))


def _json_types(value: Any) -> Any:
    """Return a copy of a value in which containers are dictionaries and lists, and encrypted text is decrypted."""
    if isinstance(value, EncryptedString):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _json_types(element) for key, element in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        # Iterates in Python, because elements of containers of ansible-core can be templates until they are read.
        return [_json_types(element) for element in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def mask_values(hidden: Iterable[str], value: Any) -> Any:
    """Return a result in which hidden values are masked, as in the result of a module.

    Since ansible-core 2.22 a result contains the values, and ansible-core masks them when it shows the result.

    None and booleans at the top level are not masked.
    """
    if register_secrets is not None:
        register_secrets(hidden)
        return value
    # Imported here because ansible-core 2.22 deprecates it and will remove it.
    from ansible.module_utils.common.parameters import remove_values

    masked = remove_values(value, hidden)
    if isinstance(value, dict):
        masked.update({key: kept for key, kept in value.items() if kept is None or isinstance(kept, bool)})
    return masked
