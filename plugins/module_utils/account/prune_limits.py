# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The limits of prune: how many resources it may delete, as a number and as a share of the fleet."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.prune_settings import PruneSettings
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source

_MAX_NAMES = 10  # names in a message


def exceeded_limits(labels: list[str], fleet_size: int, settings: PruneSettings) -> list[Finding]:
    """Return which limits are exceeded.

    Args:
        labels: The kinds and names of the resources that would be deleted or put into quarantine.
        fleet_size: The number of existing resources of the fleet, with those.
        settings: The options of prune.
    """
    count, percent = len(labels), settings.limit_percent
    more = f" and {count - _MAX_NAMES} more" if count > _MAX_NAMES else ""
    names = f"{', '.join(sorted(labels)[:_MAX_NAMES])}{more}"
    exceeded = {}
    if count > settings.limit:
        exceeded["prune_limit"] = f"{count} resources would be deleted, but only {settings.limit} may be"
    if count * 100 > percent * fleet_size:
        text = f"{count} of the {fleet_size} resources of the fleet would be deleted, which is more than {percent} %"
        exceeded["prune_limit_percent"] = text
    return [
        Finding(
            "prune-limit",
            f"{option}: {text}; check why they are not in the files, or raise {option}: {names}",
            Source(option),
        )
        for option, text in exceeded.items()
    ]
