# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An emulator with a product, and tasks in separate processes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ...conftest import EmulatorProcess, running_emulator
from ..tasks import Tasks


class Account(Tasks):
    """An account of an emulator with a product and a group.

    Args:
        server: The emulator.
        folder: A folder for files.
        pacing: Whether the client-side rate limit is on.
    """

    def __init__(self, server: EmulatorProcess, folder: Path, pacing: bool) -> None:
        super().__init__(server, pacing)
        self.folder = folder
        self.key = self.task("iot_product", name="street_light", node_type="device")["product"]["product_key"]
        self.task("iot_device_group", name="bridge")

    def write_csv(self, count: int, changed: int = 0) -> str:
        """Write a CSV file with devices that have a nickname, two tags and a group, and return its path.

        Args:
            count: The number of devices.
            changed: The number of devices that have another value of a tag.
        """
        path = self.folder / f"devices-{count}-{changed}.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["name", "nickname", "tags.site", "tags.row", "groups"])
            for number in range(count):
                site = "moved" if number < changed else f"s{number % 7}"
                rows.writerow([f"lamp-{number:06}", f"Lamp_{number}", site, str(number % 50), "bridge"])
        return str(path)


@pytest.fixture(scope="module")
def no_quotas(tmp_path_factory):
    """An account of an emulator without quotas."""
    folder = tmp_path_factory.mktemp("no_quotas")
    with running_emulator(folder, "--no-throttle") as server:
        yield Account(server, folder, pacing=False)
