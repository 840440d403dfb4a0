# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Convert rules, which forward messages with SQL, to data sources, destinations and parsers with scripts."""
