#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_info
short_description: Gather information about devices of a product
version_added: 0.1.0
description:
  - Returns the devices of a product, optionally filtered by name, status, tags and other values. One request lists up
    to 50 devices.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  name:
    description:
      - Return only the device with this name.
    type: str
  nickname:
    description:
      - Return only devices with this nickname.
    type: str
  status:
    description:
      - Return only devices with this status.
      - V(unactive) devices have never connected.
    type: str
    choices: [online, offline, unactive, disable]
  enabled:
    description:
      - Return only devices that can connect (V(true)), or only devices that cannot (V(false)).
    type: bool
  tags:
    description:
      - Return only devices that have all of these tags. They can have other tags as well.
      - Each device that matches the other filters is read individually for this filter.
    type: dict
  details:
    description:
      - Whether to read each listed device in full, which takes additional requests for each of them.
      - A device that is selected by O(name) is always read in full.
    type: bool
    default: false
  include:
    description:
      - Additional information to read for each returned device, which takes additional requests for each of them.
      - V(groups) are the static groups that the device is a member of, V(desired_properties) the desired values of its
        properties, V(gateway) the gateway that it is attached to, V(client_ids) the client IDs that it got by dynamic
        registration, and V(certificate) the X.509 certificate that the platform issued for it.
    type: list
    elements: str
    choices: [groups, desired_properties, gateway, client_ids, certificate]
    default: []
  include_secrets:
    description:
      - Whether the result contains the secrets of the devices.
      - Set C(no_log) on the task if you enable this option.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_device
  - module: iotops.aliyun.iot_device_certificates_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Read a device
  iotops.aliyun.iot_device_info:
    product: street_light
    name: lamp-0001

- name: List the devices that have never connected
  iotops.aliyun.iot_device_info:
    product: street_light
    status: unactive
  register: silent

- name: Read a device with the gateway that it is attached to
  iotops.aliyun.iot_device_info:
    product: street_light
    name: lamp-0001
    include: [gateway]
"""

RETURN = r"""
devices:
  description: The devices that fit, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: The ProductKey of its product.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    iot_id:
      description: The IotId that the platform gave it.
      type: str
      returned: always
    nickname:
      description: Its nickname.
      type: str
      returned: always
    tags:
      description: Its tags.
      type: dict
      returned: when asked for
    groups:
      description: The static groups that it is in, each with C(name) and C(group_id).
      type: list
      elements: dict
      returned: when O(include) has V(groups)
    desired_properties:
      description: What properties are desired to be.
      type: dict
      returned: when O(include) has V(desired_properties)
    enabled:
      description: Whether it may connect.
      type: bool
      returned: always
    gateway:
      description: The gateway that it is behind, with C(product), C(product_key) and C(name); empty without one.
      type: dict
      returned: when asked for
    client_ids:
      description: Its client ids.
      type: list
      elements: str
      returned: when asked for
    status:
      description: C(online), C(offline), C(unactive) (it has never connected) or C(disable).
      type: str
      returned: always
    node_type:
      description: C(device) or C(gateway).
      type: str
      returned: when read whole
    firmware_version:
      description: The version of its default OTA module.
      type: str
      returned: when it has reported one
    ip_address:
      description: Its IP address.
      type: str
      returned: when it has connected
    created:
      description: When it was registered, in UTC.
      type: str
      returned: always
    activated:
      description: When it first connected, in UTC.
      type: str
      returned: when it has connected
    last_online:
      description: When it last connected, in UTC.
      type: str
      returned: when it has connected
    certificate:
      description: Its X.509 certificate, in PEM.
      type: str
      returned: when asked for, and the platform has issued one
    certificate_id:
      description: The id of its certificate.
      type: str
      returned: when asked for, and the platform has issued one
    certificate_status:
      description: C(generating), C(generated) or C(failed).
      type: str
      returned: when asked for, of a product whose devices get certificates of the platform
    certificate_private_key:
      description: The private key of its certificate, in PEM.
      type: str
      returned: when asked for and O(include_secrets) is set, and the platform has issued a certificate
    device_secret:
      description: Its secret.
      type: str
      returned: when O(include_secrets) is set
  sample:
    - product_key: a1BwAGVxxxx
      name: lamp-0001
      iot_id: Q7uOhVRdZRR1DnTLvxxx00100
      nickname: gate_lamp
      tags:
        row: "7"
      enabled: true
      status: unactive
      node_type: device
      created: "2020-01-08T06:47:08.000Z"
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.device import Device

ENTRY = InfoEntry(Device)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
