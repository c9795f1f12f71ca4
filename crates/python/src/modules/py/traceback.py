"""Printing exceptions."""

import sys
from _traceback import format_exception as _format_exception


def _exception(exc, value):
    return exc if value is None else value


def format_exception(exc, /, value=None, tb=None, limit=None, chain=True):
    return _format_exception(_exception(exc, value)).splitlines(True)


def format_exc(limit=None, chain=True):
    exc = sys.exc_info()[1]
    return "NoneType: None\n" if exc is None else "".join(format_exception(exc))


def print_exc(limit=None, file=None, chain=True):
    (file or sys.stderr).write(format_exc())


def print_exception(exc, /, value=None, tb=None, limit=None, file=None, chain=True):
    (file or sys.stderr).write("".join(format_exception(exc, value)))


def format_exception_only(exc, /, value=None):
    exc = _exception(exc, value)
    text = str(exc)
    cls = type(exc)
    name = cls.__qualname__ if cls.__module__ in ("builtins", "__main__") else f"{cls.__module__}.{cls.__qualname__}"
    return [f"{name}: {text}\n" if text else f"{name}\n"]
