# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Import all modules that register operations, handlers and tables."""

from __future__ import annotations

import importlib
import pkgutil

from ansible_collections.iotops.aliyun import emulator

_PACKAGES = ("storage", "simulation", "outbox", "routing", "services")


def load() -> list[str]:
    """Import all services and shared packages and return the SQL texts of their tables (``TABLES``)."""
    tables: list[str] = []
    for name in _PACKAGES:
        package = importlib.import_module(f"{emulator.__name__}.{name}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            if hasattr(module, "TABLES"):
                tables.append(module.TABLES)
    return tables
