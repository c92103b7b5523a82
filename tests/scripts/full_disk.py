"""Run scripts on a disk that they fill: 1 MB, in a mount namespace of this process's own."""

import ctypes
import os
import tempfile
from pathlib import Path

from pythonarium import Interpreter, ScriptError
from pythonarium_kernel import fences, linux

FILL = """
import tempfile
with tempfile.TemporaryFile() as file:
    pass
file = open(tempfile.gettempdir() + "/filling", "wb", buffering=0)
while True:
    file.write(bytes(4096))
"""
FILE_OF_MAIN = "import __main__\n__main__.__file__"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        pid = os.fork()
        if pid == 0:
            fences._leave_namespaces(linux.CLONE_NEWNS)
            linux.mount("/", linux.MS_REC | linux.MS_PRIVATE)
            path = os.fsencode(folder)
            mounted = ctypes.CDLL(None).mount(b"none", path, b"tmpfs", 0, b"size=1m")
            assert mounted == 0
            tempfile.tempdir = os.environ["TMPDIR"] = folder
            use(Path(folder))
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0


def use(folder: Path) -> None:
    with Interpreter("process") as python:
        for code in (FILL, FILE_OF_MAIN):
            try:
                python.exec(code)
            except ScriptError as error:
                print(str(error).partition(" (")[0], flush=True)
        data = bytes(100_000)
        result = python.exec("[6 * 7, len(data)]", {"data": data})
        print(*result.value, flush=True)
    assert [path.name for path in folder.iterdir()] == ["filling"]


if __name__ == "__main__":
    main()
