#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_distribution
short_description: Distribute a product and devices to other instances
version_added: 0.1.0
description:
  - Brings a product, alone or with some of its devices, to other instances of the platform, or has the platform forget
    a job that did.
  - What is in the targets already is not distributed once more. A device that is brought back to where it came from is
    in no list of the platform, so that this is done each time.
  - An account can have 10 such jobs at a time. The task fails where a device could not be distributed.
options:
  state:
    description:
      - Whether the product and its devices are in the targets (V(distributed)), or the job O(job_id) is forgotten
        (V(absent)), which leaves the devices where they are.
    type: str
    choices: [distributed, absent]
    default: distributed
  product:
    description:
      - The product, by its name or its ProductKey. Needed to distribute.
    type: str
  devices:
    description:
      - The names of its devices that go along, at most 10,000. Not given, the product goes alone.
    type: list
    elements: str
  source_instance_id:
    description:
      - The instance where they are. Needed to distribute.
    type: str
  target_instance_ids:
    description:
      - The instances to bring them to, each in another region. With several, a device is in the one that is nearest to
        it. A product alone is brought to one.
    type: list
    elements: str
  target_uid:
    description:
      - The number of the account that the targets belong to. This or O(target_aliyun_id) is needed to distribute.
      - It is the caller's own. The API does not distribute to other accounts.
    type: str
  target_aliyun_id:
    description:
      - The login name of that account.
    type: str
  job_id:
    description:
      - The job to be forgotten, one that distributed devices.
    type: str
  wait:
    description:
      - Whether to wait until the job has ended.
    type: bool
    default: true
  wait_timeout_in_seconds:
    description:
      - How long to wait, 1 second to a day.
    type: int
    default: 300
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Reads the account, and says what would be done without doing it.
  diff_mode:
    support: none
    description: There is no state with which all of it could be compared.
  idempotent:
    support: partial
    description: What is brought back to where it came from is in no list, and brought each time.
  action_group:
    support: full
    description: Takes the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_distribution_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: A lamp moves to Singapore
  iotops.aliyun.iot_distribution:
    product: street_light
    devices: [lamp-0001]
    source_instance_id: iot-060a0abc
    target_instance_ids: [iotx-oxssharez400]
    target_uid: "1000000000000001"
  register: moved

- name: How that went need not be remembered
  iotops.aliyun.iot_distribution:
    job_id: "{{ moved.job_id }}"
    state: absent
"""

RETURN = r"""
job_id:
  description: The job that was made.
  returned: when something was distributed
  type: str
  sample: YaLOxxxx010001
distributed:
  description: The devices that were distributed, or would be.
  returned: when O(state=distributed)
  type: list
  elements: str
  sample: [lamp-0001]
failures:
  description: The devices that were not distributed, each with its C(device_name), a C(code) and a C(message).
  returned: when some were not
  type: list
  elements: dict
  sample: [{device_name: lamp-0009, code: iot.device.NotExistedDevice, message: No such device}]
msg:
  description: What would be done.
  returned: in check mode
  type: str
  sample: A job would be made that distributes what is not there; nothing was done in check mode
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
  sample: 6
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.distribution import Distribution

ENTRY = Distribution()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
