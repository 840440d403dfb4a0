#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_speech_info
short_description: Gather information about speeches
version_added: 0.1.0
description:
  - Returns speeches (text-to-speech corpora) of a project, filtered by code, ID, type or audio format.
  - If no filter is set, all speeches of the project are returned.
options:
  project_code:
    description:
      - Code of the project, as shown in the console of the broadcasting service.
      - 1 to 64 letters and digits.
    type: str
    required: true
  code:
    description:
      - Code of the speech.
    type: str
  speech_code:
    description:
      - ID of the speech.
    type: str
  type:
    description:
      - Return only speeches of this type.
    type: str
    choices: [custom, number, measure_word, monetary_unit, time_unit, unit_time, length_unit]
  audio_format:
    description:
      - Return only speeches with this audio format.
    type: str
    choices: [wav, mp3, amr]
  details:
    description:
      - Whether to return all details of each listed speech. This takes additional requests for each speech.
      - A speech that is selected by code or ID is always returned with all details.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_speech
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List all speeches of a project
  iotops.aliyun.iot_speech_info:
    project_code: Md3ZiTl888K9lXdy7890

- name: Get the details of one speech
  iotops.aliyun.iot_speech_info:
    project_code: Md3ZiTl888K9lXdy7890
    code: ZFDZ
"""

RETURN = r"""
speeches:
  description: Speeches that match the filters.
  returned: success
  type: list
  elements: dict
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
      returned: when read in full (see O(details))
      type: int
    volume:
      description: Volume of the speech, from 0 to 100.
      returned: when read in full (see O(details))
      type: int
    sound_code:
      description: Sound code that is played after the speech.
      returned: when read in full (see O(details))
      type: dict
    words:
      description: Words of a pack, each with its C(code) and C(text).
      returned: always
      type: list
      elements: dict
  sample:
    - project_code: Md3ZiTl888K9lXdy7890
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
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.speech import Speech

ENTRY = InfoEntry(Speech)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
