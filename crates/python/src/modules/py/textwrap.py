"""Wrapping and indenting text."""

__all__ = ["TextWrapper", "dedent", "fill", "indent", "shorten", "wrap"]


class TextWrapper:
    def __init__(self, width=70, initial_indent="", subsequent_indent="", expand_tabs=True, replace_whitespace=True,
                 fix_sentence_endings=False, break_long_words=True, drop_whitespace=True, break_on_hyphens=True,
                 tabsize=8, *, max_lines=None, placeholder=" [...]"):
        self.width = width
        self.initial_indent = initial_indent
        self.subsequent_indent = subsequent_indent
        self.expand_tabs = expand_tabs
        self.replace_whitespace = replace_whitespace
        self.break_long_words = break_long_words
        self.break_on_hyphens = break_on_hyphens
        self.tabsize = tabsize
        self.max_lines = max_lines
        self.placeholder = placeholder

    def _words(self, text):
        if self.expand_tabs:
            text = text.expandtabs(self.tabsize)
        words = []
        for word in text.split():
            # A hyphen between letters is a place to break.
            start = 0
            if self.break_on_hyphens:
                for i in range(1, len(word) - 1):
                    if word[i] == "-" and word[i - 1].isalpha() and word[i + 1].isalpha():
                        words.append((word[start:i + 1], start == 0))
                        start = i + 1
            words.append((word[start:], start == 0))
        return words

    def wrap(self, text):
        if self.width <= 0:
            raise ValueError(f"invalid width {self.width!r} (must be > 0)")
        lines, line = [], ""
        words = self._words(text)
        words.reverse()
        while words:
            word, spaced = words.pop()
            prefix = self.subsequent_indent if lines else self.initial_indent
            room = self.width - len(prefix)
            candidate = line + (" " if spaced and line else "") + word
            if len(candidate) <= room:
                line = candidate
                continue
            if len(word) > room and self.break_long_words:
                gap = " " if spaced and line else ""
                take = max(room - len(line) - len(gap), 0 if line else 1)
                if take > 0:
                    line += gap + word[:take]
                    words.append((word[take:], False))
                else:
                    words.append((word, spaced))
                lines.append(prefix + line)
                line = ""
            elif line:
                lines.append(prefix + line)
                line = ""
                words.append((word, True))
            else:
                lines.append(prefix + word)
            if self.max_lines is not None and len(lines) == self.max_lines and (words or line):
                return self._cut(lines)
        if line:
            lines.append((self.subsequent_indent if lines else self.initial_indent) + line)
            if self.max_lines is not None and len(lines) > self.max_lines:
                return self._cut(lines[: self.max_lines])
        return lines

    def _cut(self, lines):
        last = lines[-1]
        while last and len(last) + len(self.placeholder) > self.width:
            last = last.rpartition(" ")[0]
        lines[-1] = (last + self.placeholder) if last else self.placeholder.lstrip()
        return lines

    def fill(self, text):
        return "\n".join(self.wrap(text))


def wrap(text, width=70, **kwargs):
    return TextWrapper(width=width, **kwargs).wrap(text)


def fill(text, width=70, **kwargs):
    return TextWrapper(width=width, **kwargs).fill(text)


def shorten(text, width, **kwargs):
    return TextWrapper(width=width, max_lines=1, **kwargs).fill(" ".join(text.strip().split()))


def dedent(text):
    """Removes the blanks that all lines start with."""
    lines = text.split("\n")
    margin = None
    for i, line in enumerate(lines):
        content = line.lstrip(" \t")
        if not content:
            lines[i] = ""
            continue
        blank = line[: len(line) - len(content)]
        if margin is None:
            margin = blank
        else:
            common = 0
            while common < min(len(margin), len(blank)) and margin[common] == blank[common]:
                common += 1
            margin = margin[:common]
    size = len(margin or "")
    return "\n".join(line[size:] if line else line for line in lines)


def indent(text, prefix, predicate=None):
    if predicate is None:
        predicate = str.strip
    return "".join(prefix + line if predicate(line) else line for line in text.splitlines(True))
