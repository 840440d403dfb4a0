# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""X.509 certificates of devices, as a TLS library sees them."""

from __future__ import annotations

import io
import ssl
import zipfile

import pytest

from ansible_collections.iotops.aliyun.emulator.services.device import certificate as service


@pytest.fixture
def key(api):
    """The key of a product whose devices have certificates."""
    return api("CreateProduct", ProductName="cameras", NodeType=0, AuthType="x509")["ProductKey"]


@pytest.fixture
def certificate(platform, api, key):
    """Register a device and return its certificate."""

    def certificate(name: str = "camera") -> dict:
        api("RegisterDevice", ProductKey=key, DeviceName=name)
        platform.clock.advance(service.GENERATION_MS / 1000)
        return api("QueryDeviceCert", ProductKey=key, DeviceName=name)["DeviceCertInfo"]

    return certificate


@pytest.fixture
def shake_hands(tmp_path):
    """Connect two ends in this process, each with a certificate, and return the client's as the server got it."""

    def shake_hands(client: dict, server: dict, authority: str) -> dict:
        ends = []
        for name, side, protocol in (
            ("client", client, ssl.PROTOCOL_TLS_CLIENT),
            ("server", server, ssl.PROTOCOL_TLS_SERVER),
        ):
            context = ssl.SSLContext(protocol)
            files = tmp_path / f"{name}.cer", tmp_path / f"{name}.key"
            files[0].write_text(side["Certificate"])
            files[1].write_text(side["PrivateKey"])
            context.load_cert_chain(*files)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_REQUIRED if name == "server" else ssl.CERT_NONE
            context.verify_flags |= ssl.VERIFY_X509_STRICT
            context.load_verify_locations(cadata=authority)
            ends.append(context)
        upwards, downwards = ssl.MemoryBIO(), ssl.MemoryBIO()
        one = ends[0].wrap_bio(downwards, upwards)
        other = ends[1].wrap_bio(upwards, downwards, server_side=True)
        for _step in range(4):
            for end in (one, other):
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    continue
        return other.getpeercert()

    return shake_hands


def test_a_certificate_takes_a_moment(platform, api, key):
    device = {"ProductKey": key, "DeviceName": "camera"}
    api("RegisterDevice", **device)
    assert api("QueryDeviceCert", **device) == {"DeviceCertInfo": {"Status": 0}}
    platform.clock.advance(service.GENERATION_MS / 1000)
    first = api("QueryDeviceCert", **device)["DeviceCertInfo"]
    assert (first["Status"], len(first["CertSN"])) == (2, 16)
    assert api("QueryDeviceCert", **device)["DeviceCertInfo"] == first


def test_a_certificate_proves_who_the_device_is(platform, api, key, certificate, shake_hands):
    client, server = certificate("camera"), certificate("other")
    authority = platform.store.one("certificate_authority")["certificate"]
    seen = shake_hands(client, server, authority)
    device = api("QueryDeviceInfo", ProductKey=key, DeviceName="camera")["Data"]
    assert seen["subject"] == ((("commonName", device["IotId"]),),)
    assert int(seen["serialNumber"], 16) == int(client["CertSN"])
    assert seen["notAfter"].endswith("2117 GMT")


def test_another_platforms_authority_is_not_trusted(platform, api, certificate, shake_hands):
    client = certificate("camera")
    platform.store.delete("certificate_authority")
    server = certificate("other")
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        shake_hands(client, server, platform.store.one("certificate_authority")["certificate"])


def test_a_key_fits_its_certificate_only(certificate, shake_hands, platform):
    client, server = certificate("camera"), certificate("other")
    mixed = {**client, "PrivateKey": server["PrivateKey"]}
    with pytest.raises(ssl.SSLError, match="KEY_VALUES_MISMATCH"):
        shake_hands(mixed, server, platform.store.one("certificate_authority")["certificate"])


def test_who_has_no_certificate_here(api, key, certificate, api_error):
    certificate()
    api("SetProductCertInfo", ProductKey=key, IssueModel=3)
    error = api_error("QueryDeviceCert", ProductKey=key, DeviceName="camera")
    assert (error.code, "IssueModel 3" in error.message) == ("iot.system.IllegalRequest", True)
    other = api("CreateProduct", ProductName="lamps", NodeType=0)["ProductKey"]
    api("RegisterDevice", ProductKey=other, DeviceName="lamp")
    error = api_error("QueryDeviceCert", ProductKey=other, DeviceName="lamp")
    assert (error.code, "x509" in error.message) == ("iot.system.IllegalRequest", True)
    assert (
        api_error("QueryDeviceCert", ProductKey="a1nothing00", DeviceName="lamp").code == "iot.prod.NotExistedProduct"
    )


def test_a_device_that_is_not_there(key, api_error):
    assert api_error("QueryDeviceCert", ProductKey=key, DeviceName="nothing").code == "iot.device.NotExistedDevice"


def test_a_certificate_goes_with_its_device(platform, api, key, certificate):
    certificate()
    api("DeleteDevice", ProductKey=key, DeviceName="camera")
    assert platform.store.count("device_certificate") == 0


def test_keys_are_in_columns_that_are_masked(platform, certificate):
    certificate()
    for table in ("certificate_authority", "device_certificate"):
        assert "private_key" in platform.store.one(table)


def test_the_certificates_of_an_application(platform, api, key, download):
    names = ["camera_1", "camera:2"]
    apply_id = api("BatchCheckDeviceNames", ProductKey=key, DeviceName=names)["Data"]["ApplyId"]
    platform.clock.advance(10)
    api("BatchRegisterDeviceWithApplyId", ProductKey=key, ApplyId=apply_id)
    platform.clock.advance(10)
    url = api("QueryCertUrlByApplyId", ApplyId=apply_id)["CertUrl"]
    with zipfile.ZipFile(io.BytesIO(download(url))) as archive:
        kept = {name: archive.read(name).decode() for name in archive.namelist()}
    assert sorted(kept) == ["camera:2.cer", "camera:2.key", "camera_1.cer", "camera_1.key"]
    one = api("QueryDeviceCert", ProductKey=key, DeviceName="camera_1")["DeviceCertInfo"]
    assert (one["Certificate"], one["PrivateKey"]) == (kept["camera_1.cer"], kept["camera_1.key"])


def test_devices_registered_in_bulk_have_their_certificates_at_once(platform, api, key):
    apply_id = api("BatchRegisterDevice", ProductKey=key, Count=1)["Data"]["ApplyId"]
    while api("QueryBatchRegisterDeviceStatus", ProductKey=key, ApplyId=apply_id)["Data"]["Status"] == "CREATE":
        platform.clock.advance(0.1)
    [device] = api("QueryPageByApplyId", ApplyId=apply_id)["ApplyDeviceList"]["ApplyDeviceInfo"]
    asked = {"ProductKey": key, "DeviceName": device["DeviceName"]}
    assert api("QueryDeviceCert", **asked)["DeviceCertInfo"]["Status"] == 2


def test_applications_without_certificates(platform, api, key, api_error):
    def code(apply_id: int) -> str:
        return api_error("QueryCertUrlByApplyId", ApplyId=apply_id).code

    assert code(7) == "iot.device.DeviceApplyIsNotFound"
    other = api("CreateProduct", ProductName="lamps", NodeType=0)["ProductKey"]
    assert code(api("BatchRegisterDevice", ProductKey=other, Count=1)["Data"]["ApplyId"]) == "iot.system.IllegalRequest"
    checked = api("BatchCheckDeviceNames", ProductKey=key, DeviceName=["camera"])["Data"]["ApplyId"]
    platform.clock.advance(10)
    assert code(checked) == "iot.device.IncorrentDeviceApplyInfo"
    running = api("BatchRegisterDevice", ProductKey=key, Count=1)["Data"]["ApplyId"]
    assert code(running) == "iot.device.CreateDeviceTasksRunning"
