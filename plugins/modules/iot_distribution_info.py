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
  description: Distributed devices. A device that is in several instances has one entry for each instance.
  returned: when O(what=devices)
  type: list
  elements: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    device_name:
      description: Name of the device.
      returned: always
      type: str
    source_instance_id:
      description: ID of the source instance.
      returned: always
      type: str
    source_region:
      description: Region of the source instance.
      returned: always
      type: str
    source_uid:
      description: Number (UID) of the account that owns the source instance.
      returned: always
      type: str
    target_instance_id:
      description: ID of the target instance.
      returned: always
      type: str
    target_region:
      description: Region of the target instance.
      returned: always
      type: str
    target_uid:
      description: Number (UID) of the account that owns the target instance.
      returned: always
      type: str
    target_aliyun_id:
      description: Login name of the account that owns the target instance.
      returned: when the platform returns it
      type: str
    created:
      description: Time when the distribution job was created, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
    modified:
      description: Time when the device was distributed to the target instance, in milliseconds since 1970-01-01
        UTC.
      returned: always
      type: int
  sample:
    - product_key: a1BwAGVxxxx
      device_name: lamp-0001
      source_instance_id: iot-060a0abc
      target_instance_id: iotx-oxssharez400
      target_region: ap-southeast-1
products:
  description: Distributed products, with the same keys as devices except C(device_name) and C(modified).
  returned: when O(what=products)
  type: list
  elements: dict
  sample:
    - product_key: a1BwAGVxxxx
      source_instance_id: iot-060a0abc
      target_instance_id: iotx-oxssharez400
jobs:
  description: Jobs that distribute devices.
  returned: when O(what=jobs)
  type: list
  elements: dict
  contains:
    job_id:
      description: ID of the job.
      returned: always
      type: str
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    status:
      description: Status of the job, C(initial), C(running), C(finished) or C(interrupted).
      returned: always
      type: str
    strategy:
      description: Strategy of the job, which is C(specified), or C(nearest) for several target instances.
      returned: always
      type: str
    source_instance_id:
      description: ID of the source instance.
      returned: always
      type: str
    source_uid:
      description: Number (UID) of the account that owns the source instance.
      returned: always
      type: str
    target_instance_ids:
      description: IDs of the target instances.
      returned: always
      type: list
      elements: str
    target_uid:
      description: Number (UID) of the account that owns the target instances.
      returned: always
      type: str
    device_count:
      description: Number of devices in the job.
      returned: always
      type: int
    created:
      description: Time when the job was created, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
    results:
      description: Result for each device of the job, with its C(device_name), a C(code), which is 200 if the device
        was distributed, and a C(message).
      returned: when O(results=true) and the job has ended
      type: list
      elements: dict
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
