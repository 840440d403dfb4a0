#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_reset
short_description: Reset a device
version_added: 0.1.0
description:
  - Resets a device. A device that got its secret by dynamic registration returns to the state before its first
    connection and can register again.
  - B(Resetting a gateway detaches all of its sub-devices). The sub-devices themselves are not deleted. For a gateway
    with more than 2,000 sub-devices, the platform runs the reset as a job. The task waits up to 10 minutes for the job.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  name:
    description:
      - Name of the device.
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
  - module: iotops.aliyun.iot_device
  - module: iotops.aliyun.iot_topology
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Reset a device
  iotops.aliyun.iot_device_reset:
    product: street_light
    name: lamp-0001
"""

RETURN = r"""
job_id:
  description: ID of the job that detached the sub-devices of a gateway with more than 2,000 sub-devices.
  returned: when the platform created a job
  type: str
  sample: 450407bxxxx
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The device would be reset; nothing was done in check mode
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.reset import Reset

ENTRY = Reset()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
