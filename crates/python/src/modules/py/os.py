"""The operating system."""

from _os import (
    _exit, cpu_count, environment, fspath, getcwd, getpid, listdir, mkdir, name, remove, rename, rmdir, strerror, urandom,
)
import os.path as path

curdir, pardir, extsep = ".", "..", "."
sep = "\\" if name == "nt" else "/"
altsep = "/" if name == "nt" else None
pathsep = ";" if name == "nt" else ":"
linesep = "\r\n" if name == "nt" else "\n"
devnull = "nul" if name == "nt" else "/dev/null"
defpath = "/bin:/usr/bin"
error = OSError
unlink = remove
replace = rename

environ = environment()


class PathLike:
    """Objects that name a path."""

    def __fspath__(self):
        raise NotImplementedError


def getenv(key, default=None):
    return environ.get(key, default)


def putenv(key, value):
    environ[key] = value


def makedirs(name, mode=0o777, exist_ok=False):
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    if head and tail and not path.exists(head):
        makedirs(head, mode, True)
    try:
        mkdir(name, mode)
    except OSError:
        if not exist_ok or not path.isdir(name):
            raise


def walk(top, topdown=True, onerror=None, followlinks=False):
    try:
        names = listdir(top)
    except OSError as error:
        if onerror is not None:
            onerror(error)
        return
    dirs = [n for n in names if path.isdir(path.join(top, n))]
    files = [n for n in names if n not in dirs]
    if topdown:
        yield top, dirs, files
    for d in dirs:
        yield from walk(path.join(top, d), topdown, onerror, followlinks)
    if not topdown:
        yield top, dirs, files


def get_terminal_size(fallback=(80, 24)):
    return fallback


def fsencode(filename):
    return fspath(filename).encode()


def fsdecode(filename):
    filename = fspath(filename)
    return filename.decode() if isinstance(filename, bytes) else filename
