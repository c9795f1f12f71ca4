"""Warnings: shown once per message and place."""

import sys

_filters = []
_shown = set()


def warn(message, category=None, stacklevel=1, source=None):
    if isinstance(message, Warning):
        category, message = type(message), message
    elif category is None:
        category = UserWarning
    _issue(message, category)


def warn_explicit(message, category, filename, lineno, *args, **kwargs):
    _issue(message, category)


def _action(category):
    for action, kind in _filters:
        if issubclass(category, kind):
            return action
    if category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        return "ignore"
    return "default"


def _issue(message, category):
    action = _action(category)
    if action == "ignore":
        return
    if action == "error":
        raise message if isinstance(message, Warning) else category(message)
    text = str(message)
    if action != "always" and (text, category) in _shown:
        return
    _shown.add((text, category))
    showwarning(message, category, None, None)


def showwarning(message, category, filename, lineno, file=None, line=None):
    (file or sys.stderr).write(f"{category.__name__}: {message}\n")


def formatwarning(message, category, filename, lineno, line=None):
    return f"{filename}:{lineno}: {category.__name__}: {message}\n"


def simplefilter(action, category=Warning, lineno=0, append=False):
    _filters.insert(len(_filters) if append else 0, (action, category))


def filterwarnings(action, message="", category=Warning, module="", lineno=0, append=False):
    simplefilter(action, category, lineno, append)


def resetwarnings():
    _filters.clear()


class catch_warnings:
    def __init__(self, *, record=False, module=None, action=None, category=Warning, lineno=0, append=False):
        self._record = record
        self._first = action

    def __enter__(self):
        global showwarning
        self._saved = _filters[:], showwarning
        if self._first is not None:
            simplefilter(self._first)
        if not self._record:
            return None
        log = []

        class WarningMessage:
            def __init__(self, message, category):
                self.message, self.category = message, category

        def record(message, category, filename, lineno, file=None, line=None):
            log.append(WarningMessage(message if isinstance(message, Warning) else category(message), category))

        showwarning = record
        _shown.clear()
        return log

    def __exit__(self, *exc_info):
        global showwarning
        _filters[:], showwarning = self._saved
