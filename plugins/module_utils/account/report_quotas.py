# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How much of the quotas of the platform an account uses, from the declarations of all kinds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.resource_names import label_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Names
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.constraints import option_of
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.quotas import Quota
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource


@dataclass(frozen=True)
class Usage:
    """How much of a quota is used.

    Attributes:
        title: What is limited, such as ``topics of a product``.
        used: The number; the largest one if each product, for example, has the limit.
        maximum: The limit.
        where: What has the largest number; empty for limits of the account.
        source: Where the manual documents the limit.
    """

    title: str
    used: int
    maximum: int
    where: str
    source: str

    @property
    def share(self) -> float:
        """The part that is used, from 0 to 1."""
        return self.used / self.maximum


def usages(found: dict[str, list[Found]]) -> list[Usage]:
    """Return the use of all declared quotas, the most used first.

    Args:
        found: The resources of the account by plural.
    """
    names = Names(found)
    result = [
        _usage(entry.resource, quota, found.get(plural, []), names)
        for plural, entry in kinds().items()
        if isinstance(entry, ResourceEntry)
        for quota in entry.resource.quotas
    ]
    return sorted(result, key=lambda usage: (-usage.share, usage.title))


def _usage(resource: Resource, quota: Quota, found: list[Found], names: Names) -> Usage:
    plural = f"{resource.title}s"
    matching = [one for one in found if all(one.values.get(name) == value for name, value in quota.only.items())]
    if quota.elements:
        counts = Counter({label_of(one, names): len(one.values.get(quota.elements) or ()) for one in matching})
        title = f"{quota.elements.replace('_', ' ')} of a {resource.title}"
    elif quota.per:
        option = option_of(resource, quota.per)
        parents = resource.field(option).referenced_kinds
        values = Counter(str(one.values[quota.per]) for one in matching if one.values.get(quota.per))
        counts = Counter({str(names.replace(value, parents)): count for value, count in values.items()})
        title = f"{plural} of a {option.replace('_', ' ')}"
    else:
        only = " ".join(map(str, quota.only.values()))
        return Usage(f"{only} {plural}".strip(), len(matching), quota.maximum, "", quota.source)
    # The first of equal ones by name, so that each report names the same one.
    where, used = min(counts.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
    return Usage(title, used, quota.maximum, where if used else "", quota.source)
