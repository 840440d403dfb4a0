# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The in-process action of every module: runs the module of the same name in the controller's worker.

``iot_product.py`` is the file; the action plugins of all other modules are symbolic links to it (``make generate``
creates them). The name under which Ansible loads the file says which module it runs.
"""

from __future__ import annotations

from importlib import import_module

from ansible_collections.iotops.aliyun.plugins.plugin_utils.action import IotAction

_MODULE = __name__.rpartition(".")[2]


class ActionModule(IotAction):
    """Runs the module that this file is named after."""

    module = _MODULE
    entry = import_module(f"ansible_collections.iotops.aliyun.plugins.modules.{_MODULE}").ENTRY
