#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_certificates_info
short_description: Get the download address of the certificates of a device batch
version_added: 0.1.0
description:
  - Returns the download address of the X.509 certificates of devices that were registered in one batch, as a ZIP
    archive. For the certificate of a single device, use M(iotops.aliyun.iot_device_info).
  - Only for devices of a product that authenticates devices by X.509 certificates issued by the platform, in the
    region C(cn-shanghai).
options:
  apply_id:
    description:
      - ApplyId of the batch.
    type: int
    required: true
  include_secrets:
    description:
      - Whether the result contains the download address.
      - The archive contains the private keys, and anyone who has the address can download it. Set C(no_log) on the task
        if you enable this option.
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
- name: Create a product whose devices authenticate by certificate
  iotops.aliyun.iot_product:
    name: safe_lock
    node_type: device
    auth_type: x509
  register: locks

- name: Register two devices with generated names
  iotops.aliyun.iot_api:
    operation: BatchRegisterDevice
    params:
      ProductKey: "{{ locks.product.product_key }}"
      Count: 2
  register: batch

- name: Get the download address of the certificates when the registration has ended
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
  description: URL from which the archive can be downloaded. Hidden unless O(include_secrets=true).
  returned: success
  type: str
  sample: (hidden)
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.certificates import CertificatesInfo

ENTRY = CertificatesInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
