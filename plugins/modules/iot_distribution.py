#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_distribution
short_description: Distribute a product and its devices to other instances
version_added: 0.1.0
description:
  - Distributes a product, alone or with some of its devices, to other instances of the platform. It can also delete a
    distribution job.
  - Products and devices that are already in the target instances are not distributed again. A device that is
    distributed back to its original instance does not appear in any list of the platform, so each run distributes it
    again.
  - An account can have up to 10 distribution jobs at a time. The task fails if a device could not be distributed.
  - If a job of an earlier task is still running between the same instances, the task waits for it before it creates a
    job for the devices that are still missing.
options:
  state:
    description:
      - Desired state of the distribution or of the job.
      - V(distributed) distributes the product and its devices to the target instances. V(absent) deletes the
        distribution job O(job_id); the devices remain in their instances.
    type: str
    choices: [distributed, absent]
    default: distributed
  product:
    description:
      - Name or ProductKey of the product.
      - Required if O(state=distributed).
    type: str
  devices:
    description:
      - Names of the devices to distribute with the product, up to 10,000.
      - If not set, the product is distributed without devices.
    type: list
    elements: str
  source_instance_id:
    description:
      - ID of the source instance.
      - Required if O(state=distributed).
    type: str
  target_instance_ids:
    description:
      - IDs of the target instances, each in a different region.
      - Required if O(state=distributed).
      - With several target instances, each device is assigned to the nearest one. A product without devices can be
        distributed to one instance only.
    type: list
    elements: str
  target_uid:
    description:
      - Number (UID) of the account that owns the target instances.
      - Either this option or O(target_aliyun_id) is required if O(state=distributed).
      - It must be the account of the caller. The API does not distribute to other accounts.
    type: str
  target_aliyun_id:
    description:
      - Login name of the account that owns the target instances.
    type: str
  job_id:
    description:
      - ID of the device distribution job to delete.
      - Required if O(state=absent).
    type: str
  wait:
    description:
      - Whether to wait until the job has ended.
    type: bool
    default: true
  wait_timeout_in_seconds:
    description:
      - Maximum time to wait for the job, in seconds, V(1) to V(86400) (one day).
    type: int
    default: 300
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Reads the account and returns the changes that would be made without making them.
  diff_mode:
    support: none
    description: The platform returns no complete state that could be compared.
  idempotent:
    support: partial
    description: Devices that are distributed back to their original instance are in no list; each run repeats that.
  action_group:
    support: full
    description: Uses the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_distribution_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Distribute a device to an instance in Singapore
  iotops.aliyun.iot_distribution:
    product: street_light
    devices: [lamp-0001]
    source_instance_id: iot-060a0abc
    target_instance_ids: [iotx-oxssharez400]
    target_uid: "1000000000000001"
  register: moved

- name: Delete the distribution job
  iotops.aliyun.iot_distribution:
    job_id: "{{ moved.job_id }}"
    state: absent
"""

RETURN = r"""
job_id:
  description: ID of the distribution job.
  returned: when a job was created
  type: str
  sample: YaLOxxxx010001
distributed:
  description: Names of the devices that were distributed, or that would be distributed in check mode.
  returned: when O(state=distributed)
  type: list
  elements: str
  sample:
    - lamp-0001
failures:
  description: Devices that were not distributed, each with its C(device_name), a C(code) and a C(message).
  returned: when a device was not distributed
  type: list
  elements: dict
  sample:
    - device_name: lamp-0009
      code: iot.device.NotExistedDevice
      message: No such device
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: A job would be created that distributes what is missing in the target instances; nothing was done in check
    mode
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.distribution.distribution import Distribution

ENTRY = Distribution()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
