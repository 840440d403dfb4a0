# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All 277 operations. Only what must know them all imports this file; a module takes its own families."""

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
