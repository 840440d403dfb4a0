#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_message_info
short_description: Gather information about a message
version_added: 0.1.0
description:
  - Returns a message that was sent to a device or by a device.
  - The platform keeps messages with the QoS 0 (at most once) for one day, and other messages for 7 days.
options:
  message_id:
    description:
      - ID of the message, as returned by the task that published the message and as shown in the platform's log.
    type: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_message
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a topic class that devices can subscribe to
  iotops.aliyun.iot_topic:
    product: street_light
    short_name: user/command
    operation: sub

- name: Publish a message to one device
  iotops.aliyun.iot_message:
    action: publish
    product: street_light
    device: lamp-0001
    topic: user/command
    payload: good night
  register: sent

- name: Get the message
  iotops.aliyun.iot_message_info:
    message_id: "{{ sent.message_id }}"
"""

RETURN = r"""
message:
  description: The message.
  returned: success
  type: dict
  contains:
    message_id:
      description: ID of the message.
      returned: always
      type: str
    topic:
      description: Topic of the message.
      returned: always
      type: str
    sent:
      description: Time when the message was sent, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
    payload:
      description: Content of the message, as text.
      returned: when the content is text
      type: str
    payload_base64:
      description: Content of the message, encoded in Base64.
      returned: always
      type: str
    user_properties:
      description: User properties of the message.
      returned: always
      type: dict
    transformed:
      description: Message after its transformation, with C(topic), C(payload_base64) and, if the content is text,
        C(payload).
      returned: when the message was transformed
      type: dict
  sample:
    message_id: '889455942124347329'
    topic: /a1BwAGVxxxx/lamp-0001/user/command
    sent: 1624419431000
    payload: good night
    payload_base64: Z29vZCBuaWdodA==
    user_properties: {}
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.message.message import MessageInfo

ENTRY = MessageInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
