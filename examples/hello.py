"""Greets whoever `name` names: a host sets it, and `python hello.py` greets the world."""

name = globals().get("name", "World")
greeting = f"Hello {name}"
print(greeting)
