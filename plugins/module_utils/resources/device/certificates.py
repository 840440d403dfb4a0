# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates of devices that were registered in one batch (manual chapter 4.8)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import HIDDEN


class CertificatesInfo(Entry):
    """The download URL of the certificates and private keys of a batch of devices.

    The URL gives access to the private keys, so it is a secret.
    """

    families = (device,)

    def options(self) -> dict:
        return {
            "apply_id": {"type": "int", "required": True},
            "include_secrets": {"type": "bool", "default": False, "no_log": False},
        }

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        url = client.read("QueryCertUrlByApplyId", {"ApplyId": params["apply_id"]}).get("CertUrl")
        return {"changed": False, "certificates_url": url if params["include_secrets"] or not url else HIDDEN}
