"""Character sets and templates."""

__all__ = [
    "ascii_letters", "ascii_lowercase", "ascii_uppercase", "capwords", "digits", "hexdigits", "octdigits", "printable",
    "punctuation", "whitespace", "Formatter", "Template",
]

whitespace = " \t\n\r\v\f"
ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
ascii_uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ascii_letters = ascii_lowercase + ascii_uppercase
digits = "0123456789"
hexdigits = digits + "abcdef" + "ABCDEF"
octdigits = "01234567"
punctuation = r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"""
printable = digits + ascii_letters + punctuation + whitespace


def capwords(s, sep=None):
    """Capitalizes every word."""
    return (sep or " ").join(word.capitalize() for word in s.split(sep))


class Template:
    """Text with `$name` and `${name}` placeholders."""

    delimiter = "$"

    def __init__(self, template):
        self.template = template

    def _pieces(self):
        """Yields (literal, name, whole): a name is None at an escape, and '' where the text is not a placeholder."""
        text, start = self.template, 0
        while True:
            at = text.find(self.delimiter, start)
            if at < 0:
                yield text[start:], None, ""
                return
            yield text[start:at], None, ""
            rest = text[at + 1:]
            if rest.startswith(self.delimiter):
                yield self.delimiter, None, ""
                start = at + 2
                continue
            braced = rest.startswith("{")
            body = rest[1:] if braced else rest
            length = 0
            while length < len(body) and body[: length + 1].isascii() and body[: length + 1].isidentifier():
                length += 1
            name = body[:length]
            if not name or braced and body[length:length + 1] != "}":
                yield "", "", self.delimiter
                start = at + 1
                continue
            size = length + (2 if braced else 0)
            yield "", name, text[at:at + 1 + size]
            start = at + 1 + size

    def _fill(self, mapping, safe):
        result, position = [], 0
        for literal, name, whole in self._pieces():
            result.append(literal)
            if name is None:
                pass
            elif name == "":
                if not safe:
                    self._invalid(sum(map(len, result)))
                result.append(whole)
            elif safe and name not in mapping:
                result.append(whole)
            else:
                result.append(str(mapping[name]))
        return "".join(result)

    def _invalid(self, position):
        before = self.template[:position]
        line = before.count("\n") + 1
        column = position - before.rfind("\n")
        raise ValueError("Invalid placeholder in string: line %d, col %d" % (line, column))

    def substitute(self, mapping={}, /, **kws):
        return self._fill({**mapping, **kws}, False)

    def safe_substitute(self, mapping={}, /, **kws):
        return self._fill({**mapping, **kws}, True)


class Formatter:
    """`str.format` as an object."""

    def format(self, format_string, /, *args, **kwargs):
        return format_string.format(*args, **kwargs)

    def vformat(self, format_string, args, kwargs):
        return format_string.format(*args, **kwargs)
