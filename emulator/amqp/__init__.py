# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The AMQP 1.0 endpoint of the emulator, from which consumer groups receive messages (server-side subscription).

``gateway`` handles connections and distributes messages, ``connection`` is one connection, ``sasl`` and ``credentials``
authenticate the client. The library python-qpid-proton, which implements the protocol, is optional, so these modules
are imported only if ``--amqp-port`` is set.
"""
