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
  description: The speech on the device. Always empty, because the module only deletes speeches.
  returned: success
  type: dict
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
  sample: {}
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before:
      code: ZFDZ
      audio_format: wav
    after: {}
steps:
  description: Requests that change the resource, in the order in which they are sent. In check mode they are planned
    only.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: Kind of change, C(create), C(update) or C(delete).
      returned: always
      type: str
    operation:
      description: Operation of the API.
      returned: always
      type: str
    status:
      description: Status of the step, C(planned), C(done) or C(failed).
      returned: always
      type: str
    requests:
      description: Number of requests, if a task that failed or was interrupted has sent several of the same operation.
      returned: when a failed task has sent several requests of the operation
      type: int
    changes:
      description: Options that the step changes, each with its values C(before) and C(after).
      returned: always
      type: dict
  sample:
    - action: delete
      operation: DeleteDeviceSpeech
      status: done
      changes:
        code:
          before: ZFDZ
          after: null
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the product street_light does not exist yet
calls:
  description: Number of requests sent to the API.
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
