# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Generate audio files as placeholders for speech, because the emulator cannot synthesize speech.

Each file has the requested format, has the duration of the spoken text, and can be played. The content is not speech:

- WAV: one tone per character, whose pitch depends on the character and the voice. The title (chunk INAM) contains the
  text, the comment (ICMT) contains the content of a sound code that follows.
- MP3: silence. The title (TIT2) contains the text, the subtitle (TIT3) the content of a sound code.
- AMR: frames without speech; the format has no field for a text.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

WAV = "wav"
MP3 = "mp3"
AMR = "amr"
FORMATS = (WAV, MP3, AMR)

#: Media types by format.
MEDIA_TYPES = {WAV: "audio/wav", MP3: "audio/mpeg", AMR: "audio/amr"}

#: The duration of a character at rate 0.
MILLISECONDS_PER_CHARACTER = 200
# Adding this number to the rate doubles the speed of speech, subtracting it halves the speed.
_DOUBLE_RATE = 500

_SAMPLES_PER_SECOND = 8000
_BYTES_PER_SAMPLE = 2
_MAX_AMPLITUDE = 32767
_MAX_VOLUME = 100
_SOUND_CODE_PERIOD = 4  # samples: a very high tone for this sample rate
_SEMITONES = 12

# A frame of MPEG-2 layer III, mono, 16,000 samples/s, 16,000 bits/s. Zeros after the header are silence.
_MP3_FRAME = b"\xff\xf3\x28\xc0".ljust(72, b"\0")
_MP3_FRAME_LENGTH = 36  # milliseconds
_UTF8 = b"\x03"

# A frame of 4.75 kbit/s.
_AMR_MAGIC = b"#!AMR\n"
_AMR_FRAME = b"\x04".ljust(13, b"\0")
_AMR_FRAME_LENGTH = 20  # milliseconds


@dataclass(frozen=True, slots=True)
class Sound:
    """A spoken text, optionally followed by a sound code.

    Attributes:
        text: the text.
        pitch: the pitch of the voice in Hertz.
        rate: the speed of speech, -500 to 500.
        volume: the volume, 0 to 100.
        sound_code: the content of the sound code.
        seconds: the duration of the sound code.
    """

    text: str
    pitch: int
    rate: int = 0
    volume: int = 50
    sound_code: str = ""
    seconds: int = 0

    @property
    def per_character(self) -> float:
        """The duration of a character in milliseconds."""
        return MILLISECONDS_PER_CHARACTER / 2 ** (self.rate / _DOUBLE_RATE)

    @property
    def milliseconds(self) -> float:
        """The total duration."""
        return len(self.text) * self.per_character + self.seconds * 1000


def render(sound: Sound, audio_format: str) -> bytes:
    """Return the sound as the content of a file in one of the ``FORMATS``."""
    return _RENDERERS[audio_format](sound)


def _wav(sound: Sound) -> bytes:
    per_character = round(sound.per_character * _SAMPLES_PER_SECOND / 1000)
    tones = [_tone(_period(sound.pitch, character), sound.volume, per_character) for character in sound.text]
    tones.append(_tone(_SOUND_CODE_PERIOD, sound.volume, sound.seconds * _SAMPLES_PER_SECOND))
    bits = 8 * _BYTES_PER_SAMPLE
    rate = _SAMPLES_PER_SECOND
    format_chunk = _chunk(
        b"fmt ", struct.pack("<HHIIHH", 1, 1, rate, rate * _BYTES_PER_SAMPLE, _BYTES_PER_SAMPLE, bits)
    )
    information = b"INFO" + _chunk(b"INAM", sound.text.encode() + b"\0")
    if sound.sound_code:
        information += _chunk(b"ICMT", sound.sound_code.encode() + b"\0")
    chunks = format_chunk + _chunk(b"LIST", information) + _chunk(b"data", b"".join(tones))
    return _chunk(b"RIFF", b"WAVE" + chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    padding = b"\0" * (len(content) % 2)
    return name + struct.pack("<I", len(content)) + content + padding


def _period(pitch: int, character: str) -> int:
    """Return the period of the tone of a character in samples (a semitone of one octave); 0 for a pause."""
    if character == " ":
        return 0
    frequency = pitch * 2 ** (ord(character) % _SEMITONES / _SEMITONES)
    return round(_SAMPLES_PER_SECOND / frequency)


def _tone(period: int, volume: int, samples: int) -> bytes:
    """Return ``samples`` samples of a tone, or of silence if ``period`` is 0."""
    if not period:
        return bytes(samples * _BYTES_PER_SAMPLE)
    peak = _MAX_AMPLITUDE * volume / _MAX_VOLUME
    wave = [round(peak * math.sin(2 * math.pi * position / period)) for position in range(period)]
    packed = struct.pack(f"<{period}h", *wave)
    return (packed * (samples // period + 1))[: samples * _BYTES_PER_SAMPLE]


def _mp3(sound: Sound) -> bytes:
    frames = _id3_frame(b"TIT2", sound.text)
    if sound.sound_code:
        frames += _id3_frame(b"TIT3", sound.sound_code)
    tag = b"ID3\x04\0\0" + _syncsafe(len(frames)) + frames
    return tag + _MP3_FRAME * math.ceil(sound.milliseconds / _MP3_FRAME_LENGTH)


def _id3_frame(name: bytes, text: str) -> bytes:
    content = _UTF8 + text.encode()
    return name + _syncsafe(len(content)) + b"\0\0" + content


def _syncsafe(number: int) -> bytes:
    """Return a length as ID3 encodes it: four bytes with seven bits each."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _amr(sound: Sound) -> bytes:
    return _AMR_MAGIC + _AMR_FRAME * math.ceil(sound.milliseconds / _AMR_FRAME_LENGTH)


_RENDERERS = {WAV: _wav, MP3: _mp3, AMR: _amr}
