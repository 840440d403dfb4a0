# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixed LoRaWAN join permissions.

On the cloud, join permissions are created in another product of the vendor, which the emulator does not include. So
that a product with NetType LORA can reference one, every account has one dedicated permission of each class. These
permissions always exist and never change.
"""

from __future__ import annotations

#: The IDs of the account's join permissions, by class.
JOIN_PERMISSIONS = {"A": "8001", "B": "8002", "C": "8003"}
