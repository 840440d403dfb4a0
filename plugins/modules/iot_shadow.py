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
  description: The device shadow.
  returned: success
  type: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    device:
      description: Name of the device.
      returned: always
      type: str
    desired:
      description: Desired attributes of the device with their values, which can be any JSON except null.
      returned: always
      type: dict
    reported:
      description: State that the device last reported.
      returned: always
      type: dict
    version:
      description: Version of the shadow, 0 if nothing has been written to it yet.
      returned: always
      type: int
    updated:
      description: Time when the shadow was last changed, in seconds since 1970-01-01 UTC.
      returned: always
      type: int
  sample:
    product_key: a1BwAGVxxxx
    device: lamp-0001
    desired:
      color: green
      brightness: 70
    reported:
      color: red
    version: 3
    updated: 1581595942
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      desired:
        color: green
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
    - action: update
      operation: UpdateDeviceShadow
      status: done
      changes:
        desired:
          before: {}
          after:
            color: green
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the product street_light does not exist yet
calls:
  description: Number of requests sent to the API.
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
