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
  description: Destinations that match the filters, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the destination.
      returned: always
      type: str
    destination_id:
      description: DestinationId that the platform assigned to the destination, with which scripts send messages
        to it.
      returned: always
      type: str
    type:
      description: Type of the target. Another topic of the platform (V(republish)), a consumer group (V(amqp)),
        or another cloud product, that is DataHub (V(datahub)), a message queue (V(ons)), a topic of Message Service
        (V(mns)), a function (V(fc)) or a table (V(ots)).
      returned: always
      type: str
    configuration:
      description: Target of the destination and access to it, as a dictionary with the members that the API manual
        lists for the type.
      returned: always
      type: dict
    description:
      description: Description of the destination.
      returned: always
      type: str
    created:
      description: Time when the destination was created, in UTC.
      returned: always
      type: str
  sample:
    - name: to_console
      destination_id: '1003'
      type: amqp
      configuration:
        groupId: nJRaJPn5U1JITGfjBO9l000100
      description: messages for the console
      created: '2022-03-27T12:45:43.000Z'
calls:
  description: Number of requests sent to the API.
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
