# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the platform does, a module per family of operations.

A module here is a service: it declares its tables as ``TABLES`` (SQL text, optional) and its operations with
``@operation``. It knows parameters and rows, and no HTTP. What services share is in ``shared``.
"""

from __future__ import annotations

import importlib
import pkgutil


def load() -> list[str]:
    """Import every service, which registers its operations, and return the SQL texts of their tables."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
        if not found.ispkg
    ]
    return [module.TABLES for module in modules if hasattr(module, "TABLES")]
