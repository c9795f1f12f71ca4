"""A package."""
from .shapes import Shape

TITLE = "package title"


def describe():
    return f"{__name__} with {Shape.__name__}"
