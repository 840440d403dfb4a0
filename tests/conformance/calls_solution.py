# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of calls: speech, printing, audio and video licenses, sound codes, OCR and service activation."""

from __future__ import annotations

import struct
import zlib
from urllib.parse import quote

from .call_parts import LAMP, PAGE_ID, PROJECT, VOICE, device, product
from .steps import AdvanceClock, Step, call, devices


def _image_url(text: str) -> str:
    """Return the data URL of a PNG that contains a text."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    size = chunk(b"IHDR", struct.pack(">IIBBBBB", 800, 600, 1, 0, 0, 0, 0))
    words = chunk(b"iTXt", b"Title\0\0\0zh\0\0" + text.encode())
    return "data:image/png," + quote(b"\x89PNG\r\n\x1a\n" + size + words + chunk(b"IDAT", b"") + chunk(b"IEND", b""))


_SOUND_CODE = {"SoundCodeContent": "www.example.com", "AdditionalDuration": 3}

SPEECH: list[Step] = [
    product(),
    devices("<key>", "lamp-0001"),
    call("QueryDeviceInfo", {"iot_id": "Data.IotId"}, **LAMP),
    call("CreateDeviceGroup", {"group": "Data.GroupId"}, GroupName="speakers", GroupDesc="all"),
    call("BatchAddDeviceGroupRelations", GroupId="<group>", Device=[LAMP]),
    call("GetSpeechVoice"),
    call(
        "CreateSpeech",
        {"speech": "Data"},
        BizCode="HELLO",
        Text="你好",
        SpeechType="custom",
        AudioFormat="wav",
        EnableSoundCode=True,
        SoundCodeConfig=_SOUND_CODE,
        **PROJECT,
        **VOICE,
    ),
    call("CreateSpeech", {"pack": "Data"}, SpeechType="number", AudioFormat="wav", **PROJECT, **VOICE),
    call("UpdateSpeech", SpeechCode="<speech>", **PROJECT, **VOICE),
    call("TestSpeech", Text="你好", SpeechType="custom", AudioFormat="wav", **PROJECT, **VOICE),
    call("QuerySpeech", SpeechCode="<speech>"),
    call("QuerySpeechList", **PROJECT, **PAGE_ID),
    call("PushSpeech", PushMode="SINGLE_DEVICE", SpeechCodeList=["<speech>"], **PROJECT, **LAMP),
    call("PushSpeech", PushMode="GROUP_DEVICE", GroupId="<group>", SpeechCodeList=["<pack>"], **PROJECT),
    call("QuerySolutionDeviceGroupPage", **PROJECT, **PAGE_ID),
    AdvanceClock(10),
    call("QuerySpeechPushJob", {"job": "Data.List.Items.0.Code"}, **PROJECT, **PAGE_ID),
    call("QuerySpeechPushJobDevice", JobCode="<job>", **PAGE_ID),
    call("QuerySpeechPushJobSpeech", JobCode="<job>", **PAGE_ID),
    call("SpeechByCombination", CombinationList=["HELLO"], SpeechId="order1", **LAMP),
    call("SyncSpeechByCombination", CombinationList=["HELLO"], **LAMP),
    call("SpeechBySynthesis", Text="你好", Voice="Xiaoyun", AudioFormat="wav", **LAMP),
    call("QuerySpeechDevice", **PROJECT, **PAGE_ID),
    call("QueryDeviceSpeech", IotId="<iot_id>", **PAGE_ID),
    call("GetSpeechDeviceDetail", IotId="<iot_id>"),
    call("DeleteDeviceSpeech", IotId="<iot_id>", DeviceSpeechList=[{"BizCode": "HELLO", "AudioFormat": "wav"}]),
    call("DeleteSpeech", SpeechCodeList=["<speech>"]),
]

PRINT: list[Step] = [
    product(),
    devices("<key>", "lamp-0001"),
    call("PrintByTemplate", TemplateBizCode="receipt", ParamsJsonString='{"name":"soup","price":"3"}', **LAMP),
]

_LICENSE = {"LicenseCode": "480P", "ProductKey": "<key>"}

AV_LICENSE: list[Step] = [
    product(),
    device(),
    call("BindLicenseProduct", **_LICENSE),
    call("BindLicenseDevice", {"progress": "Data.CheckProgressId"}, IotIdList=["<iot_id>"], **_LICENSE),
    AdvanceClock(1),
    call("CheckBindLicenseDeviceProgress", CheckProgressId="<progress>", **_LICENSE),
    call("QueryLicenseDeviceList", **_LICENSE, **PAGE_ID),
    call("UnbindLicenseProduct", **_LICENSE),
]

SOUND_CODE: list[Step] = [
    call("CreateSoundCode", {"code": "Data"}, Duration=2, SoundCodeContent="www.example.com", Name="site"),
    call("UpdateSoundCode", SoundCode="<code>", Name="site_2", Duration=3, SoundCodeContent="www.example.org"),
    call("QuerySoundCodeList", **PAGE_ID),
    call("GetSoundCodeAudio", SoundCodeList=["<code>"]),
    call("DeleteSoundCode", SoundCode="<code>"),
    call(
        "CreateSoundCodeSchedule",
        {"schedule": "Data"},
        Name="week",
        Description="one week",
        StartDate="2030-03-01",
        EndDate="2030-03-07",
    ),
    call("UpdateSoundCodeSchedule", ScheduleCode="<schedule>", Name="weeks", EndDate="2030-03-14", Status="WORKING"),
    call("QuerySoundCodeScheduleList", **PAGE_ID),
    call("GetSoundCodeSchedule", ScheduleCode="<schedule>"),
    call(
        "CreateSchedulePeriod",
        {"period": "Data"},
        ScheduleCode="<schedule>",
        Description="night",
        StartTime="00:00",
        EndTime="01:00",
        SoundCodeContent="www.example.com",
    ),
    call("UpdateSchedulePeriod", PeriodCode="<period>", Description="late", SoundCodeContent="www.example.org"),
    call("QuerySchedulePeriodList", ScheduleCode="<schedule>", **PAGE_ID),
    call("DeleteSchedulePeriod", PeriodCode="<period>"),
    call("CreateSoundCodeLabel", {"label": "Data"}, ScheduleCode="<schedule>", Label="entrance"),
    call("UpdateSoundCodeLabel", SoundCode="<label>", Label="gate"),
    call("QuerySoundCodeLabelList", ScheduleCode="<schedule>", **PAGE_ID),
    call("BatchCreateSoundCodeLabel", ScheduleCode="<schedule>", Total=3, Description="three"),
    call(
        "BatchCreateSoundCodeLabelWithLabels",
        {"batch": "Data"},
        ScheduleCode="<schedule>",
        Labels=["window", "gate"],
        Description="two",
    ),
    AdvanceClock(10),
    call("QuerySoundCodeLabelBatchList", ScheduleCode="<schedule>", **PAGE_ID),
    call("QuerySoundCodeLabelBatchFailedResult", BatchCode="<batch>"),
    call("PackageSoundCodeLabelBatchAudio", BatchCode="<batch>"),
    call("RetrySoundCodeLabelBatch", BatchCode="<batch>"),
    call("DeleteSoundCodeLabel", SoundCode="<label>"),
    AdvanceClock(10),
    call("DeleteSoundCodeSchedule", ScheduleCode="<schedule>"),
]

OCR: list[Step] = [
    call("RecognizeCarNum", Url=_image_url("浙A12345")),
    call("RecognizePictureGeneral", Url=_image_url("no parking")),
]

SERVICE: list[Step] = [call("OpenIotService")]
