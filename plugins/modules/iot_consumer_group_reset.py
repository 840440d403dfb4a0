#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_consumer_group_reset
short_description: Reset the consumption position of a consumer group
version_added: 0.1.0
description:
  - Discards the backlog of a consumer group, so that its clients continue with the messages that arrive next.
  - B(The discarded messages are lost) for this consumer group. Other consumer groups keep their messages.
options:
  consumer_group:
    description:
      - Name or GroupId of the consumer group.
      - V(DEFAULT_GROUP) refers to the default consumer group.
    type: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Validates the options and makes no changes.
  diff_mode:
    support: none
    description: The action leaves no state that could be compared.
  idempotent:
    support: none
    description: Each run performs the action again.
  action_group:
    support: full
    description: Uses the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_consumer_group
  - module: iotops.aliyun.iot_consumer_group_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Discard the backlog of a consumer group
  iotops.aliyun.iot_consumer_group_reset:
    consumer_group: console
"""

RETURN = r"""
group_id:
  description: GroupId of the consumer group.
  returned: when not in check mode
  type: str
  sample: nJRaJPn5U1JITGfjBO9l000100
dropped:
  description: Number of messages in the backlog immediately before the reset.
  returned: when not in check mode
  type: int
  sample: 26
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The pending messages of the consumer group would be dropped; nothing was done in check mode
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the consumer group console does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.reset import (
    ConsumerGroupReset,
)

ENTRY = ConsumerGroupReset()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
