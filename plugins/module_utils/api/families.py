# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The families of all 277 operations.

Only code that needs all operations imports this file. A module imports only the families that it uses, to keep its
payload small.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import (
    av_license,
    device,
    distribution,
    group,
    job,
    location,
    message,
    ocr,
    ota,
    parser,
    print,
    product,
    rule,
    service,
    shadow,
    sound_code,
    speech,
    subscription,
    thing_model,
    thing_model_data,
    topic,
    tunnel,
)

FAMILIES = (
    product,
    device,
    tunnel,
    group,
    thing_model,
    thing_model_data,
    job,
    topic,
    rule,
    parser,
    message,
    subscription,
    shadow,
    ota,
    speech,
    print,
    av_license,
    sound_code,
    location,
    ocr,
    service,
    distribution,
)
