"""Half of an import cycle."""
import circular_b as other


def value():
    return "a"
