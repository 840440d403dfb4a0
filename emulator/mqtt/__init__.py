# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The platform's side of MQTT, where real devices connect with the vendor's own SDK.

``gateway`` knows connections and what they mean, ``auth`` who may connect, ``topics`` whose topic is whose. ``broker``
is all that knows the library which speaks MQTT; that library is optional, so nothing but ``--mqtt-port`` imports it.
"""
