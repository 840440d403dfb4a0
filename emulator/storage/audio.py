# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sound files in place of speech, which cannot be synthesised here.

Each file is real: it has the format that was asked for, lasts as long as the text would take to say, and can be played.
What is heard is not the text:

- WAV: a tone for each character, whose pitch comes from the character and the voice. The text stands in the file's
  title (a chunk INAM), and what a sound code says after it in the comment (ICMT).
- MP3: silence. The text stands in the title (TIT2), what a sound code says in the subtitle (TIT3).
- AMR: frames that carry no speech; the format has no place for a text.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

WAV = "wav"
MP3 = "mp3"
AMR = "amr"
FORMATS = (WAV, MP3, AMR)

#: What a file of each format is.
MEDIA_TYPES = {WAV: "audio/wav", MP3: "audio/mpeg", AMR: "audio/amr"}

#: How long a character lasts at rate 0.
MILLISECONDS_PER_CHARACTER = 200
#: So much more doubles the rate of speech, so much less halves it.
_DOUBLE_RATE = 500

_SAMPLES_PER_SECOND = 8000
_SAMPLE = 2  # bytes
_LOUDEST = 32767
_LOUDEST_VOLUME = 100
_SOUND_CODE_PERIOD = 4  # samples: as high as the samples let it be heard
_SEMITONES = 12

# A frame of MPEG-2 layer III, mono, 16,000 samples and 16,000 bits a second: all zeroes behind its header are silence.
_MP3_FRAME = b"\xff\xf3\x28\xc0".ljust(72, b"\0")
_MP3_FRAME_LENGTH = 36  # milliseconds
_UTF8 = b"\x03"

# A frame of 4.75 kbit/s.
_AMR_MAGIC = b"#!AMR\n"
_AMR_FRAME = b"\x04".ljust(13, b"\0")
_AMR_FRAME_LENGTH = 20  # milliseconds


@dataclass(frozen=True, slots=True)
class Sound:
    """A text in a voice of ``pitch`` (Hertz), at ``rate`` (-500 to 500) and ``volume`` (0 to 100).

    A sound code that says ``sound_code`` follows for so many ``seconds``.
    """

    text: str
    pitch: int
    rate: int = 0
    volume: int = 50
    sound_code: str = ""
    seconds: int = 0

    @property
    def per_character(self) -> float:
        """How many milliseconds a character lasts."""
        return MILLISECONDS_PER_CHARACTER / 2 ** (self.rate / _DOUBLE_RATE)

    @property
    def milliseconds(self) -> float:
        """How long it all lasts."""
        return len(self.text) * self.per_character + self.seconds * 1000


def render(sound: Sound, audio_format: str) -> bytes:
    """The sound as a file of one of ``FORMATS``."""
    return _RENDERERS[audio_format](sound)


def _wav(sound: Sound) -> bytes:
    per_character = round(sound.per_character * _SAMPLES_PER_SECOND / 1000)
    tones = [_tone(_period(sound.pitch, character), sound.volume, per_character) for character in sound.text]
    tones.append(_tone(_SOUND_CODE_PERIOD, sound.volume, sound.seconds * _SAMPLES_PER_SECOND))
    bits = 8 * _SAMPLE
    rate = _SAMPLES_PER_SECOND
    format_chunk = _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, rate, rate * _SAMPLE, _SAMPLE, bits))
    information = b"INFO" + _chunk(b"INAM", sound.text.encode() + b"\0")
    if sound.sound_code:
        information += _chunk(b"ICMT", sound.sound_code.encode() + b"\0")
    chunks = format_chunk + _chunk(b"LIST", information) + _chunk(b"data", b"".join(tones))
    return _chunk(b"RIFF", b"WAVE" + chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    padding = b"\0" * (len(content) % 2)
    return name + struct.pack("<I", len(content)) + content + padding


def _period(pitch: int, character: str) -> int:
    """How many samples a wave of a character's tone has, which is one of an octave; 0 for a pause."""
    if character == " ":
        return 0
    frequency = pitch * 2 ** (ord(character) % _SEMITONES / _SEMITONES)
    return round(_SAMPLES_PER_SECOND / frequency)


def _tone(period: int, volume: int, samples: int) -> bytes:
    """So many samples of a tone; of silence where it has no period."""
    if not period:
        return bytes(samples * _SAMPLE)
    peak = _LOUDEST * volume / _LOUDEST_VOLUME
    wave = [round(peak * math.sin(2 * math.pi * position / period)) for position in range(period)]
    packed = struct.pack(f"<{period}h", *wave)
    return (packed * (samples // period + 1))[: samples * _SAMPLE]


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
    """A length as ID3 writes it: four times seven bits."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _amr(sound: Sound) -> bytes:
    return _AMR_MAGIC + _AMR_FRAME * math.ceil(sound.milliseconds / _AMR_FRAME_LENGTH)


_RENDERERS = {WAV: _wav, MP3: _mp3, AMR: _amr}
