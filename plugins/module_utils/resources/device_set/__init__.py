# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Many devices of one product as one desired state.

- Desired state: ``desired``, ``csv_file``, ``slices``.
- Current state: ``state``, ``queries``, ``read``, ``search``, ``gateways``.
- Plan: ``plan``, ``purge``, ``estimate``.
- Apply: ``write``, ``registration``, ``secrets_file``, ``report``.
- Shared by these: ``concurrency``, ``vendor_errors``.
- Modules: ``entry`` (iot_devices), ``listing`` (iot_devices_info and the inventory), ``stock`` (iot_device_stock).
"""
