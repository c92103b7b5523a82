"""What could kill the host: each in a child, so that a crash is one failed test."""

import pytest

from programs import run_code
from workers import Language, opening

pytestmark = [pytest.mark.row("B5"), pytest.mark.timeout(60)]

PROLOGUE = """
import sys
from pythonarium import *
python = {opening}
python["kept"] = 41
def expect(error, code, **options):
    try:
        python.exec(code, **options)
    except error as caught:
        assert len(str(caught)) < 100_000, len(str(caught))
        return caught
    raise AssertionError("no error")
"""
EPILOGUE = """
assert python["kept"] == 41
assert python.exec("def f(): return [kept]\\nf()").value == [41]
python.close()
print("sound")
"""
DEADLY = {
    "sum-nested": "expect(ScriptSyntaxError, '1' + '+1' * {sum})\n",
    "attributes-nested": "expect(ScriptSyntaxError, 'a' + '.b' * 100_000)\n",
    "calls-nested": "expect(ScriptSyntaxError, 'a' + '()' * 100_000)\n",
    "lambdas-nested": "expect(ScriptSyntaxError, 'lambda:' * 100_000 + '1')\n",
    "conditions-nested": "expect(ScriptSyntaxError, '1 if 1 else ' * 20_000 + '1')\n",
    "elif-chain": "expect(ScriptSyntaxError, 'if 1: 1\\n' + 'elif 1: 1\\n' * 20_000)\n",
    "recursion": """
code = '''
import sys
sys.setrecursionlimit(10**6)
def f(n):
    if n == 0:
        1 / 0
    f(n - 1)
f(100_000)
'''
error = expect(ScriptError, code)
assert error.type_name == "ZeroDivisionError"
assert len(error.traceback) < 50_000
assert sys.getrecursionlimit() < 10**6
""",
    "recursion-without-end": """
error = expect(ScriptError, "def f(): f()\\nf()")
assert error.type_name == "RecursionError"
error = expect(ScriptError, "class A:\\n  def __repr__(s): return repr(s)\\nrepr(A())")
assert error.type_name == "RecursionError"
""",
    "value-nested": """
expect(VariableTypeError, "x = []\\nfor i in range(10**6): x = [x]", outputs=["x"])
expect(VariableTypeError, "", outputs={"x": list})
assert "x" in python.exec_all("").skipped
python.delete("x")
""",
    "exit-in-child": """
python.exec('''
import os
pid = os.fork()
if pid == 0:
    os._exit(7)
_, status = os.waitpid(pid, 0)
assert os.waitstatus_to_exitcode(status) == 7
''')
""",
    "exit-and-stdin": """
import os
reader, writer = os.pipe()
os.write(writer, b"one\\ntwo\\nthree\\n")
sys.stdin = open(reader)
assert input() == "one"
expect(ScriptExitError, "exit(3)")
expect(ScriptExitError, "quit()")
python.exec("import sys; sys.stdin.close()")
assert input() == "two"
assert python.exec("input()").value == "three"
sys.stdin.close()
assert sys.stdin.closed
""",
    "exit-of-child": """
code = '''
import os, sys
pid = os.fork()
if pid == 0:
    sys.exit(7)
_, status = os.waitpid(pid, 0)
'''
try:
    python.exec(code)
except ScriptExitError as error:
    import os
    os._exit(error.code)
assert python.eval("__import__('os').waitstatus_to_exitcode(status)") == 7
""",
    "thread-outlives": """
import threading
go, done = threading.Event(), threading.Event()
python.exec('''
import threading
def work():
    go.wait()
    print("late")
    done.set()
threading.Thread(target=work).start()
''', {"go": go, "done": done}, capture=True)
go.set()
assert done.wait(10)
""",
    "thread-outlives-close": """
import threading
stop, printed = threading.Event(), threading.Event()
other = Interpreter()
other.exec('''
import threading
def work():
    while not stop.wait(0.001):
        print("x", end="")
        printed.set()
threading.Thread(target=work, name="late").start()
''', {"stop": stop, "printed": printed}, capture=True)
other.close()
printed.clear()
assert printed.wait(10)
late = next(thread for thread in threading.enumerate() if thread.name == "late")
stop.set()
late.join()
""",
    "thread-raises": """
python.exec('''
import threading
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
''')
""",
    "del-raises": """
python.exec("class A:\\n  def __del__(self): 1 / 0\\na = A()\\ndel a", capture=True)
python.exec("a = A()")
python.contexts.reset()
python["kept"] = 41
""",
    "del-raises-at-close": """
other = Interpreter()
other.exec("class A:\\n  def __del__(self): print(1 / 0)\\na = A()")
other.close()
""",
    "atexit": "python.exec(\"import atexit; atexit.register(print, 'bye')\")\n",
    "excepthook": "python.exec('import sys; sys.excepthook = None')\n",
    "closes-descriptors": "python.exec('import os; os.close(0)')\n",
    "tiny-recursion-limit": """
TINY = '''
import sys
for limit in range(1, 1000):
    try:
        sys.setrecursionlimit(limit)
        break
    except RecursionError:
        pass
'''
before = sys.getrecursionlimit()
python.exec(TINY, capture=True)
assert sys.getrecursionlimit() == before
error = expect(ScriptError, TINY + "open('/no/such/file')", timeout=15)
assert error.type_name in ("FileNotFoundError", "RecursionError"), error.type_name
assert sys.getrecursionlimit() == before
""",
}
SINCE = {"sum-nested": (3, 10), "recursion": (3, 11)}
"""Which Python was the first that does not die of it."""
DEATH = """
try:
    exec({code!r})
except WorkerDiedError as died:
    assert died.signal == "SIGSEGV", died
else:
    raise AssertionError("no death")
with {opening} as python:
    assert python.exec("6 * 7").value == 42
print("sound")
"""
NESTED = {
    "parentheses": "'(' * 10_000 + ')' * 10_000",
    "open-parentheses": "'(' * 10_000",
    "lists": "'[' * 10_000 + ']' * 10_000",
    "minus": "'-' * 10_000 + '1'",
}
REFUSED = """
error = expect(ScriptSyntaxError, "ran = True\\nx = 1\\n" + {source})
assert (error.line, "nested" in error.message) == (3, True), error
assert "ran" not in python.variables()
"""


@pytest.mark.parametrize("name", DEADLY)
def test_host_survives(rung: str, language: Language, name: str) -> None:
    terms = 100_000 if (3, 10) <= language.version < (3, 12) else 500_000
    code = DEADLY[name].replace("{sum}", str(terms))
    if language.version >= SINCE.get(name, (3, 9)):
        survive(rung, code)
    else:
        program = PROLOGUE.format(opening=opening(rung))
        program += DEATH.format(code=code, opening=opening(rung))
        assert run_code(program, "-W", "ignore") == "sound\n"


@pytest.mark.row("B3")
@pytest.mark.parametrize("source", NESTED.values(), ids=NESTED.keys())
def test_host_survives_source_without_end(rung: str, source: str) -> None:
    survive(rung, REFUSED.format(source=source))


def survive(rung: str, code: str) -> None:
    program = PROLOGUE.format(opening=opening(rung)) + code + EPILOGUE
    assert run_code(program, "-W", "ignore").count("sound\n") == 1
