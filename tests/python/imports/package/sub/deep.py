"""Reaches two packages up."""
from .. import TITLE
from ..shapes import Square


def deep_value():
    return TITLE.upper(), Square(2).area()
