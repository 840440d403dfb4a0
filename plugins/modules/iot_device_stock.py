#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_stock
short_description: Keep a minimum number of devices registered in a product
version_added: 0.1.0
description:
  - Ensures that a product has at least O(count) devices. Missing devices are registered, up to 1,000 in one request,
    with names that the platform generates. Devices are never deleted.
  - If a task fails or is interrupted while the platform registers devices, the next task for this product on the same
    host waits for them, returns their names and saves their secrets, before it registers others. Tasks for one product
    on one host run one after the other. Other hosts do not know of these devices, so use one host for a product.
  - For devices with known names, use M(iotops.aliyun.iot_devices).
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  count:
    description:
      - Minimum number of devices of the product.
    type: int
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.secrets
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_devices
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Ensure that the product has at least 20 devices
  iotops.aliyun.iot_device_stock:
    product: street_light
    count: 20
    secrets_file: "{{ playbook_dir }}/stock.csv"
"""

RETURN = r"""
product_key:
  description: ProductKey of the product.
  returned: success
  type: str
  sample: a1BwAGVxxxx
existing:
  description: Number of devices of the product before the task.
  returned: success
  type: int
  sample: 2
created:
  description: Names of the devices that were registered, also those of a batch that an earlier task could not see
    the end of. Empty in check mode, because the platform generates the names.
  returned: success
  type: list
  elements: str
  sample:
    - 9pLsZkW3mxTq0VdnxxxxA1
estimate:
  description: Estimate for the task, with the number of requests of each operation (C(operations)), their total
    (C(requests)) and their duration in seconds (C(seconds)).
  returned: success
  type: dict
  sample:
    operations:
      BatchRegisterDevice: 1
      QueryBatchRegisterDeviceStatus: 1
      QueryPageByApplyId: 1
    requests: 3
    seconds: 1.0
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the product street_light does not exist yet
diff:
  description: Number of devices before and after the task.
  returned: always
  type: dict
  sample:
    before:
      devices: 2
    after:
      devices: 20
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.stock import StockEntry

ENTRY = StockEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
