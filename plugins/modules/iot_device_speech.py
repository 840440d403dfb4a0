#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_device_speech
short_description: Take a speech away from a device
version_added: 0.1.0
description:
  - Takes a speech away from a device, which must be online. It comes there by a push, M(iotops.aliyun.iot_speech_play).
options:
  state:
    description:
      - The speech of the device is to be gone.
    type: str
    required: true
    choices: [absent]
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  device:
    description:
      - The device's name, within O(product).
    type: str
    required: true
  code:
    description:
      - The speech's code, that of a word where it came in a pack.
    type: str
    required: true
  audio_format:
    description:
      - The format of its audio.
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
- name: The lamp need not say that any longer
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_speech import DeviceSpeech

ENTRY = ResourceEntry(DeviceSpeech)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
