# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""LoRaWAN's join permissions, which are made in another product of the vendor's that has no place here.

So that a product of NetType LORA can name one, every account has one dedicated permission of each class from the
beginning, and always these.
"""

from __future__ import annotations

#: The ids of the account's join permissions, by class.
JOIN_PERMISSIONS = {"A": "8001", "B": "8002", "C": "8003"}
