# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A thing model as it is kept (``model``) and the forms in which it travels; operations and tables are unknown here."""
