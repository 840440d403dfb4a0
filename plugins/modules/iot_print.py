#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_print
short_description: Print a template on a device
version_added: 0.1.0
description:
  - Fills a template of the platform's printing service with values, prints it on a device and waits for the device's
    response. The task fails if the device could not print, for example because it has no paper.
  - Templates are created in the console of the printing service.
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
  template:
    description:
      - Code of the template, as shown in the console.
    type: str
    required: true
  values:
    description:
      - Values with which the template is filled.
    type: dict
  old_topic:
    description:
      - Whether the device subscribes to the topic of older devices, C(/ext/rrpc/+/{ProductKey}/{DeviceName}/print).
    type: bool
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
  - module: iotops.aliyun.iot_speech_play
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Print a receipt
  iotops.aliyun.iot_print:
    product: street_light
    device: lamp-0001
    template: receipt
    values:
      title: Lamp inspection
      orderTime: "2030-01-25 10:20:00"
"""

RETURN = r"""
id:
  description: ID of the request to the device.
  returned: when the device has responded
  type: str
  sample: '42000011392021112380'
retries:
  description: Number of times that the request was repeated.
  returned: when the device has responded
  type: int
  sample: 0
device_error_code:
  description: Error code that the device reported.
  returned: when the device has reported an error
  type: str
  sample: '1'
device_error_message:
  description: Error message that the device reported.
  returned: when the device has reported an error
  type: str
  sample: no paper
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The device would print the template; nothing was done in check mode
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.print.print import Print

ENTRY = Print()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
