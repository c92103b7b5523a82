"""Builds the jar into the wheel, where a JDK is at hand."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class JarHook(BuildHookInterface):  # type: ignore[type-arg,misc]  # hatchling has no types
    """Compiles `java/` before the wheel is packed, and before an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the jar; without a JDK the wheel is built without it, and says so."""
        root = Path(self.root)
        jars, jdks = load(root, "jars"), load(root, "jdks")
        if self.target_name != "wheel" or not jars.is_source(root):
            return
        jdk = jdks.find_jdk()
        if (
            jdk is None
            or not jdk.is_new_enough
            or not (jdk.home / "bin/javac").exists()
        ):
            self.app.display_warning("no JDK 22 or newer: this build has no jar")
            return
        target = root / "src/pythonarium/jvm/pythonarium.jar"
        try:
            jars.build(root, jdk.home, target)
        except subprocess.CalledProcessError as error:
            sys.exit(f"javac failed:\n{error.stderr}")
        if version != "editable":
            path = target.relative_to(root).as_posix()
            build_data["force_include"][path] = "pythonarium/jvm/pythonarium.jar"


def load(root: Path, name: str) -> ModuleType:
    """Import one of our modules by its file: the package cannot be imported yet."""
    path = root / f"src/pythonarium/jvm/{name}.py"
    spec = importlib.util.spec_from_file_location(f"_pythonarium_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
