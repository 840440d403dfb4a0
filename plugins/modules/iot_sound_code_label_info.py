#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code_label_info
short_description: Gather information about labels of a sound code schedule
version_added: 0.1.0
description:
  - Returns labels of a sound code schedule, filtered by text or ID.
  - If no filter is set, all labels of the schedule are returned.
options:
  schedule:
    description:
      - Name or ID of the schedule.
    type: str
    required: true
  label:
    description:
      - Text of the label.
    type: str
  sound_code:
    description:
      - ID of the label's sound code.
    type: str
  include:
    description:
      - Additional data to return for each label.
      - V(audio_url) returns the URL from which the audio can be downloaded. It takes one request for each label.
    type: list
    elements: str
    choices: [audio_url]
    default: []
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_sound_code_label
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a schedule
  iotops.aliyun.iot_sound_code_schedule:
    name: opening_hours
    start_date: "2030-01-01"
    end_date: "2030-12-31"

- name: List all labels of the schedule with the download URLs of their audio
  iotops.aliyun.iot_sound_code_label_info:
    schedule: opening_hours
    include: [audio_url]
"""

RETURN = r"""
sound_code_labels:
  description: Labels that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    schedule_code:
      description: ID of the schedule.
      returned: always
      type: str
    label:
      description: Text of the label. Identifies the label within the schedule.
      returned: always
      type: str
    sound_code:
      description: ID of the sound code of the label.
      returned: always
      type: str
    audio_url:
      description: URL from which the audio can be downloaded, as a WAV file.
      returned: when O(include) contains V(audio_url)
      type: str
  sample:
    - schedule_code: Md3ZiTL888K9lXDy7890xxxx
      label: table_7
      sound_code: Md3ZiTl888K9llXDy7892xxxx
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.label import SoundCodeLabel

ENTRY = InfoEntry(SoundCodeLabel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
