"""Python environments: find, create, inspect them, change their packages, run programs.

environment   Environment, what a host uses
cache         environments of scripts, built once and found again
building      a new environment, whole or not at all
installers    uv, or venv and pip: their command lines, and what they say
pythons       a path, a name or a version -> a Python
script_block  the metadata in a script (PEP 723)
inventory     which packages are installed, read from their folders
layouts       where an environment keeps its things
processes     a program, run to its end: streams, deadline, exit code
locks         one at a time, over all processes
progress      what takes time, told to a terminal
"""

from pythonarium.environments.environment import Environment
from pythonarium.environments.installers import InstallOptions
from pythonarium.environments.processes import RunOptions

__all__ = ["Environment", "InstallOptions", "RunOptions"]
