# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of delayed responses of the API."""

from __future__ import annotations

import http.client
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.iotops.aliyun.emulator.command import main
from ansible_collections.iotops.aliyun.emulator.http.latency import MAX_MILLISECONDS, Latency, LatencySettings

OFF = {"milliseconds": 0, "jitter": 0, "seed": None}


def list_products(server) -> tuple[int, float]:
    """Read the products, and return the HTTP status and the duration in seconds."""
    started = time.monotonic()
    status, _reply = server.call("QueryProductList", CurrentPage=1, PageSize=10)
    return status, time.monotonic() - started


def delays(latency: Latency, count: int) -> list[float]:
    return [latency.next_delay() for _number in range(count)]


def test_delays_are_spread_evenly_around_mean():
    found = delays(Latency(LatencySettings(80, 20, seed=1)), 4000)
    assert min(found) >= 0.06
    assert max(found) <= 0.1
    # Each fifth of a uniform distribution has 800 delays, with a standard deviation of 25.
    fifths = [sum(0.06 + part * 0.008 <= delay < 0.068 + part * 0.008 for delay in found) for part in range(5)]
    assert all(650 < count < 950 for count in fifths)


def test_same_seed_repeats_delays_also_after_reset():
    latency = Latency(LatencySettings(80, 20, seed=7))
    first = delays(latency, 50)
    assert delays(Latency(LatencySettings(80, 20, seed=7)), 50) == first
    assert delays(Latency(LatencySettings(80, 20, seed=8)), 50) != first
    latency.replace({"milliseconds": 5})
    assert delays(latency, 2) == [0.005, 0.005]
    latency.reset()
    assert delays(latency, 50) == first


def test_delays_without_seed_differ_between_runs():
    settings = LatencySettings(80, 20)
    assert delays(Latency(settings), 20) != delays(Latency(settings), 20)


@pytest.mark.parametrize(
    "body",
    [
        [],
        7,
        {"ms": 1},
        {"milliseconds": -1},
        {"milliseconds": "80"},
        {"milliseconds": True},
        {"milliseconds": float("nan")},
        {"milliseconds": MAX_MILLISECONDS + 1},
        {"milliseconds": 80, "jitter": 81},
        {"jitter": 1},
        {"milliseconds": 80, "jitter": -1},
        {"milliseconds": 80, "seed": "x"},
        {"milliseconds": 80, "seed": 1.5},
    ],
)
def test_invalid_settings_are_rejected_and_change_nothing(body):
    latency = Latency(LatencySettings(80))
    with pytest.raises(ValueError, match=r"must be|unknown member"):
        latency.replace(body)
    assert latency.settings == {"milliseconds": 80, "jitter": 0, "seed": None}


@pytest.mark.parametrize("options", [["--latency", "-1"], ["--latency-jitter", "5"], ["--latency", "1e9"]])
def test_invalid_options_are_rejected_with_their_names(options, capsys):
    with pytest.raises(SystemExit):
        main(options)
    assert "--latency or --latency-jitter: " in capsys.readouterr().err


@pytest.mark.server
def test_latency_option_delays_api_but_no_control_request(launch):
    server = launch("--no-throttle", "--latency", "1500", "--latency-jitter", "500", "--latency-seed", "3")
    assert server.control("GET", "latency") == {"milliseconds": 1500, "jitter": 500, "seed": 3}
    status, seconds = list_products(server)
    assert status == 200
    assert seconds >= 1
    started = time.monotonic()
    assert server.control("GET", "calls")["calls"][-1]["milliseconds"] >= 1000
    assert time.monotonic() - started < seconds


@pytest.mark.server
def test_delayed_requests_do_not_wait_for_each_other(server):
    server.control("PUT", "latency", {"milliseconds": 2000})
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        results = [future.result() for future in [pool.submit(list_products, server) for _number in range(8)]]
    assert all(status == 200 and seconds >= 2 for status, seconds in results)
    assert time.monotonic() - started < 8 * 2


@pytest.mark.server
def test_latency_is_changed_at_run_time_and_reset(server):
    settings = {"milliseconds": 30.5, "jitter": 10, "seed": 5}
    assert server.control("PUT", "latency", settings) == settings
    assert server.control("GET", "latency") == settings
    assert server.request("PUT", "/_emulator/latency", {"milliseconds": -1})[0] == 400
    assert server.control("GET", "latency") == settings
    server.control("POST", "reset")
    assert server.control("GET", "latency") == OFF


@pytest.mark.server
def test_latency_is_added_to_faults(server):
    server.control("PUT", "latency", {"milliseconds": 300})
    server.control(
        "PUT",
        "faults",
        [
            {"code": "ServiceUnavailable", "status": 503, "times": 1, "delay": 0.3},
            {"drop": "after", "times": 1},
        ],
    )
    status, seconds = list_products(server)
    assert status == 503
    assert seconds >= 0.6
    started = time.monotonic()
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        list_products(server)
    assert time.monotonic() - started >= 0.3
