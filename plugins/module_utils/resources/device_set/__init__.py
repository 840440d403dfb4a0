# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Many devices of one product as one desired set.

What is wanted of them (``wanted``, ``csv_file``, ``slices``), what is known of them and the ways to get to know it
(``known``, ``ways``, ``reading``), the difference (``differences``), and what carries it out (``writing``,
``registration``, ``secrets_file``).
"""
