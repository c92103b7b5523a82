"""Python's builtins for the host, under the documents' name."""

from collections.abc import Callable
from typing import ClassVar, TypeAlias

from pythonarium.python4j._shared import interpreter
from pythonarium.python4j.contexts import PythonContextManager
from pythonarium.python4j.executioner import PythonExecutioner
from pythonarium.python4j.objects import PythonObject, inward

__all__ = ["Python"]

Text: TypeAlias = str  # inside the class, `str` and `bool` are its own
Truth: TypeAlias = bool
Builtin: TypeAlias = Callable[..., PythonObject]
Class: TypeAlias = Callable[[], PythonObject]
Exec: TypeAlias = Callable[..., None]
OnName: TypeAlias = Callable[[str], None]


def _builtin(name: str) -> Builtin:
    def function(*args: object) -> PythonObject:
        return Python.attr(name).call(*args)

    function.__name__ = name
    function.__doc__ = f"Return what the builtin `{name}` returns."
    return function


def _class(name: str) -> Class:
    def function() -> PythonObject:
        return Python.attr(name)

    function.__name__ = name
    function.__doc__ = f"Return the class `{name}`."
    return function


class Python:
    """What Python itself offers: expressions, modules, the builtins.

    The builtins are the real ones, also where a script has given their names to
    something else.
    """

    @staticmethod
    def eval(expression: Text) -> PythonObject:
        """Return the object that an expression gives in the current context."""
        return PythonObject(interpreter().handle(expression))

    @staticmethod
    def import_module(name: Text) -> PythonObject:
        """Import a module, `package.module` too.

        Raises:
            PythonException: it cannot be imported; the error says why.
        """
        return PythonObject(interpreter().import_module(name))

    @staticmethod
    def builtins() -> PythonObject:
        """Return the module of the builtins."""
        return Python.import_module("builtins")

    @staticmethod
    def attr(name: Text) -> PythonObject:
        """Return one of the builtins."""
        return Python.builtins().attr(name)

    @staticmethod
    def globals() -> PythonObject:
        """Return the namespace of the current context."""
        return Python.eval("globals()")

    @staticmethod
    def isinstance(value: object, *types: PythonObject) -> Truth:
        """Tell whether an object is an instance of any of the classes."""
        tests = (
            interpreter().operate("isinstance", inward(value), t.handle) for t in types
        )
        return any(tests)

    @staticmethod
    def callable(value: object) -> Truth:
        """Tell whether an object can be called."""
        return Truth(interpreter().operate("callable", inward(value)))

    @staticmethod
    def none() -> PythonObject:
        """Return the object None."""
        return PythonObject(None)

    @staticmethod
    def true() -> PythonObject:
        """Return the object True."""
        return PythonObject(True)  # noqa: FBT003  # the one constant

    @staticmethod
    def false() -> PythonObject:
        """Return the object False."""
        return PythonObject(False)  # noqa: FBT003  # the other one

    exec: ClassVar[Exec] = staticmethod(PythonExecutioner.exec)
    set_context: ClassVar[OnName] = staticmethod(PythonContextManager.set_context)
    get_current_context: ClassVar[Callable[[], Text]] = staticmethod(
        PythonContextManager.get_current_context
    )
    delete_context: ClassVar[OnName] = staticmethod(PythonContextManager.delete_context)
    reset_context: ClassVar[Callable[[], None]] = staticmethod(
        PythonContextManager.reset
    )

    type: ClassVar[Builtin] = staticmethod(_builtin("type"))
    len: ClassVar[Builtin] = staticmethod(_builtin("len"))
    str: ClassVar[Builtin] = staticmethod(_builtin("str"))
    bool: ClassVar[Builtin] = staticmethod(_builtin("bool"))
    int_: ClassVar[Builtin] = staticmethod(_builtin("int"))
    float_: ClassVar[Builtin] = staticmethod(_builtin("float"))
    list: ClassVar[Builtin] = staticmethod(_builtin("list"))
    tuple: ClassVar[Builtin] = staticmethod(_builtin("tuple"))
    dict: ClassVar[Builtin] = staticmethod(_builtin("dict"))
    set: ClassVar[Builtin] = staticmethod(_builtin("set"))
    bytes: ClassVar[Builtin] = staticmethod(_builtin("bytes"))
    bytearray: ClassVar[Builtin] = staticmethod(_builtin("bytearray"))
    memoryview: ClassVar[Builtin] = staticmethod(_builtin("memoryview"))
    exception: ClassVar[Builtin] = staticmethod(_builtin("Exception"))

    str_type: ClassVar[Class] = staticmethod(_class("str"))
    bool_type: ClassVar[Class] = staticmethod(_class("bool"))
    int_type: ClassVar[Class] = staticmethod(_class("int"))
    float_type: ClassVar[Class] = staticmethod(_class("float"))
    list_type: ClassVar[Class] = staticmethod(_class("list"))
    tuple_type: ClassVar[Class] = staticmethod(_class("tuple"))
    dict_type: ClassVar[Class] = staticmethod(_class("dict"))
    set_type: ClassVar[Class] = staticmethod(_class("set"))
    bytes_type: ClassVar[Class] = staticmethod(_class("bytes"))
    bytearray_type: ClassVar[Class] = staticmethod(_class("bytearray"))
    memoryview_type: ClassVar[Class] = staticmethod(_class("memoryview"))
    exception_type: ClassVar[Class] = staticmethod(_class("Exception"))
