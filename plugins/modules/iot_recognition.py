#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_recognition
short_description: Recognize text and license plates in an image (OCR)
version_added: 0.1.0
description:
  - Recognizes the license plate or the text in an image.
  - An account can recognize 20 images a day.
options:
  action:
    description:
      - What to recognize, which is a license plate (V(car_number)) or any text (V(text)).
    type: str
    required: true
    choices: [car_number, text]
  url:
    description:
      - URL of the image.
      - Up to 2,048 characters.
    type: str
    required: true
extends_documentation_fragment:
  - iotops.aliyun.iot
attributes:
  check_mode:
    support: full
    description: Validates the options and makes no changes.
  diff_mode:
    support: none
    description: The action leaves no state that could be compared.
  idempotent:
    support: none
    description: Each run performs the action again.
  action_group:
    support: full
    description: Uses the defaults of the action group.
    membership: [iotops.aliyun.iot]
seealso:
  - module: iotops.aliyun.iot_api
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Recognize the license plate in an image
  iotops.aliyun.iot_recognition:
    action: car_number
    url: "{{ gate_picture }}"
"""

RETURN = r"""
recognized:
  description: Result of the recognition, in the format of the platform.
  returned: when not in check mode
  type: raw
  sample:
    content: iPhone 12
    height: 655
    width: 805
msg:
  description: Description of what the task would do.
  returned: in check mode
  type: str
  sample: The license plate in the image would be recognized; nothing was done in check mode
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ocr.recognition import Recognize

ENTRY = Recognize()


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
