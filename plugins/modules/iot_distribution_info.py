#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_distribution_info
short_description: Gather information about distribution to other instances
version_added: 0.1.0
description:
  - Returns the products or devices that are distributed to other instances than their original one, or the jobs that
    distribute devices.
options:
  what:
    description:
      - Kind of objects to return.
    type: str
    required: true
    choices: [devices, products, jobs]
  product:
    description:
      - Return only objects of this product, by name or ProductKey.
    type: str
  device:
    description:
      - Return only the device with this name.
      - Only with O(what=devices).
    type: str
  source_instance_id:
    description:
      - Return only objects that are distributed from this instance.
    type: str
  target_instance_id:
    description:
      - Return only objects that are distributed to this instance.
    type: str
  target_uid:
    description:
      - Return only objects that are distributed to the account with this number (UID).
    type: str
  job_id:
    description:
      - Return only the job with this ID.
      - Only with O(what=jobs).
    type: str
  status:
    description:
      - Return only jobs with this status.
      - Only with O(what=jobs).
    type: str
    choices: [initial, running, finished, interrupted]
  results:
    description:
      - Whether to return the result for each device of each job that has ended, which takes two requests for each job.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_distribution
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the distributed devices of a product
  iotops.aliyun.iot_distribution_info:
    what: devices
    product: street_light

- name: List the distribution jobs with their results
  iotops.aliyun.iot_distribution_info:
    what: jobs
    results: true
"""

RETURN = r"""
devices:
  description: The devices, one that is in several instances with each.
  returned: when they are asked for
  type: list
  elements: dict
  contains:
    product_key:
      description: The ProductKey.
      type: str
      returned: always
    device_name:
      description: Its name.
      type: str
      returned: always
    source_instance_id:
      description: The instance it came from.
      type: str
      returned: always
    source_region:
      description: Where that is.
      type: str
      returned: always
    source_uid:
      description: Whose that is.
      type: str
      returned: always
    target_instance_id:
      description: The instance it is in.
      type: str
      returned: always
    target_region:
      description: Where that is.
      type: str
      returned: always
    target_uid:
      description: Whose that is.
      type: str
      returned: always
    target_aliyun_id:
      description: That account's login name.
      type: str
      returned: when it is known
    created:
      description: When the job was made, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: always
    modified:
      description: When it came there.
      type: int
      returned: always
  sample:
    - product_key: a1BwAGVxxxx
      device_name: lamp-0001
      source_instance_id: iot-060a0abc
      target_instance_id: iotx-oxssharez400
      target_region: ap-southeast-1
products:
  description: The products, with what is told of devices but name and C(modified).
  returned: when they are asked for
  type: list
  elements: dict
  sample:
    - product_key: a1BwAGVxxxx
      source_instance_id: iot-060a0abc
      target_instance_id: iotx-oxssharez400
jobs:
  description: The jobs.
  returned: when they are asked for
  type: list
  elements: dict
  contains:
    job_id:
      description: Its id.
      type: str
      returned: always
    product_key:
      description: The ProductKey.
      type: str
      returned: always
    status:
      description: C(initial), C(running), C(finished) or C(interrupted).
      type: str
      returned: always
    strategy:
      description: C(specified), or C(nearest) of several instances.
      type: str
      returned: always
    source_instance_id:
      description: The instance they were in.
      type: str
      returned: always
    source_uid:
      description: Whose that is.
      type: str
      returned: always
    target_instance_ids:
      description: The instances they go to.
      type: list
      elements: str
      returned: always
    target_uid:
      description: Whose these are.
      type: str
      returned: always
    device_count:
      description: How many devices it has.
      type: int
      returned: always
    created:
      description: When it was made, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: always
    results:
      description:
        - What became of its devices, each with C(device_name), C(code), which is 200 where all went well, and C(message).
      type: list
      elements: dict
      returned: when they are asked for and it has ended
  sample:
    - job_id: YaLOxxxx010001
      status: finished
      strategy: specified
      target_instance_ids:
        - iotx-oxssharez400
      device_count: 1
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.distribution.distribution import DistributionInfo

ENTRY = DistributionInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
