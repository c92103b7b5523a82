"""The documents' exception: every error of this package is one."""

from typing import TYPE_CHECKING

from pythonarium.errors import PythonariumError, ScriptSyntaxError
from pythonarium_kernel import report as reports

if TYPE_CHECKING:
    from pythonarium_kernel.report import Report

__all__ = ["PythonException", "UncompiledError"]

PythonException = PythonariumError

SENTENCE = "Execution failed, unable to retrieve python exception."
"""What Python4J documents for a syntax error."""


class UncompiledError(ScriptSyntaxError):
    """A ScriptSyntaxError whose message begins with the documented sentence."""

    def _sentence(self, report: "Report") -> str:
        where = f"{self.file}, line {self.line}, column {self.column}"
        caret = " " * (self.column - 1) + "^"
        return (
            f"{SENTENCE} {reports.headline(report)} ({where})\n"
            f"    {self.text}\n    {caret}"
        )
