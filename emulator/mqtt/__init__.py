# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The MQTT endpoint of the emulator, to which real devices connect with the device SDK of the vendor.

``gateway`` handles connections, ``auth`` authenticates devices, ``topics`` finds the owner of a topic. Only ``broker``
depends on the MQTT library; the library is optional, so these modules are imported only if ``--mqtt-port`` is set.
"""
