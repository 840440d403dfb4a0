# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The operations of the API: one package per API family, with the names of ``module_utils/api``.

A module declares its tables as ``TABLES`` (SQL text, optional) and its operations with ``@operation``. It handles
parameters and rows and does not know HTTP or MQTT. Code that several families share is in ``common`` and in the
packages next to ``services``.
"""
