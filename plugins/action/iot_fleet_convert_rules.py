# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The in-process action of the module of the same name; written by ``make generate``."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.plugin_utils.action import action_class

ActionModule = action_class(__name__)
