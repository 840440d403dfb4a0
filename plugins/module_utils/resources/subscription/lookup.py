# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lookup of consumer groups by name or ID."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.lookup import Lookup

CONSUMER_GROUPS = Lookup(
    "consumer group", "QueryConsumerGroupList", "GroupId", "GroupName", "group_id", kinds=("consumer_group",)
)
