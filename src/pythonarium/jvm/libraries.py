"""The shared library of this Python, which a JVM loads."""

import sys
import sysconfig
from pathlib import Path

__all__ = ["shared_library"]


def shared_library() -> Path | None:
    """Return the shared library of the Python that runs this, if it has one."""
    get = sysconfig.get_config_var
    if framework := get("PYTHONFRAMEWORKPREFIX"):
        folders, names = [framework], [get("LDLIBRARY")]
    else:
        folders = [get("LIBDIR"), f"{sys.base_prefix}/lib", get("LIBPL")]
        names = [get("INSTSONAME"), get("LDLIBRARY")]
    for folder in filter(None, folders):
        for name in filter(None, names):
            path = Path(folder, name)
            is_shared = any(end in name for end in (".so", ".dylib"))
            if (is_shared or framework) and path.exists():
                return path
    return None
