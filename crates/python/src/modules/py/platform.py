"""What the program runs on."""

import sys


def python_implementation():
    return "Uplift"


def python_version():
    return "3.11.7"


def python_version_tuple():
    return ("3", "11", "7")


def system():
    return {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}.get(sys.platform, sys.platform)


def machine():
    return ""


def node():
    return ""


def release():
    return ""


def version():
    return ""


def processor():
    return ""


def platform(aliased=0, terse=0):
    return system()
