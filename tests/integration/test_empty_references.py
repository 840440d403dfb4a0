# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A reference that is empty, as from a variable that was not set, fails before any write, also in check mode."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("iot_device", {"product": "", "name": "lamp-0001"}),
        ("iot_device", {"product": "", "name": "lamp-0001", "state": "absent"}),
        ("iot_device", {"product": "street_light", "name": "lamp-0001", "groups": [""]}),
        ("iot_device_group", {"name": "west_side", "devices": [{"product": "", "name": ""}]}),
        ("iot_device_group", {"name": "west_side", "super_group": " "}),
        ("iot_topic", {"product": "", "short_name": "user/a", "operation": "pub"}),
        ("iot_thing_model", {"product": "", "published": True}),
        ("iot_topology", {"product": "", "gateway": "hub-0001"}),
    ],
)
def test_empty_reference_fails_also_in_check_mode(tasks, module, options):
    tasks.run_ok("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")
    tasks.run_ok("iot_device", product="street_light", name="lamp-0001")
    tasks.assert_fails(module, "empty|must have at least 1", **options)
