# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Many workers on one account, whose quotas are in force: nobody is throttled, and nobody waits for nothing."""

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
    """Playbooks through one door against a platform of their own, with its quotas."""
    return Playbooks(launch(), request.param)


def play(tmp_path, task: dict) -> tuple:
    """A playbook with one task for every host, and its inventory."""
    inventory = tmp_path / "hosts.json"
    hosts = {f"lamp-{number:02}": {} for number in range(HOSTS)}
    variables = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": variables}}), encoding="utf-8")
    defaults = {"endpoint": "{{ endpoint }}", "access_key_id": "emulator", "access_key_secret": "emulator"}
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


def client_of(endpoint: str, **settings) -> Client:
    """A client of the account, with a rate_limiter as everybody has it."""
    account = {"endpoint": endpoint, "access_key_id": "emulator", "access_key_secret": "emulator"}
    return Client(resolve({**account, **settings}, {}), Catalogue(product, topic))


def throttled(server) -> list:
    return [call["action"] for call in server.control("GET", "calls")["calls"] if call["throttled"]]


def test_forks_are_not_throttled(playbooks, tmp_path):
    server = playbooks.server
    server.call("CreateProduct", ProductName="street_light", NodeType=0)
    # QueryProductTopic takes 3 a second.
    task = {"iotops.aliyun.iot_topic_info": {"product": "street_light"}}
    playbook, inventory = play(tmp_path, task)
    started = time.monotonic()
    run = playbooks.run(playbook, "-i", str(inventory), "--forks", str(HOSTS))
    taken = time.monotonic() - started
    assert run.status == 0, run.output
    calls = [call["action"] for call in server.control("GET", "calls")["calls"]]
    assert calls.count("QueryProductTopic") == HOSTS
    # No retries are allowed: one that was throttled would have failed.
    assert throttled(server) == []
    assert taken > (HOSTS // 3 - 1) * 1.05


def test_a_device_for_each_host(playbooks, tmp_path):
    server = playbooks.server
    server.call("CreateProduct", ProductName="street_light", NodeType=0)
    # BatchUpdateDeviceNickname takes 10 a second. Ordinary modules do not start as fast: one change is enough there.
    renames = 3 if playbooks.runner == "action" else 1
    device = {"product": "street_light", "name": "{{ inventory_hostname }}", "nickname": "lamp_{{ item }}"}
    task = {"iotops.aliyun.iot_device": device, "loop": list(range(renames + 1))}
    playbook, inventory = play(tmp_path, task)
    run = playbooks.run(playbook, "-i", str(inventory), "--forks", str(HOSTS))
    assert run.status == 0, run.output
    assert run.changed == HOSTS
    assert throttled(server) == []
    calls = [call["action"] for call in server.control("GET", "calls")["calls"]]
    assert calls.count("RegisterDevice") == HOSTS
    assert calls.count("BatchUpdateDeviceNickname") == HOSTS * renames


def of_one_process(together, endpoint: str, key: str, count: int) -> None:
    """So many calls, of which none is tried again, by a process whose pace is the account's."""
    client = client_of(endpoint, retries=0)
    together.wait(30)
    for _number in range(count):
        client.call("UpdateProduct", {"ProductKey": key, "ProductName": "street_light"})
    client.close()


def test_processes_that_start_together(launch):
    """Twenty processes call what takes 10 a second, five times each: that is ten windows, and no more."""
    server = launch()
    key = server.call("CreateProduct", ProductName="street_light", NodeType=0)[1]["ProductKey"]
    taken = time_processes(PROCESSES, of_one_process, server.endpoint, key, CALLS)
    assert throttled(server) == []
    # The first window's requests go out at once.
    ideal = (PROCESSES * CALLS / 10 - 1) * WINDOW
    assert ideal - 0.1 < taken < ideal + 2.0


def test_somebody_else_uses_the_account(launch):
    """What is taken away by others is given up, and taken again when it is free."""
    server = launch()
    key = server.call("CreateProduct", ProductName="street_light", NodeType=0)[1]["ProductKey"]
    client = client_of(server.endpoint)
    others = threading.Event()

    def other() -> None:
        while not others.is_set():
            server.call("QueryProductTopic", ProductKey=key)
            others.wait(0.4)

    thread = threading.Thread(target=other)
    thread.start()
    try:
        for _number in range(12):
            client.call("QueryProductTopic", {"ProductKey": key})
    finally:
        others.set()
        thread.join()
    started = time.monotonic()
    for _number in range(18):
        client.call("QueryProductTopic", {"ProductKey": key})
    before = len(throttled(server))
    recovered = time.monotonic()
    for _number in range(12):
        client.call("QueryProductTopic", {"ProductKey": key})
    assert len(throttled(server)) == before
    # At three a second, twelve take four windows.
    assert time.monotonic() - recovered < 4 * 1.05 + 1.5
    assert recovered - started < 30
