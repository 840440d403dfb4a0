# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Many processes that use one account with quotas: no request is throttled, and none waits longer than needed."""

from __future__ import annotations

import json
import threading
import time

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, topic
from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve
from ansible_collections.iotops.aliyun.plugins.module_utils.client.rate_limit import WINDOW

from ..processes import time_processes
from .conftest import RUNNERS, Playbooks

HOSTS = 20
PROCESSES = 20
CALLS = 5


@pytest.fixture(params=sorted(RUNNERS))
def playbooks(request, launch) -> Playbooks:
    """Run playbooks through one runner against a separate emulator that enforces quotas."""
    return Playbooks(launch(), request.param)


def write_play(tmp_path, task: dict) -> tuple:
    """Write a playbook with one task for every host, and an inventory; return their paths."""
    inventory = tmp_path / "hosts.json"
    hosts = {f"lamp-{number:02}": {} for number in range(HOSTS)}
    variables = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": variables}}), encoding="utf-8")
    defaults = {
        "endpoint": "{{ endpoint }}",
        "access_key_id": "emulator-id",
        "access_key_secret": "emulator-secret-2018",
    }
    playbook = tmp_path / "play.yml"
    playbook.write_text(
        json.dumps(
            [
                {
                    "hosts": "all",
                    "gather_facts": False,
                    "module_defaults": {"group/iotops.aliyun.iot": {**defaults, "retries": 0}},
                    "tasks": [task],
                }
            ]
        ),
        encoding="utf-8",
    )
    return playbook, inventory


def create_client(endpoint: str, **settings) -> Client:
    """Return a client of the account with the default rate limiter."""
    account = {"endpoint": endpoint, "access_key_id": "emulator-id", "access_key_secret": "emulator-secret-2018"}
    return Client(resolve({**account, **settings}, {}), Catalogue(product, topic))


def throttled_calls(server) -> list:
    return [call["action"] for call in server.control("GET", "calls")["calls"] if call["throttled"]]


def test_forks_reading_at_quota_are_not_throttled(playbooks, tmp_path):
    server = playbooks.server
    server.call("CreateProduct", ProductName="street_light", NodeType=0)
    # The quota of QueryProductTopic is 3 requests per second.
    task = {"iotops.aliyun.iot_topic_info": {"product": "street_light"}}
    playbook, inventory = write_play(tmp_path, task)
    started = time.monotonic()
    run = playbooks.run(playbook, "-i", str(inventory), "--forks", str(HOSTS))
    elapsed = time.monotonic() - started
    assert run.status == 0, run.output
    calls = [call["action"] for call in server.control("GET", "calls")["calls"]]
    assert calls.count("QueryProductTopic") == HOSTS
    # Retries are disabled, so a throttled request would have failed the task.
    assert throttled_calls(server) == []
    assert elapsed > (HOSTS // 3 - 1) * 1.05


def test_forks_writing_one_device_each_are_not_throttled(playbooks, tmp_path):
    server = playbooks.server
    server.call("CreateProduct", ProductName="street_light", NodeType=0)
    # The quota of BatchUpdateDeviceNickname is 10 requests per second. Ordinary modules start slower, so that
    # one change is enough.
    renames = 3 if playbooks.runner == "action" else 1
    device = {"product": "street_light", "name": "{{ inventory_hostname }}", "nickname": "lamp_{{ item }}"}
    task = {"iotops.aliyun.iot_device": device, "loop": list(range(renames + 1))}
    playbook, inventory = write_play(tmp_path, task)
    run = playbooks.run(playbook, "-i", str(inventory), "--forks", str(HOSTS))
    assert run.status == 0, run.output
    assert run.changed == HOSTS
    assert throttled_calls(server) == []
    calls = [call["action"] for call in server.control("GET", "calls")["calls"]]
    assert calls.count("RegisterDevice") == HOSTS
    assert calls.count("BatchUpdateDeviceNickname") == HOSTS * renames


def call_repeatedly(barrier, endpoint: str, key: str, count: int) -> None:
    """Send ``count`` requests without retries, at the shared rate limit of the account."""
    client = create_client(endpoint, retries=0)
    barrier.wait(30)
    for _number in range(count):
        client.call("UpdateProduct", {"ProductKey": key, "ProductName": "street_light"})
    client.close()


def test_processes_started_together_use_full_quota(launch):
    """Twenty processes send five requests each with a quota of 10 per second: that takes ten windows."""
    server = launch()
    key = server.call("CreateProduct", ProductName="street_light", NodeType=0)[1]["ProductKey"]
    elapsed = time_processes(PROCESSES, call_repeatedly, server.endpoint, key, CALLS)
    assert throttled_calls(server) == []
    # The requests of the first window are sent immediately.
    ideal = (PROCESSES * CALLS / 10 - 1) * WINDOW
    assert ideal - 0.1 < elapsed < ideal + 2.0


def test_client_with_other_client_on_account_recovers_full_quota(launch):
    """The client lowers its rate while another client uses the quota, and raises it again afterwards."""
    server = launch()
    key = server.call("CreateProduct", ProductName="street_light", NodeType=0)[1]["ProductKey"]
    client = create_client(server.endpoint)
    stop = threading.Event()

    def use_quota() -> None:
        while not stop.is_set():
            server.call("QueryProductTopic", ProductKey=key)
            stop.wait(0.4)

    thread = threading.Thread(target=use_quota)
    thread.start()
    try:
        for _number in range(12):
            client.call("QueryProductTopic", {"ProductKey": key})
    finally:
        stop.set()
        thread.join()
    started = time.monotonic()
    for _number in range(18):
        client.call("QueryProductTopic", {"ProductKey": key})
    before = len(throttled_calls(server))
    recovered = time.monotonic()
    for _number in range(12):
        client.call("QueryProductTopic", {"ProductKey": key})
    assert len(throttled_calls(server)) == before
    # At three requests per second, twelve requests take four windows.
    assert time.monotonic() - recovered < 4 * 1.05 + 1.5
    assert recovered - started < 30
