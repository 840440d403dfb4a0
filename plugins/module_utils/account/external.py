# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The resources that exist and are not declared: the option ``external``."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase, translate
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds, unknown_kind
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue

_PATTERN = re.compile(r"[*?\[]")


class External:
    """The names of resources that exist but are not declared.

    Args:
        names: The names by the plural of their kind. A name is that of the resource, or that of its parent, a slash and
            that of the resource. Kinds and names can be patterns: ``*``, ``?`` and ``[abc]``.

    Raises:
        InvalidValue: There is no such kind, or the names are not a list of texts.
    """

    def __init__(self, names: dict[str, list[str]] | None = None) -> None:
        self._names: dict[str, set[str]] = {}
        self._patterns: dict[str, list[re.Pattern[str]]] = {}
        given = {key: _checked(key, value) for key, value in (names or {}).items()}
        for plural, entry in kinds().items():
            found = {name for key, listed in given.items() if fnmatchcase(plural, key) for name in listed}
            self._names[entry.kind] = found
            # A name that contains one of the characters is also a name, not only a pattern.
            patterns = sorted(filter(_PATTERN.search, found))
            self._patterns[entry.kind] = [re.compile(translate(name)) for name in patterns]

    def contains(self, kind: str, *name: Any) -> bool:
        """Return whether a resource is one of them.

        Args:
            kind: The kind, such as ``device``.
            name: The name, with that of the parent before it if it is known.
        """
        known = self._names.get(kind)
        if not known:
            return False
        texts = (str(name[-1]), "/".join(map(str, name)))
        patterns = self._patterns[kind]
        return any(text in known for text in texts) or any(one.match(text) for one in patterns for text in texts)


def _checked(kind: str, names: Any) -> list[str]:
    """Return the names of a kind.

    Raises:
        InvalidValue: There is no such kind, or the names are not a list of texts.
    """
    if kind not in kinds() and not _PATTERN.search(kind):
        raise InvalidValue(f"external: {unknown_kind(kind)}", field="external", remedy="Use the plural of a kind")
    if not isinstance(names, list) or not all(isinstance(name, (str, int)) for name in names):
        raise InvalidValue(f"external: the value of {kind} is not a list of names", field="external")
    return [str(name) for name in names]
