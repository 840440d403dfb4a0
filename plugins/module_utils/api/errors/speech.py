# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of broadcasting, which only the pages of its operations have."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import NOT_FOUND, PERMANENT, error_codes

ERRORS = error_codes(
    {
        "iot.speech.InvalidSpeechCodeList": (
            PERMANENT,
            "A SpeechCode stands for no speech, or there are too many of them",
            "Take the codes from QuerySpeechList, and pass no more of them than the API takes in one call",
        ),
        "iot.speechsolution.NotSigned": (
            PERMANENT, "The broadcast service has not been activated for the account", "Activate the broadcast service",
        ),
        "iot.tcloud.ProjectNotFound": (
            NOT_FOUND, "There is no such project", "Take the ProjectCode from the project's page in the console",
        ),
    }
)
