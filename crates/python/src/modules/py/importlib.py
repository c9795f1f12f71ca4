"""Importing by name."""

import sys


def import_module(name, package=None):
    level = len(name) - len(name.lstrip("."))
    if level:
        if not package:
            raise TypeError(f"the 'package' argument is required to perform a relative import for {name!r}")
        base = package.split(".")
        base = base[: len(base) - level + 1]
        name = ".".join(base + [name[level:]])
    __import__(name)
    return sys.modules[name]


def reload(module):
    raise NotImplementedError("reload is not supported")


def invalidate_caches():
    pass
