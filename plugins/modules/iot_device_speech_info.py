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
  description: The speech of a devices that fit.
  returned: success
  type: list
  elements: dict
  contains:
    product_key:
      description: The ProductKey of the device's product.
      type: str
      returned: always
    iot_id:
      description: The device's IotId.
      type: str
      returned: always
    code:
      description: The speech's code.
      type: str
      returned: always
    audio_format:
      description: The format of its audio.
      type: str
      returned: always
    size_in_kilobytes:
      description: How much space it takes.
      type: float
      returned: always
  sample:
    - product_key: a1BwAGVxxxx
      iot_id: Q7uOhVRdZRRIDnTLv00100
      code: ZFDZ
      audio_format: wav
      size_in_kilobytes: 16.0
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 2
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.device_speech import DeviceSpeech

ENTRY = InfoEntry(DeviceSpeech)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
