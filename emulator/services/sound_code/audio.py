# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The audio of sound codes and of labels (the manual's chapter 4.21.4).

How the platform codes its audio is not published, so no device decodes this one: it is real audio that says, in a
coding of its own, which sound code it is. A WAV file (mono, 8 bits, 4,000 samples a second) holds the characters of the
code as ASCII, each as two hexadecimal digits, the higher one first. A digit is a tone of 20 milliseconds, of 600 Hz for
0 and 50 Hz more for each step up to F. That takes a second, and is repeated until the duration is over.
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

#: Samples a second.
RATE = 4000
#: Samples of one tone.
TONE_LENGTH = 80
#: The frequency of the digit 0, and how far apart two neighbouring digits are, in Hertz.
LOWEST = 600
STEP = 50

_AMPLITUDE = 100
_SILENCE = 128  # samples of 8 bits have no sign

# Each tone is a whole number of waves long, so that none clicks where it meets the next.
_TONES = [
    bytes(
        _SILENCE + round(_AMPLITUDE * math.sin(2 * math.pi * (LOWEST + STEP * digit) * sample / RATE))
        for sample in range(TONE_LENGTH)
    )
    for digit in range(16)
]

_LABEL_DURATION = 1  # seconds; nobody can give a label any other


@operation
def get_sound_code_audio(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.4: of sound codes and of labels, in the order asked for."""
    files = [audio_of(sound_code, _duration(ctx, sound_code)) for sound_code in p["SoundCodeList"]]
    return {"Data": {"Items": [publish_file(ctx, file, audio.WAV, audio.MEDIA_TYPES[audio.WAV]) for file in files]}}


@operation
def package_sound_code_label_batch_audio(ctx: Context, p: dict[str, Any]) -> Reply:
    """4.21.4.22: a ZIP file of the labels that the batch has made, each as its sound code with ``.wav``."""
    batch = find_batch(ctx, p["BatchCode"])
    if batch["status"] == RUNNING:
        raise illegal_request("The batch is still running")
    labels = ctx.store.all("sound_code_label", "rowid", batch_code=batch["batch_code"])
    if not labels:
        raise illegal_request("The batch has no labels")
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for label in labels:
            # A name of its own, rather than a path, is dated 1980 on every machine.
            entry = zipfile.ZipInfo(f"{label['sound_code']}.wav")
            archive.writestr(entry, audio_of(label["sound_code"], _LABEL_DURATION), zipfile.ZIP_DEFLATED)
    return {"Data": publish_file(ctx, package.getvalue(), "zip", "application/zip")}


def audio_of(sound_code: str, seconds: int) -> bytes:
    """A WAV file that says a sound code over and over for ``seconds``."""
    message = b"".join(_TONES[int(digit, 16)] for digit in sound_code.encode("ascii").hex())
    samples = RATE * seconds
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes((message * -(-samples // len(message)))[:samples])
    return content.getvalue()


def _duration(ctx: Context, sound_code: str) -> int:
    """The seconds that the audio of a sound code or of a label lasts. Raises ApiError where there is neither."""
    if ctx.store.one("sound_code_label", sound_code=sound_code):
        return _LABEL_DURATION
    return find_sound_code(ctx, sound_code)["duration"]
