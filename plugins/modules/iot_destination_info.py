#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_destination_info
short_description: Gather information about destinations of parsers
version_added: 0.1.0
description:
  - Returns the destinations of the instance, optionally filtered by name, DestinationId or type.
options:
  name:
    description:
      - Return only destinations with this name.
    type: str
  destination_id:
    description:
      - Return only the destination with this DestinationId.
    type: str
  type:
    description:
      - Return only destinations of this type.
    type: str
    choices: [republish, amqp, datahub, ons, mns, fc, ots]
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_destination
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Read a destination
  iotops.aliyun.iot_destination_info:
    name: to_console

- name: List all destinations that forward messages to a consumer group
  iotops.aliyun.iot_destination_info:
    type: amqp
"""

RETURN = r"""
destinations:
  description: The destinations that fit, the oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    destination_id:
      description: The DestinationId that the platform gave it, by which scripts send to it.
      type: str
      returned: always
    type:
      description: C(republish), C(amqp), C(datahub), C(ons), C(mns), C(fc) or C(ots).
      type: str
      returned: always
    configuration:
      description: The target and how to reach it, with what the platform added.
      type: dict
      returned: always
    description:
      description: What it is for.
      type: str
      returned: always
    created:
      description: When it was made, in UTC.
      type: str
      returned: always
  sample:
    - name: to_console
      destination_id: "1003"
      type: amqp
      configuration: {groupId: nJRaJPn5U1JITGfjBO9l000100}
      description: messages for the console
      created: "2022-03-27T12:45:43.000Z"
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import Destination

ENTRY = InfoEntry(Destination)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
