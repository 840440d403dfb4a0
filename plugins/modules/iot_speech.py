#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_speech
short_description: Manage a speech that devices can say
version_added: 0.1.0
description:
  - A speech is a text that is turned into audio, and that devices can say once it was pushed to them with
    M(iotops.aliyun.iot_speech_play). It belongs to a project of the platform's broadcasting service.
  - A pack is a speech as well, of common words that the platform has ready. A project has one of each type at most.
  - How a speech sounds can be changed; devices keep what they have until it is pushed to them again. What it says and
    the format of its audio cannot.
options:
  state:
    description:
      - Whether the speech is there.
    type: str
    choices: [present, absent]
    default: present
  project_code:
    description:
      - The code of the project, which the console of the service shows, 1 to 64 letters and digits.
    type: str
    required: true
  type:
    description:
      - Whether the speech has a text of its own (V(custom)) or is a pack of the platform's, of numbers, measure words,
        monetary units, units of time, rates, or units of length. It is V(custom) where nothing is said.
    type: str
    choices: [custom, number, measure_word, monetary_unit, time_unit, unit_time, length_unit]
  code:
    description:
      - The speech's code, 1 to 32 letters and digits, by which a combination names it. Needed for a speech of type
        V(custom), which it tells from the others of the project. The words of a pack have codes of the platform.
    type: str
  text:
    description:
      - What it says, 1 to 100 letters and spaces, of which a Chinese one counts 2. Needed to make one of type
        V(custom).
    type: str
  voice:
    description:
      - The voice, one of those that M(iotops.aliyun.iot_speech_voice_info) tells. Needed to make one.
    type: str
  audio_format:
    description:
      - The format of its audio. The platform takes V(wav) where nothing is said.
    type: str
    choices: [wav, mp3, amr]
  speech_rate:
    description:
      - How fast it is said, -500 to 500. The platform takes 0 where nothing is said.
    type: int
  volume:
    description:
      - How loud it is said, 0 to 100. The platform takes 50 where nothing is said.
    type: int
  sound_code:
    description:
      - The sound code that is heard after the speech. An empty dictionary says that none is.
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
- name: What is said when somebody has paid
  iotops.aliyun.iot_speech:
    project_code: Md3ZiTl888K9lXdy7890
    code: ZFDZ
    text: payment received
    voice: Siyue

- name: Louder, and with a sound code after it
  iotops.aliyun.iot_speech:
    project_code: Md3ZiTl888K9lXdy7890
    code: ZFDZ
    volume: 80
    sound_code:
      content: www.example.com
      duration_in_seconds: 3

- name: Numbers
  iotops.aliyun.iot_speech:
    project_code: Md3ZiTl888K9lXdy7890
    type: number
    voice: Siyue
"""

RETURN = r"""
speech:
  description: The speech; empty when it is absent.
  returned: success
  type: dict
  contains:
    project_code:
      description: The code of its project.
      type: str
      returned: always
    type:
      description: Its type.
      type: str
      returned: always
    code:
      description: Its code.
      type: str
      returned: always
    speech_code:
      description: The id that the platform gave it.
      type: str
      returned: always
    text:
      description: What it says.
      type: str
      returned: always
    voice:
      description: Its voice.
      type: str
      returned: always
    audio_format:
      description: The format of its audio.
      type: str
      returned: always
    speech_rate:
      description: How fast it is said.
      type: int
      returned: when read whole
    volume:
      description: How loud it is said.
      type: int
      returned: when read whole
    sound_code:
      description: The sound code that is heard after it.
      type: dict
      returned: when read whole
    words:
      description: The words of a pack, each with its C(code) and C(text).
      type: list
      elements: dict
      returned: always
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
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {code: ZFDZ}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: create
      operation: CreateSpeech
      status: done
      changes:
        code: {before: null, after: ZFDZ}
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech import Speech

ENTRY = ResourceEntry(Speech)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
