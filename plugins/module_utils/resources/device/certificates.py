# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates of devices that were registered together (the manual's chapter 4.8)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import HIDDEN


class CertificatesInfo(Entry):
    """Tells where the certificates and private keys of a batch of devices can be downloaded.

    Whoever has the address has the keys: it is a secret.
    """

    families = (device,)

    def options(self):
        return {
            "apply_id": {"type": "int", "required": True},
            "include_secrets": {"type": "bool", "default": False, "no_log": False},
        }

    def perform(self, params, client, check_mode):
        url = client.read("QueryCertUrlByApplyId", {"ApplyId": params["apply_id"]}).get("CertUrl")
        shown = url if params["include_secrets"] or not url else HIDDEN
        return {"changed": False, "certificates_url": shown}
