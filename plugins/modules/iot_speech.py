#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_speech
short_description: Manage speeches
version_added: 0.1.0
description:
  - Creates, updates and deletes speeches (text-to-speech corpora). A speech is a text that the platform converts to
    audio. Devices can play it after it has been pushed to them with M(iotops.aliyun.iot_speech_play).
  - A speech belongs to a project of the platform's broadcasting service.
  - A pack is a speech that consists of common words provided by the platform. A project can have one pack of each type.
  - The voice, speech rate, volume and sound code of a speech can be changed. Devices keep the previous audio until the
    speech is pushed to them again.
  - The text and the audio format cannot be changed after creation.
options:
  state:
    description:
      - Desired state of the speech.
    type: str
    choices: [present, absent]
    default: present
  project_code:
    description:
      - Code of the project, as shown in the console of the broadcasting service.
      - 1 to 64 letters and digits.
    type: str
    required: true
  type:
    description:
      - Type of the speech, either a speech with a custom text (V(custom)) or a pack provided by the platform, with
        numbers (V(number)), measure words (V(measure_word)), monetary units (V(monetary_unit)), units of time
        (V(time_unit)), rates (V(unit_time)) or units of length (V(length_unit)).
      - Defaults to V(custom).
    type: str
    choices: [custom, number, measure_word, monetary_unit, time_unit, unit_time, length_unit]
  code:
    description:
      - Code of the speech, by which a combination refers to it. Identifies a speech of type V(custom) within the
        project.
      - 1 to 32 letters and digits.
      - Required for a speech of type V(custom). Not allowed for packs, whose words have codes assigned by the platform.
    type: str
  text:
    description:
      - Text of the speech.
      - 1 to 100 Chinese or English letters and spaces. A Chinese character counts as 2.
      - Required when a speech of type V(custom) is created. Not allowed for packs.
      - Cannot be changed after creation.
    type: str
  voice:
    description:
      - Voice of the speech, one of those returned by M(iotops.aliyun.iot_speech_voice_info).
      - Required when the speech is created.
    type: str
  audio_format:
    description:
      - Audio format of the speech.
      - If not set when the speech is created, the platform uses V(wav).
      - Cannot be changed after creation.
    type: str
    choices: [wav, mp3, amr]
  speech_rate:
    description:
      - Speed at which the text is spoken, from -500 to 500.
      - If not set when the speech is created, the platform uses V(0).
    type: int
  volume:
    description:
      - Volume of the speech, from 0 to 100.
      - If not set when the speech is created, the platform uses V(50).
    type: int
  sound_code:
    description:
      - Sound code that is played after the speech.
      - An empty dictionary means that no sound code is played.
    type: dict
    suboptions:
      content:
        description:
          - Text that the sound code carries, for example a URL.
          - Must be set together with O(sound_code.duration_in_seconds).
        type: str
      duration_in_seconds:
        description:
          - Duration of the sound code, in seconds.
          - From 1 to 15.
          - Must be set together with O(sound_code.content).
        type: int
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_speech_info
  - module: iotops.aliyun.iot_speech_play
  - module: iotops.aliyun.iot_speech_voice_info
  - module: iotops.aliyun.iot_device_speech
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a speech
  iotops.aliyun.iot_speech:
    project_code: Md3ZiTl888K9lXdy7890
    code: ZFDZ
    text: payment received
    voice: Siyue

- name: Increase the volume and add a sound code
  iotops.aliyun.iot_speech:
    project_code: Md3ZiTl888K9lXdy7890
    code: ZFDZ
    volume: 80
    sound_code:
      content: www.example.com
      duration_in_seconds: 3

- name: Create the pack of numbers
  iotops.aliyun.iot_speech:
    project_code: Md3ZiTl888K9lXdy7890
    type: number
    voice: Siyue
"""

RETURN = r"""
speech:
  description: The speech. Empty if it is absent.
  returned: success
  type: dict
  contains:
    project_code:
      description: Code of the project, as shown in the console of the broadcasting service.
      returned: always
      type: str
    type:
      description: Type of the speech, either a speech with a custom text (V(custom)) or a pack provided by the
        platform, with numbers (V(number)), measure words (V(measure_word)), monetary units (V(monetary_unit)),
        units of time (V(time_unit)), rates (V(unit_time)) or units of length (V(length_unit)).
      returned: always
      type: str
    code:
      description: Code of the speech, by which a combination refers to it. Identifies a speech of type V(custom)
        within the project.
      returned: always
      type: str
    speech_code:
      description: ID that the platform assigned to the speech.
      returned: always
      type: str
    text:
      description: Text of the speech.
      returned: always
      type: str
    voice:
      description: Voice of the speech, one of those returned by M(iotops.aliyun.iot_speech_voice_info).
      returned: always
      type: str
    audio_format:
      description: Audio format of the speech.
      returned: always
      type: str
    speech_rate:
      description: Speed at which the text is spoken, from -500 to 500.
      returned: when the speech exists
      type: int
    volume:
      description: Volume of the speech, from 0 to 100.
      returned: when the speech exists
      type: int
    sound_code:
      description: Sound code that is played after the speech.
      returned: when the speech exists
      type: dict
    words:
      description: Words of a pack, each with its C(code) and C(text).
      returned: always
      type: list
      elements: dict
  sample:
    project_code: Md3ZiTl888K9lXdy7890
    type: custom
    code: ZFDZ
    speech_code: Md3ZiTL888K9lXDy7890xxxx
    text: payment received
    voice: Siyue
    audio_format: wav
    speech_rate: 0
    volume: 50
    sound_code: {}
    words: []
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      code: ZFDZ
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
    - action: create
      operation: CreateSpeech
      status: done
      changes:
        code:
          before: null
          after: ZFDZ
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.speech import Speech

ENTRY = ResourceEntry(Speech)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
