#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_speech_info
short_description: Gather information about the speeches on a device
version_added: 0.1.0
description:
  - Returns the speeches (text-to-speech corpora) on a device, optionally filtered by code or audio format.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  device:
    description:
      - Name of the device in O(product).
    type: str
    required: true
  code:
    description:
      - Return only speeches with this code.
      - For a word of a pack, the code of the word.
    type: str
  audio_format:
    description:
      - Return only speeches in this audio format.
    type: str
    choices: [wav, mp3, amr]
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_device_speech
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List the speeches on a device
  iotops.aliyun.iot_device_speech_info:
    product: street_light
    device: lamp-0001
"""

RETURN = r"""
device_speeches:
  description: Speeches on the device that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: ProductKey of the product.
      returned: always
      type: str
    iot_id:
      description: IotId of the device.
      returned: always
      type: str
    code:
      description: Code of the speech.
      returned: always
      type: str
    audio_format:
      description: Audio format of the speech.
      returned: always
      type: str
    size_in_kilobytes:
      description: Size of the speech, in kilobytes.
      returned: always
      type: float
  sample:
    - product_key: a1BwAGVxxxx
      iot_id: Q7uOhVRdZRRIDnTLv00100
      code: ZFDZ
      audio_format: wav
      size_in_kilobytes: 16.0
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.device_speech import DeviceSpeech

ENTRY = InfoEntry(DeviceSpeech)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
