# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages about a connection that cannot be opened name its cause: the option, the proxy or the protocol."""

from __future__ import annotations

import pytest

ELSEWHERE = {"endpoint": "http://iot.example.test", "retries": 0}


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    """Remove the proxies of this machine from the environment."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def message(tasks, **options) -> str:
    result = tasks.run("iot_product_info", **options)
    assert result["failed"]
    return result["msg"]


@pytest.mark.parametrize(
    ("option", "value"), [("timeout_in_seconds", 0), ("timeout_in_seconds", 3601), ("retries", -1)]
)
def test_number_out_of_range_is_named(tasks, option, value):
    assert option in message(tasks, **{option: value})


def test_proxy_that_refuses_connections_is_named(tasks, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert "proxy http://127.0.0.1:9" in message(tasks, **ELSEWHERE)


def test_password_of_proxy_is_not_shown(tasks, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://me:s3cr3t@127.0.0.1:9")
    text = message(tasks, **ELSEWHERE)
    assert "proxy" in text
    assert "s3cr3t" not in text


def test_socks_proxy_without_its_library_is_named(tasks, monkeypatch):
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    assert "SOCKS" in message(tasks, **ELSEWHERE)


def test_endpoint_without_tls_names_the_prefix(tasks):
    text = message(tasks, endpoint=tasks.server.address, retries=0)
    assert "http://" in text
    assert "certificate" not in text
