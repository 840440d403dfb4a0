# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of local files and their upload."""

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
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import BOX

FORM = {"Host": "http://store", "Key": "ota/1.bin", "Policy": "p", "Signature": "s", "KeyId": "k", "Url": "http://u"}


class Client:
    """A client whose responses contain an upload form. If ``error`` is set, uploads raise it."""

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


def test_upload_address_is_available_to_later_steps():
    client = Client()
    apply(client, BOX, plan(), {})
    fields = {
        "key": "ota/1.bin",
        "OSSAccessKeyId": "k",
        "policy": "p",
        "Signature": "s",
        "success_action_status": "200",
    }
    assert client.sent == [
        ("GenerateOTAUploadURL", {}),
        ("http://store", fields, "/lamp"),
        ("CreateOTAFirmware", {"FirmwareUrl": "http://u"}),
    ]


def test_upload_failure_fails_step():
    planned = plan()
    with pytest.raises(StepFailed, match="store rejected"):
        apply(Client(TransportError("store rejected /lamp")), BOX, planned, {})
    assert [step.status for step in planned] == [steps.FAILED, steps.PLANNED]


def test_stat_file_returns_size_and_md5_or_fails(tmp_path):
    path = tmp_path / "lamp"
    path.write_bytes(b"x" * 3)
    md5 = hashlib.md5(b"xxx").hexdigest()
    reader = Reader(Client(), tolerant=False)
    assert stat_file(reader, str(path), "file", maximum=3) == LocalFile(str(path), 3, md5)
    with pytest.raises(InvalidValue, match=r"^file must have 1 to 2 bytes, but .*lamp has 3"):
        stat_file(reader, str(path), "file", maximum=2)
    with pytest.raises(InvalidValue, match=r"^file must be a file, but .* is not"):
        stat_file(reader, str(tmp_path), "file", maximum=2)
    with pytest.raises(ReferenceNotFound, match=r"the file /none does not exist. Check the path"):
        stat_file(reader, "/none", "file", maximum=2)


def test_stat_file_missing_with_tolerant_reader_is_pending():
    reader = Reader(Client(), tolerant=True)
    assert stat_file(reader, "/none", "file", maximum=2) is PENDING
    assert reader.pending == ["the file /none does not exist yet"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read all files")
def test_stat_file_unreadable_file_fails(tmp_path):
    path = tmp_path / "lamp"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(InvalidValue, match=r"^file cannot be read: .*: Permission denied"):
        stat_file(Reader(Client(), tolerant=False), str(path), "file", maximum=2)


def test_local_path_must_be_absolute():
    assert LocalPath().check("/lamp.bin") == ""
    assert "{{ playbook_dir }}/lamp.bin, not lamp.bin" in LocalPath().check("lamp.bin")
    assert LocalPath().check("") != ""


@pytest.mark.parametrize(
    ("path", "suffix"),
    [("/a.bin", "bin"), ("/a.TAR.GZ", "tar.gz"), ("/a.gz", "gz"), ("/a", None), ("/bin", None), ("/a.exe", None)],
)
def test_matching_suffix_returns_longest(path, suffix):
    assert matching_suffix(path, ("bin", "gz", "tar", "tar.gz")) == suffix
