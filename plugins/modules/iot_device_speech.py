#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_speech
short_description: Delete a speech from a device
version_added: 0.1.0
description:
  - Deletes a speech (text-to-speech corpus) from a device. The device must be online.
  - Use M(iotops.aliyun.iot_speech_play) to push a speech to a device.
options:
  state:
    description:
      - Desired state of the speech on the device.
      - V(absent) deletes the speech from the device.
    type: str
    required: true
    choices: [absent]
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
      - Code of the speech.
      - For a word of a pack, the code of the word.
    type: str
    required: true
  audio_format:
    description:
      - Audio format of the speech.
    type: str
    required: true
    choices: [wav, mp3, amr]
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_device_speech_info
  - module: iotops.aliyun.iot_speech
  - module: iotops.aliyun.iot_speech_play
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Delete a speech from a device
  iotops.aliyun.iot_device_speech:
    product: street_light
    device: lamp-0001
    code: ZFDZ
    audio_format: wav
    state: absent
"""

RETURN = r"""
device_speech:
  description: The speech of the device; empty, as it is gone.
  returned: success
  type: dict
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
    product_key: a1BwAGVxxxx
    iot_id: Q7uOhVRdZRRIDnTLv00100
    code: ZFDZ
    audio_format: wav
    size_in_kilobytes: 16.0
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {code: null}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: delete
      operation: DeleteDeviceSpeech
      status: done
      changes:
        code: {before: ZFDZ, after: null}
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
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.device_speech import DeviceSpeech

ENTRY = ResourceEntry(DeviceSpeech)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
