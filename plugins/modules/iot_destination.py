#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_destination
short_description: Manage a destination of parsers
version_added: 0.1.0
description:
  - Creates, updates and deletes destinations. A destination is a target to which the scripts of parsers forward
    messages.
  - A destination that is used by a parser cannot be deleted.
options:
  name:
    description:
      - Name of the destination.
      - The platform allows several destinations with the same name; the module fails if more than one has this name.
    type: str
    required: true
  renamed_from:
    description:
      - Previous name of the destination.
      - If no destination is named O(name) and one has this name, that one is renamed to O(name).
    type: str
  state:
    description:
      - Desired state of the destination.
      - A destination that a parser uses cannot be deleted.
    type: str
    choices: [present, absent]
    default: present
  type:
    description:
      - Type of the target. Another topic of the platform (V(republish)), a consumer group (V(amqp)), or another cloud
        product, that is DataHub (V(datahub)), a message queue (V(ons)), a topic of Message Service (V(mns)), a function
        (V(fc)) or a table (V(ots)).
      - Required when the destination is created.
      - If you change the type, set a O(configuration) that matches the new type.
    type: str
    choices: [republish, amqp, datahub, ons, mns, fc, ots]
  configuration:
    description:
      - Target of the destination and access to it, as a dictionary with the members that the API manual lists for the
        type.
      - Required when the destination is created.
      - A V(republish) destination needs C(productKey), the ProductKey or name of the product to whose topics the
        messages are published.
      - An V(amqp) destination needs C(groupId), the GroupId or name of the consumer group.
      - The other types need C(regionName) and C(role) with C(roleArn) and C(roleName). In addition, V(datahub) needs
        C(projectName) and C(topicName), V(ons) needs C(instanceId) and C(topic), V(mns) needs C(themeName), V(fc) needs
        C(serviceName) and C(functionName), and V(ots) needs C(instanceName) and C(tableName).
      - Members that the platform adds are not treated as a difference.
    type: dict
  description:
    description:
      - Description of the destination.
      - An empty string clears the value.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_destination_info
  - module: iotops.aliyun.iot_parser
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a destination that forwards messages to a consumer group
  iotops.aliyun.iot_destination:
    name: to_console
    type: amqp
    configuration:
      groupId: console
    description: messages for the console

- name: Create a destination that stores messages in a table
  iotops.aliyun.iot_destination:
    name: to_archive
    type: ots
    configuration:
      instanceName: archive
      tableName: lamps
      regionName: cn-shanghai
      role:
        roleName: AliyunIOTAccessingOTSRole
        roleArn: acs:ram::5645:role/aliyuniotaccessingotsrole

- name: Delete a destination
  iotops.aliyun.iot_destination:
    name: to_archive
    state: absent
"""

RETURN = r"""
destination:
  description: The destination. Empty if it is absent.
  returned: success
  type: dict
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
    name: to_console
    destination_id: '1003'
    type: amqp
    configuration:
      groupId: nJRaJPn5U1JITGfjBO9l000100
    description: messages for the console
    created: '2022-03-27T12:45:43.000Z'
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: to_console
steps:
  description: Requests that change the resource, in the order in which they are sent. In check mode they are planned
    only.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: Kind of change, C(create), C(update) or C(delete).
      returned: always
      type: str
    operation:
      description: Operation of the API.
      returned: always
      type: str
    status:
      description: Status of the step, C(planned), C(done) or C(failed).
      returned: always
      type: str
    requests:
      description: Number of requests, if a task that failed or was interrupted has sent several of the same operation.
      returned: when a failed task has sent several requests of the operation
      type: int
    changes:
      description: Options that the step changes, each with its values C(before) and C(after).
      returned: always
      type: dict
  sample:
    - action: create
      operation: CreateDestination
      status: done
      changes:
        name:
          before: null
          after: to_console
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import Destination

ENTRY = ResourceEntry(Destination)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
