"""The other half of an import cycle."""
import circular_a


def value():
    return "b sees " + circular_a.value()
