# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Marks for text from the platform, which must never be evaluated as a template.

ansible-core before 2.19 evaluates each string of a variable that is not marked as unsafe. Since 2.19, only strings
that are marked as trusted are evaluated.
"""

from __future__ import annotations

from typing import Any

try:
    from ansible.template import trust_as_template

    del trust_as_template
    EVALUATES_UNMARKED_TEXT = False
except ImportError:
    EVALUATES_UNMARKED_TEXT = True


def mark_unsafe(value: Any) -> Any:
    """Return a value whose strings, at any depth, are never evaluated as templates.

    Args:
        value: A value that consists of dictionaries, lists and scalars.
    """
    if not EVALUATES_UNMARKED_TEXT:
        return value
    # Imported here because newer releases of ansible-core deprecate and then remove this module.
    from ansible.utils.unsafe_proxy import wrap_var

    return wrap_var(value)
