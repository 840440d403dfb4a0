#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_sound_code_info
short_description: Gather information about sound codes
version_added: 0.1.0
description:
  - Returns sound codes, filtered by name, ID or the devices that can decode them.
  - If no filter is set, all sound codes are returned.
options:
  name:
    description:
      - Name of the sound code.
    type: str
  sound_code:
    description:
      - ID of the sound code.
    type: str
  open_type:
    description:
      - Return only sound codes that these devices can decode, either only devices of the same instance (V(inner)), or
        also devices of other instances (V(open)).
    type: str
    choices: [inner, open]
  include:
    description:
      - Additional data to return for each sound code.
      - V(audio_url) returns the URL from which the audio can be downloaded. It takes one request for each sound code.
    type: list
    elements: str
    choices: [audio_url]
    default: []
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_sound_code
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List all sound codes
  iotops.aliyun.iot_sound_code_info:

- name: Get a sound code and the download URL of its audio
  iotops.aliyun.iot_sound_code_info:
    name: door_west
    include: [audio_url]
"""

RETURN = r"""
sound_codes:
  description: Sound codes that match the filters.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the sound code. Identifies the sound code within the instance.
      returned: always
      type: str
    sound_code:
      description: ID that the platform assigned to the sound code.
      returned: always
      type: str
    content:
      description: Text that the sound code carries, for example a URL.
      returned: always
      type: str
    duration_in_seconds:
      description: Duration of the audio, in seconds.
      returned: always
      type: int
    open_type:
      description: Devices that can decode the sound code, either only devices of the same instance (V(inner)),
        or also devices of other instances that the platform grants access on request (V(open)).
      returned: always
      type: str
    created:
      description: Time when the sound code was created, in milliseconds since 1970-01-01 UTC.
      returned: always
      type: int
    audio_url:
      description: URL from which the audio can be downloaded, as a WAV file.
      returned: when O(include) contains V(audio_url)
      type: str
  sample:
    - name: door_west
      sound_code: Md3ZiTl888K9llXDy7890xxxx
      content: www.example.com
      duration_in_seconds: 2
      open_type: inner
      created: 1620634297000
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.sound_code import SoundCode

ENTRY = InfoEntry(SoundCode)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
