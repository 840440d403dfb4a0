# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Local files: how they are named and looked at, and how they are uploaded as a part of a step."""

from __future__ import annotations

import hashlib
import os

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import TransportError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue, ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.files import (
    LocalFile,
    LocalPath,
    Upload,
    matching_suffix,
    stat_file,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Derived, Step, unchanged

FORM = {"Host": "http://store", "Key": "ota/1.bin", "Policy": "p", "Signature": "s", "KeyId": "k", "Url": "http://u"}


class Platform:
    """A platform whose every reply is a form, and that fails to take files where told so."""

    def __init__(self, error=None):
        self.error = error
        self.sent: list = []
        self.read = self.find = self.pages = None

    def call(self, name, params=None):
        self.sent.append((name, params))
        return {"Data": FORM}

    def upload(self, url, fields, path):
        self.sent.append((url, fields, path))
        if self.error:
            raise self.error


def plan() -> list:
    upload = Upload("/lamp", "address", key_id="KeyId", address="Url")
    return [
        Step(steps.UPDATE, "GenerateOTAUploadURL", {}, upload=upload),
        Step(steps.CREATE, "CreateOTAFirmware", {"FirmwareUrl": Derived(unchanged, ("address",))}),
    ]


def test_a_step_that_uploads_tells_later_ones_where_the_file_is():
    platform = Platform()
    apply(platform, None, plan(), {})
    fields = {
        "key": "ota/1.bin",
        "OSSAccessKeyId": "k",
        "policy": "p",
        "Signature": "s",
        "success_action_status": "200",
    }
    assert platform.sent == [
        ("GenerateOTAUploadURL", {}),
        ("http://store", fields, "/lamp"),
        ("CreateOTAFirmware", {"FirmwareUrl": "http://u"}),
    ]


def test_an_upload_that_fails_fails_the_step():
    planned = plan()
    with pytest.raises(StepFailed, match="does not take"):
        apply(Platform(TransportError("store does not take /lamp")), None, planned, {})
    assert [step.status for step in planned] == [steps.FAILED, steps.PLANNED]


def test_what_is_known_of_a_file(tmp_path):
    path = tmp_path / "lamp"
    path.write_bytes(b"x" * 3)
    md5 = hashlib.md5(b"xxx").hexdigest()
    reader = Reader(Platform(), tolerant=False)
    assert stat_file(reader, str(path), "file", maximum=3) == LocalFile(str(path), 3, md5)
    with pytest.raises(InvalidValue, match=r"^file must have 1 to 2 bytes, and .*lamp has 3"):
        stat_file(reader, str(path), "file", maximum=2)
    with pytest.raises(InvalidValue, match="is none"):
        stat_file(reader, str(tmp_path), "file", maximum=2)
    with pytest.raises(ReferenceNotFound, match=r"the file /none does not exist. Check the path"):
        stat_file(reader, "/none", "file", maximum=2)


def test_a_file_may_come_later_where_nothing_is_done_now():
    reader = Reader(Platform(), tolerant=True)
    assert stat_file(reader, "/none", "file", maximum=2) is PENDING
    assert reader.pending == ["the file /none does not exist yet"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_file_that_nobody_may_read(tmp_path):
    path = tmp_path / "lamp"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(InvalidValue, match=r"^file cannot be read: .*: Permission denied"):
        stat_file(Reader(Platform(), tolerant=False), str(path), "file", maximum=2)


def test_paths_begin_at_the_root():
    assert LocalPath().check("/lamp.bin") == ""
    assert "{{ playbook_dir }}/lamp.bin, not lamp.bin" in LocalPath().check("lamp.bin")
    assert LocalPath().check("") != ""


@pytest.mark.parametrize(
    ("path", "suffix"),
    [("/a.bin", "bin"), ("/a.TAR.GZ", "tar.gz"), ("/a.gz", "gz"), ("/a", None), ("/bin", None), ("/a.exe", None)],
)
def test_suffixes(path, suffix):
    assert matching_suffix(path, ("bin", "gz", "tar", "tar.gz")) == suffix
