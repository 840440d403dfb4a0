#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_speech_play
short_description: Push speeches to devices and make them speak
version_added: 0.1.0
description:
  - Pushes speeches to devices, makes a device say what it has, has a text turned into speech for a device, or lets a
    speech be heard before it is made.
options:
  action:
    description:
      - What to do.
      - V(push) pushes O(speeches) to O(device), O(group) or O(all_devices). Devices that are not online get them when
        they are, within a day.
      - V(combine) makes a device say speeches that it has, one after the other, and V(combine_and_wait) waits for its
        answer. The task fails where it could not.
      - V(synthesize) has O(text) turned into speech, which the device says.
      - V(test) has O(text), or a pack, turned into speech, and tells where that can be downloaded.
    type: str
    required: true
    choices: [push, combine, combine_and_wait, synthesize, test]
  product:
    description:
      - The product of the device, by its name or its ProductKey.
    type: str
  device:
    description:
      - The device's name, within O(product). It must be online to speak.
    type: str
  group:
    description:
      - The device group to push to, by its name or its GroupId.
    type: str
  all_devices:
    description:
      - Whether to push to all devices of the project.
    type: bool
  project_code:
    description:
      - The code of the project, which the console of the service shows, 1 to 64 letters and digits.
    type: str
  speeches:
    description:
      - What to push, each speech by its code or its id, and a pack by its type or its id. Each hundred of them takes a
        request.
    type: list
    elements: str
  combination:
    description:
      - What to say, in this order, each the code of a speech that is on the device, or what the device makes up by
        itself, such as C({$100}) for an amount.
    type: list
    elements: str
  speech_id:
    description:
      - An id of one's own. What a device was told under an id it does not say under the same id again. The platform
        makes one up where none is given.
    type: str
  enforce:
    description:
      - Whether the device says it at once, whatever it is saying.
    type: bool
  type:
    description:
      - What to test, a speech with a text of its own (V(custom), where nothing is said) or a pack of the platform's.
    type: str
    choices: [custom, number, measure_word, monetary_unit, time_unit, unit_time, length_unit]
  text:
    description:
      - What to say, 1 to 100 letters and spaces, of which a Chinese one counts 2.
    type: str
  voice:
    description:
      - The voice, one of those that M(iotops.aliyun.iot_speech_voice_info) tells.
    type: str
  audio_format:
    description:
      - The format of the audio. Needed for V(synthesize).
    type: str
    choices: [wav, mp3, amr]
  speech_rate:
    description:
      - How fast it is said, -500 to 500.
    type: int
  volume:
    description:
      - How loud it is said, 0 to 100.
    type: int
  sound_code:
    description:
      - The sound code that is heard after the speech that is tested.
    type: dict
    suboptions:
      content:
        description:
          - What it says, such as the address of a page.
        type: str
      duration_in_seconds:
        description:
          - How long it is heard, 1 to 15 seconds.
        type: int
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Checks the options, and does nothing.
  diff_mode:
    support: none
    description: What is done leaves no state that could be compared.
  idempotent:
    support: none
    description: Each run does it again.
  action_group:
    support: full
    description: Takes the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_speech
  - module: iotops.aliyun.iot_speech_push_info
  - module: iotops.aliyun.iot_device_speech
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: A speech
  iotops.aliyun.iot_speech:
    project_code: Md3ZiTl888K9lXdy7890
    code: ZFDZ
    text: payment received
    voice: Siyue

- name: How it sounds
  iotops.aliyun.iot_speech_play:
    action: test
    project_code: Md3ZiTl888K9lXdy7890
    text: payment received
    voice: Siyue

- name: The lamp gets it
  iotops.aliyun.iot_speech_play:
    action: push
    project_code: Md3ZiTl888K9lXdy7890
    speeches: [ZFDZ]
    product: street_light
    device: lamp-0001
  register: push

- name: When it has it
  iotops.aliyun.iot_speech_push_info:
    project_code: Md3ZiTl888K9lXdy7890
    job_code: "{{ push.job_codes[0] }}"
  register: found
  until: found.jobs[0].status != "running"
  delay: 1

- name: It speaks
  iotops.aliyun.iot_speech_play:
    action: combine
    product: street_light
    device: lamp-0001
    combination: [ZFDZ, "{$100}"]
"""

RETURN = r"""
job_codes:
  description: The codes of the pushes, which M(iotops.aliyun.iot_speech_push_info) knows.
  returned: when speeches were pushed
  type: list
  elements: str
  sample: [tBUmxxxxQPGT]
audio_urls:
  description: Where the audio can be downloaded.
  returned: when a speech was tested
  type: list
  elements: str
  sample: [https://xxxx.oss-cn-shanghai.aliyuncs.com/test.wav]
detail:
  description: What the device says of its state.
  returned: when the device has answered
  type: str
  sample: "Bat_Pt:99 RSSI:-92"
id:
  description: The id under which the device was told.
  returned: when the device has answered
  type: str
  sample: "42000011392021112380"
retries:
  description: How often it had to be told again.
  returned: when the device has answered
  type: int
  sample: 0
device_error_code:
  description: What the device calls what went wrong.
  returned: when it could not do it
  type: str
  sample: "1"
device_error_message:
  description: What went wrong, in the device's words.
  returned: when it could not do it
  type: str
  sample: speech model not found
msg:
  description: What would be done.
  returned: in check mode
  type: str
  sample: The speeches would be pushed; nothing was done in check mode
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
  sample: 2
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech_play import Play

ENTRY = Play()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
