#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_shadow
short_description: Manage the desired state of a device shadow
version_added: 0.1.0
description:
  - Updates the desired state in the shadow of a device. A shadow stores the state that applications request
    (C(desired)) and the state that the device has last reported (C(reported)), whether or not the device is connected.
    The platform sends the desired state to a connected device immediately, and to other devices when they request it.
  - Every device has a shadow, so a shadow cannot be created or deleted. Only the device changes the reported state.
  - Each update has a higher version than the shadow. If the device reports between the read and the update, the
    platform rejects the update and the task fails without a change. Run the task again in this case.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  device:
    description:
      - Name of the device.
    type: str
    required: true
  desired:
    description:
      - Desired attributes of the device with their values, which can be any JSON except null.
      - Up to 128 attributes, and up to 16 KB as JSON text.
      - An empty dictionary is rejected if the shadow has desired attributes, because only the device can clear them.
    type: dict
  purge_desired:
    description:
      - Whether to remove desired attributes that are not set in O(desired).
    type: bool
    default: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_shadow_info
  - module: iotops.aliyun.iot_device
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Set the desired attributes of a device
  iotops.aliyun.iot_shadow:
    product: street_light
    device: lamp-0001
    desired:
      color: green
      brightness: 70

- name: Set one desired attribute and keep the others
  iotops.aliyun.iot_shadow:
    product: street_light
    device: lamp-0001
    desired:
      brightness: 40
    purge_desired: false
"""

RETURN = r"""
shadow:
  description: The shadow.
  returned: success
  type: dict
  contains:
    product_key:
      description: The ProductKey of the device's product.
      type: str
      returned: always
    device:
      description: The device's name.
      type: str
      returned: always
    desired:
      description: What is desired of it.
      type: dict
      returned: always
    reported:
      description: What it last reported.
      type: dict
      returned: always
    version:
      description: The version of the shadow, 0 where nothing was written yet.
      type: int
      returned: always
    updated:
      description: When it last changed, in seconds since 1970-01-01 UTC.
      type: int
      returned: always
  sample:
    product_key: a1BwAGVxxxx
    device: lamp-0001
    desired: {color: green, brightness: 70}
    reported: {color: red}
    version: 3
    updated: 1581595942
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {desired: {color: green}}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: update
      operation: UpdateDeviceShadow
      status: done
      changes:
        desired: {before: {}, after: {color: green}}
pending:
  description: What the options name and is not there yet; in check mode it is taken to be made by an earlier task.
  returned: when something is missing
  type: list
  elements: str
  sample: ["the product street_light does not exist yet"]
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.shadow.shadow import Shadow

ENTRY = ResourceEntry(Shadow)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
