"""What stands behind `pythonarium.types`.

    checks      what an annotation becomes: a Check; its Trail, its Misfit
    wording     annotations, classes and values as short text; advice
    names       the text of a type -> an annotation, for the command line
    scalars     int, float, str, bytes, datetime, ...
    containers  list, tuple, set, dict, and the abstract classes above them
    records     dataclass, NamedTuple, TypedDict, Enum
    arrays      numpy, which is never imported here
    forms       unions, literals, `type[X]`, Callable, any class, anything
    compiler    the tables from annotation to maker

Each imports only what stands above it.
"""
