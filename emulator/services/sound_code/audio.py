# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Audio files of sound codes and labels (manual chapter 4.21.4).

The platform does not publish its audio encoding, so real devices cannot decode this audio. The emulator uses its own
encoding: a WAV file (mono, 8 bits, 4,000 samples per second) contains the ASCII characters of the code, each as two
hexadecimal digits, the high digit first. A digit is a tone of 20 milliseconds: 600 Hz for 0, plus 50 Hz for each step
up to F. The code takes one second and is repeated until the end of the duration.
"""

from __future__ import annotations

import io
import math
import wave
import zipfile
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.services.common.solutions import illegal_request
from ansible_collections.iotops.aliyun.emulator.services.sound_code.label import RUNNING, find_batch
from ansible_collections.iotops.aliyun.emulator.services.sound_code.sound_code import find_sound_code
from ansible_collections.iotops.aliyun.emulator.storage import audio
from ansible_collections.iotops.aliyun.emulator.storage.object_storage import publish_file

#: Samples per second.
SAMPLE_RATE = 4000
#: Samples per tone.
TONE_LENGTH = 80
#: The frequency of the digit 0 and the distance between adjacent digits, in Hertz.
BASE_FREQUENCY = 600
FREQUENCY_STEP = 50

_AMPLITUDE = 100
_SILENCE = 128  # 8-bit samples are unsigned

# Each tone has a whole number of periods, so that there are no clicks between tones.
_TONES = [
    bytes(
        _SILENCE
        + round(_AMPLITUDE * math.sin(2 * math.pi * (BASE_FREQUENCY + FREQUENCY_STEP * digit) * sample / SAMPLE_RATE))
        for sample in range(TONE_LENGTH)
    )
    for digit in range(16)
]

_LABEL_DURATION = 1  # seconds; the API has no parameter for it


@operation
def get_sound_code_audio(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.4: Return URLs of audio files for sound codes and labels, in the order of the request."""
    files = [render_audio(sound_code, _find_duration(ctx, sound_code)) for sound_code in p["SoundCodeList"]]
    return {"Data": {"Items": [publish_file(ctx, file, audio.WAV, audio.MEDIA_TYPES[audio.WAV]) for file in files]}}


@operation
def package_sound_code_label_batch_audio(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.21.4.22: Return the URL of a ZIP file with the audio of all labels of a batch.

    The file names are the sound codes with the suffix ``.wav``.
    """
    batch = find_batch(ctx, p["BatchCode"])
    if batch["status"] == RUNNING:
        raise illegal_request("The batch is still running: wait until it is finished")
    labels = ctx.store.all("sound_code_label", "rowid", batch_code=batch["batch_code"])
    if not labels:
        raise illegal_request("The batch has no labels")
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for label in labels:
            # ZipInfo sets a fixed date (1980), so that the archive is reproducible.
            entry = zipfile.ZipInfo(f"{label['sound_code']}.wav")
            archive.writestr(entry, render_audio(label["sound_code"], _LABEL_DURATION), zipfile.ZIP_DEFLATED)
    return {"Data": publish_file(ctx, package.getvalue(), "zip", "application/zip")}


def render_audio(sound_code: str, seconds: int) -> bytes:
    """Return a WAV file that repeats a sound code for ``seconds``."""
    message = b"".join(_TONES[int(digit, 16)] for digit in sound_code.encode("ascii").hex())
    samples = SAMPLE_RATE * seconds
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((message * -(-samples // len(message)))[:samples])
    return content.getvalue()


def _find_duration(ctx: Context, sound_code: str) -> int:
    """Return the duration of a sound code or label in seconds. Raise ApiError if it does not exist."""
    if ctx.store.one("sound_code_label", sound_code=sound_code):
        return _LABEL_DURATION
    return find_sound_code(ctx, sound_code)["duration"]
