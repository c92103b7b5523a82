"""The classes of Python4J's documents have the same names in Java and in Python.

Methods are camelCase there and snake_case here.  What one side has alone stands below,
with the reason; docs/reference/python4j.md tells users.
"""

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from pythonarium import python4j

ONLY_JAVA: Final = {
    "Python": "dir repr",  # in Python, `repr(object)` and `dir(object)` themselves do it
    # constants that name properties; which Python is run is decided before Python runs
    "PythonConstants": "default_append_type default_create_npy_via_python"
    " default_import_numpy_array default_initialize_python default_python_path_property"
    " default_release_gil_automatically javacpp_python_append_type python_property"
    " python set_python import_numpy_array set_import_numpy_array",
    "PythonContextManager": "main_context",  # a constant
    # attributes of PythonariumError and its kin, which differ by error in Python
    "PythonException": "exit_code frames kind members notes position python_message"
    " traceback type_name",
    "PythonExecutioner": "delete_variable interrupt",  # `Interpreter` has them
    "PythonGIL": "lend locked_by_me set_main_thread_state try_lock",  # `lock(timeout)`
    # what Python's own operators and functions do with a Handle
    "PythonObject": "as contains del_attr del_item get_native_python_object has_attr hash"
    " invert is_at_least is_at_most is_equal_to is_greater_than is_less_than is_true"
    " iterator length neg pow set_attr to_big_integer to_java type_name",
    "PythonProcess": "pip",
    # a type is an annotation in Python, and nothing to be extended
    "PythonType": "accepts adapt get_java_class get_name init packages python_type"
    " to_java to_python",
    # annotations, again: `object`, `int`, `set`, `list[int]`, `dict[str, int]`
    "PythonTypes": "any big_int convert get_python_type_for_java_object"
    " get_python_type_for_python_object list_of map_of set",
    # attributes
    "PythonVariable": "get_name get_type get_value set_name set_type set_value",
    "PythonVariables": "names",
}
ONLY_PYTHON: Final = {
    "PythonConstants": "import_numpy set_import_numpy",
    "PythonContextManager": "context",  # a nested class there
    "PythonException": "add_note args with_traceback",  # of every Python exception
    "PythonExecutioner": "close java_cpp_path_type",  # PythonConstants has the second
    "PythonGC": "paused",
    "PythonObject": "handle",
    "PythonType": "annotation name",
    "PythonTypes": "ndarray",  # NumpyArray.INSTANCE
    "PythonVariable": "name type value variable",
    # of every list
    "PythonVariables": "append clear copy count extend index insert pop remove reverse"
    " skipped sort",
}


def in_java(name: str, *, jdk: Path, jar: Path) -> set[str]:
    """Return the public names of a class, as Python would write them."""
    words = (jdk / "bin/javap", "-J-XX:-UsePerfData", "-public", "-cp", jar)
    listing = subprocess.run(
        [*words, f"org.pythonarium.{name}"], capture_output=True, text=True, check=True
    ).stdout
    declared = re.findall(r"^  public .*?(\w+)(?:\(|;$)", listing, re.MULTILINE)
    of_object = {name, "equals", "hashCode", "toString"}
    return {plain(found) for found in declared if found not in of_object}


def in_python(name: str) -> set[str]:
    return {plain(found) for found in dir(getattr(python4j, name)) if found[0] != "_"}


def plain(name: str) -> str:
    """Return a name in snake_case, without what keeps it from being a keyword."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower().rstrip("_")


@pytest.mark.parametrize("name", python4j.__all__)
def test_names_are_those_of_the_other_side(name: str, jdk: Path, jar: Path) -> None:
    java, python = in_java(name, jdk=jdk, jar=jar), in_python(name)
    assert java - python == set(ONLY_JAVA.get(name, "").split())
    assert python - java == set(ONLY_PYTHON.get(name, "").split())
