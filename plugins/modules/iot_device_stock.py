#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_stock
short_description: Keep a stock of devices of a product
version_added: 0.1.0
description:
  - Makes sure that a product has at least a number of devices. What it lacks is registered, 1,000 a request, with names
    that the platform chooses; none is ever deleted.
  - For devices whose names are known, there is M(iotops.aliyun.iot_devices).
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  count:
    description:
      - How many devices the product has at least.
    type: int
    required: true
  secrets_file:
    description:
      - The path of a file, from the root, that the secrets of devices go to, with the columns or members
        C(product_key), C(device_name) and C(device_secret). It has mode 0600, what it held before stays in it, and it
        grows while devices are being registered.
    type: path
  secrets_format:
    description:
      - The format of O(secrets_file), a CSV file with a header or a JSON list.
    type: str
    choices: [csv, json]
    default: csv
  secrets_vault:
    description:
      - Whether O(secrets_file) is encrypted with Ansible Vault, by the C(ansible-vault) of the Python that runs the
        task. It is written in the end only.
    type: bool
    default: false
  secrets_vault_password_file:
    description:
      - The file of the vault's password, or the script that tells it; what Ansible is configured to use, unless given.
    type: path
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_devices
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Something to flash next week
  iotops.aliyun.iot_device_stock:
    product: street_light
    count: 20
    secrets_file: "{{ playbook_dir }}/stock.csv"
"""

RETURN = r"""
product_key:
  description: The ProductKey of the product.
  returned: success
  type: str
  sample: a1BwAGVxxxx
existing:
  description: How many devices the product had.
  returned: success
  type: int
  sample: 2
created:
  description: The names of the devices that were registered; nobody knows them in check mode.
  returned: success
  type: list
  elements: str
  sample: [9pLsZkW3mxTq0VdnxxxxA1]
estimate:
  description:
    - The C(requests) that the task was going to send, those of each of the C(operations), and the C(seconds) that they
      take.
  returned: success
  type: dict
  sample:
    operations: {BatchRegisterDevice: 1, QueryBatchRegisterDeviceStatus: 1, QueryPageByApplyId: 1}
    requests: 3
    seconds: 1.0
pending:
  description: What the task names and an earlier one in the play would have made; in check mode only.
  returned: when there is any
  type: list
  elements: str
  sample: [the product street_light does not exist yet]
diff:
  description: How many devices there were and are.
  returned: success
  type: dict
  sample:
    before: {devices: 2}
    after: {devices: 20}
calls:
  description: How many requests were sent.
  returned: success
  type: int
  sample: 6
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.fleet.stock import StockEntry

ENTRY = StockEntry()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
