# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The MQTT endpoint of the emulator, to which real devices connect with the device SDK of the vendor.

``gateway`` handles connections, ``auth`` authenticates devices, ``client`` is the protocol, ``packets`` and
``properties`` its encoding. Packets arrive over TCP with and without TLS (``network.sockets``), or in the messages of a
WebSocket (``websocket``).
"""
