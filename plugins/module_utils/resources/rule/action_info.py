# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Information about one action of a rule by its ID (manual chapter 4.15).

Error reports of the rules engine contain the IDs of actions.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import rule
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Number
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import parse_actions


class RuleActionInfo(ReportEntry):
    """A report of one action. The list is empty if the action does not exist."""

    families = (rule,)
    fields = (Field("action_id", type=Number(1), required=True),)

    def gather(self, reader: Reader, values: dict) -> dict:
        found = member(reader.find("GetRuleAction", {"ActionId": values["action_id"]}) or {}, "RuleActionInfo")
        result = parse_actions([found] if found else [])
        for action in result["actions"]:
            action["rule_id"] = str(found["RuleId"])
        return result
