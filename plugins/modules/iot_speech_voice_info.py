#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_speech_voice_info
short_description: Gather information about the voices available for speeches
version_added: 0.1.0
description:
  - Returns the voices with which the platform can synthesize a text.
options: {}
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_speech
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: List all voices
  iotops.aliyun.iot_speech_voice_info:
"""

RETURN = r"""
voices:
  description: Voices that the platform provides.
  returned: success
  type: list
  elements: dict
  contains:
    voice:
      description: Name of the voice, as used in options of other modules.
      returned: always
      type: str
    label:
      description: Display name of the voice, in Chinese.
      returned: always
      type: str
    scene:
      description: Usage scenario of the voice.
      returned: always
      type: str
    scene_label:
      description: Display name of the usage scenario, in Chinese.
      returned: always
      type: str
  sample:
    - voice: Siyue
      label: gentle female voice
      scene: kefu
      scene_label: customer service
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.device_speech import VoicesInfo

ENTRY = VoicesInfo()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
