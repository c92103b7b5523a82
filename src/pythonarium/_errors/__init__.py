"""What `pythonarium.errors` is made of, where one file would be too long.

base          PythonariumError
environments  processes, packages and Pythons
"""

__all__: list[str] = []
