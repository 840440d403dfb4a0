# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of speech (text-to-speech corpora), which are documented only with the operations."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import NOT_FOUND, PERMANENT, error_codes

ERRORS = error_codes(
    {
        "iot.speech.InvalidSpeechCodeList": (
            PERMANENT,
            "A speech with one of the SpeechCodes does not exist, or there are too many SpeechCodes",
            "Read the codes with QuerySpeechList, and specify at most as many as the operation allows",
        ),
        "iot.speechsolution.NotSigned": (
            PERMANENT, "The account has not activated the broadcast service", "Activate the broadcast service",
        ),
        "iot.tcloud.ProjectNotFound": (
            NOT_FOUND, "The project does not exist", "Copy the ProjectCode from the page of the project in the console",
        ),
    }
)
