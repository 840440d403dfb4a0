# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the X.509 certificates of devices, with a TLS library."""

from __future__ import annotations

import io
import ssl
import zipfile

import pytest

from ansible_collections.iotops.aliyun.emulator.services.device import certificate as service


@pytest.fixture
def key(api):
    """Return the key of a product with device certificates."""
    return api("CreateProduct", ProductName="cameras", NodeType=0, AuthType="x509")["ProductKey"]


@pytest.fixture
def certificate(platform, api, key):
    """Return a function that registers a device and returns its certificate."""

    def certificate(name: str = "camera") -> dict:
        api("RegisterDevice", ProductKey=key, DeviceName=name)
        platform.clock.advance(service.GENERATION_MS / 1000)
        return api("QueryDeviceCert", ProductKey=key, DeviceName=name)["DeviceCertInfo"]

    return certificate


@pytest.fixture
def tls_handshake(tmp_path):
    """Return a function that does a TLS handshake between two certificate owners in this process.

    The function returns the client certificate that the server received.
    """

    def tls_handshake(client: dict, server: dict, authority: str) -> dict:
        contexts = []
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
            contexts.append(context)
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client_connection = contexts[0].wrap_bio(to_client, to_server)
        server_connection = contexts[1].wrap_bio(to_server, to_client, server_side=True)
        for _step in range(4):
            for end in (client_connection, server_connection):
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    continue
        return server_connection.getpeercert()

    return tls_handshake


def test_certificate_is_available_after_delay(platform, api, key):
    device = {"ProductKey": key, "DeviceName": "camera"}
    api("RegisterDevice", **device)
    assert api("QueryDeviceCert", **device) == {"DeviceCertInfo": {"Status": 0}}
    platform.clock.advance(service.GENERATION_MS / 1000)
    first = api("QueryDeviceCert", **device)["DeviceCertInfo"]
    assert (first["Status"], len(first["CertSN"])) == (2, 16)
    assert api("QueryDeviceCert", **device)["DeviceCertInfo"] == first


def test_certificate_identifies_device_in_tls(platform, api, key, certificate, tls_handshake):
    client, server = certificate("camera"), certificate("other")
    authority = platform.store.one("certificate_authority")["certificate"]
    peer = tls_handshake(client, server, authority)
    device = api("QueryDeviceInfo", ProductKey=key, DeviceName="camera")["Data"]
    assert peer["subject"] == ((("commonName", device["IotId"]),),)
    assert int(peer["serialNumber"], 16) == int(client["CertSN"])
    assert peer["notAfter"].endswith("2117 GMT")


def test_certificate_of_other_authority_is_not_trusted(platform, api, certificate, tls_handshake):
    client = certificate("camera")
    platform.store.delete("certificate_authority")
    server = certificate("other")
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        tls_handshake(client, server, platform.store.one("certificate_authority")["certificate"])


def test_key_of_other_certificate_is_rejected(certificate, tls_handshake, platform):
    client, server = certificate("camera"), certificate("other")
    mixed = {**client, "PrivateKey": server["PrivateKey"]}
    with pytest.raises(ssl.SSLError, match="KEY_VALUES_MISMATCH"):
        tls_handshake(mixed, server, platform.store.one("certificate_authority")["certificate"])


def test_certificate_of_unsupported_product_is_error(api, key, certificate, api_error):
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


def test_certificate_of_missing_device_is_error(key, api_error):
    assert api_error("QueryDeviceCert", ProductKey=key, DeviceName="nothing").code == "iot.device.NotExistedDevice"


def test_certificate_is_deleted_with_device(platform, api, key, certificate):
    certificate()
    api("DeleteDevice", ProductKey=key, DeviceName="camera")
    assert platform.store.count("device_certificate") == 0


def test_private_keys_are_in_masked_columns(platform, certificate):
    certificate()
    for table in ("certificate_authority", "device_certificate"):
        assert "private_key" in platform.store.one(table)


def test_application_certificates_archive(platform, api, key, download):
    names = ["camera_1", "camera:2"]
    apply_id = api("BatchCheckDeviceNames", ProductKey=key, DeviceName=names)["Data"]["ApplyId"]
    platform.clock.advance(10)
    api("BatchRegisterDeviceWithApplyId", ProductKey=key, ApplyId=apply_id)
    platform.clock.advance(10)
    url = api("QueryCertUrlByApplyId", ApplyId=apply_id)["CertUrl"]
    with zipfile.ZipFile(io.BytesIO(download(url))) as archive:
        archived = {name: archive.read(name).decode() for name in archive.namelist()}
    assert sorted(archived) == ["camera:2.cer", "camera:2.key", "camera_1.cer", "camera_1.key"]
    details = api("QueryDeviceCert", ProductKey=key, DeviceName="camera_1")["DeviceCertInfo"]
    assert (details["Certificate"], details["PrivateKey"]) == (
        archived["camera_1.cer"],
        archived["camera_1.key"],
    )


def test_bulk_registered_device_has_certificate_immediately(platform, api, key):
    apply_id = api("BatchRegisterDevice", ProductKey=key, Count=1)["Data"]["ApplyId"]
    while api("QueryBatchRegisterDeviceStatus", ProductKey=key, ApplyId=apply_id)["Data"]["Status"] == "CREATE":
        platform.clock.advance(0.1)
    [device] = api("QueryPageByApplyId", ApplyId=apply_id)["ApplyDeviceList"]["ApplyDeviceInfo"]
    params = {"ProductKey": key, "DeviceName": device["DeviceName"]}
    assert api("QueryDeviceCert", **params)["DeviceCertInfo"]["Status"] == 2


def test_application_without_certificates_is_error(platform, api, key, api_error):
    def code(apply_id: int) -> str:
        return api_error("QueryCertUrlByApplyId", ApplyId=apply_id).code

    assert code(7) == "iot.device.DeviceApplyIsNotFound"
    other = api("CreateProduct", ProductName="lamps", NodeType=0)["ProductKey"]
    assert code(api("BatchRegisterDevice", ProductKey=other, Count=1)["Data"]["ApplyId"]) == "iot.system.IllegalRequest"
    checked = api("BatchCheckDeviceNames", ProductKey=key, DeviceName=["camera"])["Data"]["ApplyId"]
    platform.clock.advance(10)
    assert code(checked) == "iot.device.IncorrentDeviceApplyInfo"
    running = api("BatchRegisterDevice", ProductKey=key, Count=1)["Data"]["ApplyId"]
    assert code(running) == "iot.device.CreateDeviceTaskIsRunning"
