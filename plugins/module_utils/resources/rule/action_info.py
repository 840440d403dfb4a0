# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One action of a rule, by its id, such as a report of failures names it (manual chapter 4.15)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import rule
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Number
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import of_rows


class RuleActionInfo(ReportEntry):
    """Tells of an action; nothing where there is none."""

    families = (rule,)
    fields = (Field("action_id", type=Number(1), required=True),)

    def gather(self, reader: Reader, values: dict) -> dict:
        found = member(reader.find("GetRuleAction", {"ActionId": values["action_id"]}) or {}, "RuleActionInfo")
        told = of_rows([found] if found else [])
        for action in told["actions"]:
            action["rule_id"] = str(found["RuleId"])
        return told
