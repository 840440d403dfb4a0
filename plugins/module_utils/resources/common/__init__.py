# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Code that the resources of several API families share: lookups by name, tags, name formats, JSON schemas."""
