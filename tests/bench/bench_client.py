# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests per second of one thread, compared with the vendor's SDKs on the same emulator in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable

CALLS = 1000
ROUNDS = 3


def rate(call: Callable[[], object]) -> float:
    """Return the requests per second of the best round, after a warm-up request."""
    call()
    best = 0.0
    for _number in range(ROUNDS):
        started = time.perf_counter()
        for _number in range(CALLS):
            call()
        best = max(best, CALLS / (time.perf_counter() - started))
    return best


def collection_client(endpoint: str, key: str) -> Callable[[], object]:
    from ansible_collections.iotops.aliyun.plugins.module_utils.api import product
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve

    settings = {
        "endpoint": endpoint,
        "access_key_id": "emulator-id",
        "access_key_secret": "emulator-secret-2018",
        "pacing": False,
    }
    client = Client(resolve(settings, {}), Catalogue(product))
    return lambda: client.call("QueryProduct", {"ProductKey": key})


def upgraded_sdk(address: str, key: str) -> Callable[[], object]:
    from alibabacloud_iot20180120.client import Client
    from alibabacloud_iot20180120.models import QueryProductRequest
    from alibabacloud_tea_openapi.models import Config

    client = Client(
        Config(access_key_id="emulator-id", access_key_secret="emulator-secret-2018", endpoint=address, protocol="http")
    )
    return lambda: client.query_product(QueryProductRequest(product_key=key))


def original_sdk(address: str, key: str) -> Callable[[], object]:
    from aliyunsdkcore.client import AcsClient
    from aliyunsdkiot.request.v20180120.QueryProductRequest import QueryProductRequest

    client = AcsClient("emulator", "emulator", "cn-shanghai")

    def call() -> None:
        request = QueryProductRequest()
        request.set_endpoint(address)
        request.set_ProductKey(key)
        client.do_action_with_exception(request)

    return call


def bench_requests_per_second(server, table):
    _status, reply = server.call("CreateProduct", ProductName="bench", NodeType=0)
    key = reply["ProductKey"]
    rows = [
        ("this collection's client", f"{rate(collection_client(server.endpoint, key)):.0f}"),
        ("alibabacloud-iot20180120", f"{rate(upgraded_sdk(server.address, key)):.0f}"),
        ("aliyun-python-sdk-iot", f"{rate(original_sdk(server.address, key)):.0f}"),
    ]
    table(f"QueryProduct, one thread, best of {ROUNDS} rounds of {CALLS}", ("client", "requests per second"), rows)
