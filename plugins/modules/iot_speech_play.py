#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_speech_play
short_description: Push speeches to devices and play them
version_added: 0.1.0
description:
  - Pushes speeches (text-to-speech corpora) to devices, plays speeches that are stored on a device, synthesizes a text
    and plays it on a device, or synthesizes a text for testing before a speech is created from it.
options:
  action:
    description:
      - Action to perform.
      - V(push) pushes O(speeches) to O(device), O(group) or O(all_devices). Devices that are offline receive them when
        they come online within a day.
      - V(combine) makes a device play the speeches in O(combination), which are stored on the device, one after the
        other. V(combine_and_wait) does the same, waits for the response of the device, and fails if the device could
        not play them.
      - V(synthesize) converts O(text) to audio and makes the device play it.
      - V(test) converts O(text) or a pack to audio and returns the URLs from which the audio can be downloaded.
    type: str
    required: true
    choices: [push, combine, combine_and_wait, synthesize, test]
  product:
    description:
      - Name or ProductKey of the product of the device.
      - Required if O(device) is set.
    type: str
  device:
    description:
      - Name of the device in O(product).
      - The device must be online to play audio.
    type: str
  group:
    description:
      - Name or GroupId of the device group to which the speeches are pushed.
    type: str
  all_devices:
    description:
      - Whether to push the speeches to all devices of the project.
    type: bool
  project_code:
    description:
      - Code of the project, as shown in the console of the broadcasting service.
      - 1 to 64 letters and digits.
    type: str
  speeches:
    description:
      - Speeches to push, each by its code or ID. A pack is specified by its type or ID.
      - One request is sent for each 100 speeches.
    type: list
    elements: str
  combination:
    description:
      - Elements to play, in this order. Each element is the code of a speech that is stored on the device, or an
        element that the device generates itself, for example C({$100}) for an amount.
    type: list
    elements: str
  speech_id:
    description:
      - Custom ID for this playback.
      - A device does not play audio again that it has already played with the same ID.
      - If not set, the platform generates an ID.
    type: str
  enforce:
    description:
      - Whether the device plays the audio immediately, even if it is playing something else.
    type: bool
  type:
    description:
      - Type of the speech to test, either a speech with a custom text (V(custom)) or a pack provided by the platform.
      - Defaults to V(custom).
    type: str
    choices: [custom, number, measure_word, monetary_unit, time_unit, unit_time, length_unit]
  text:
    description:
      - Text to synthesize.
      - 1 to 100 Chinese or English letters and spaces. A Chinese character counts as 2.
    type: str
  voice:
    description:
      - Voice of the speech, one of those returned by M(iotops.aliyun.iot_speech_voice_info).
    type: str
  audio_format:
    description:
      - Audio format of the speech.
      - Required if O(action=synthesize).
    type: str
    choices: [wav, mp3, amr]
  speech_rate:
    description:
      - Speed at which the text is spoken, from -500 to 500.
    type: int
  volume:
    description:
      - Volume of the speech, from 0 to 100.
    type: int
  sound_code:
    description:
      - Sound code that is played after the speech. Used only if O(action=test).
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
attributes:
  check_mode:
    support: full
    description: Validates the options without performing the action.
  diff_mode:
    support: none
    description: The action leaves no state that can be compared.
  idempotent:
    support: none
    description: Every run performs the action again.
  action_group:
    support: full
    description: Supports the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_speech
  - module: iotops.aliyun.iot_speech_push_info
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

- name: Synthesize a text to test it
  iotops.aliyun.iot_speech_play:
    action: test
    project_code: Md3ZiTl888K9lXdy7890
    text: payment received
    voice: Siyue

- name: Push the speech to a device
  iotops.aliyun.iot_speech_play:
    action: push
    project_code: Md3ZiTl888K9lXdy7890
    speeches: [ZFDZ]
    product: street_light
    device: lamp-0001
  register: push

- name: Wait until the push is finished
  iotops.aliyun.iot_speech_push_info:
    project_code: Md3ZiTl888K9lXdy7890
    job_code: "{{ push.job_codes[0] }}"
  register: result
  until: result.jobs[0].status != "running"
  delay: 1

- name: Play the speech followed by an amount
  iotops.aliyun.iot_speech_play:
    action: combine
    product: street_light
    device: lamp-0001
    combination: [ZFDZ, "{$100}"]
"""

RETURN = r"""
job_codes:
  description: Codes of the push jobs, for M(iotops.aliyun.iot_speech_push_info).
  returned: when O(action=push) and not in check mode
  type: list
  elements: str
  sample:
    - tBUmxxxxQPGT
audio_urls:
  description: URLs from which the audio can be downloaded.
  returned: when O(action=test) and not in check mode
  type: list
  elements: str
  sample:
    - https://xxxx.oss-cn-shanghai.aliyuncs.com/test.wav
detail:
  description: State that the device reported.
  returned: when the device has responded
  type: str
  sample: Bat_Pt:99 RSSI:-92
id:
  description: ID of the request to the device.
  returned: when the device has responded
  type: str
  sample: '42000011392021112380'
retries:
  description: Number of times that the request was repeated.
  returned: when the device has responded
  type: int
  sample: 0
device_error_code:
  description: Error code that the device reported.
  returned: when the device has reported an error
  type: str
  sample: '1'
device_error_message:
  description: Error message that the device reported.
  returned: when the device has reported an error
  type: str
  sample: speech model not found
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The speeches would be pushed; nothing was done in check mode
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

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.speech_play import Play

ENTRY = Play()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
