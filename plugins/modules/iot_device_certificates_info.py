#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_certificates_info
short_description: Find the certificates of devices that were registered together
version_added: 0.1.0
description:
  - Tells where the X.509 certificates of devices can be downloaded that were registered in one batch, as a ZIP archive.
    That of one device M(iotops.aliyun.iot_device_info) tells.
  - For devices of a product whose authentication is by X.509 certificates that the platform issues, in the region
    C(cn-shanghai).
options:
  apply_id:
    description:
      - The ApplyId of the batch.
    type: int
    required: true
  include_secrets:
    description:
      - Whether the result has the address. The archive has the private keys, and whoever has the address can download
        it. Set C(no_log) on such a task.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_device_info
  - module: iotops.aliyun.iot_product
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: A product whose devices have certificates
  iotops.aliyun.iot_product:
    name: safe_lock
    node_type: device
    auth_type: x509
  register: locks

- name: Two devices of any name
  iotops.aliyun.iot_api:
    operation: BatchRegisterDevice
    params:
      ProductKey: "{{ locks.product.product_key }}"
      Count: 2
  register: batch

- name: Their certificates, when they have been registered
  iotops.aliyun.iot_device_certificates_info:
    apply_id: "{{ batch.reply.Data.ApplyId }}"
    include_secrets: true
  register: certificates
  until: certificates is succeeded
  delay: 1
  no_log: true
"""

RETURN = r"""
certificates_url:
  description: Where the archive can be downloaded.
  returned: success
  type: str
  sample: (hidden)
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 1
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_certificates import CertificatesInfo

ENTRY = CertificatesInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
