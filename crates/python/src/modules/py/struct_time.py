"""The tuple of calendar fields that the functions of `time` return."""

_FIELDS = ("tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst")


def _field(index):
    return property(lambda self: self[index])


class struct_time(tuple):
    __slots__ = ()
    __module__ = "time"

    tm_year, tm_mon, tm_mday, tm_hour, tm_min, tm_sec, tm_wday, tm_yday, tm_isdst = map(_field, range(9))
    tm_zone = property(lambda self: "UTC")
    tm_gmtoff = property(lambda self: 0)

    def __repr__(self):
        return "time.struct_time(%s)" % ", ".join(f"{name}={value}" for name, value in zip(_FIELDS, self))
