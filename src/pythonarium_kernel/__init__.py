"""What stands beside the script, on every rung: standard library only, Python 3.9.

session      one interpreter's state, and everything a host can ask of it
contexts     named namespaces
scripts      source text -> code
runner       code -> result or report
route        which script a piece of code belongs to
output       stdout and stderr, per run
watchdog     deadlines, and what must end
interrupts   where and when it is ended; monitoring and sending: by what
handles      objects that the host holds by number, and their frames
values       what crosses by value
report       an exception -> data

Importing this package imports none of them.
"""
