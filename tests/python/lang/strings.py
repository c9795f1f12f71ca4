"""Strings: methods, Unicode, comparison, searching, splitting, escapes, iteration, interning-free identity, joins."""

s = "Hello, World"
u = "Grüße, Jürgen ❤ 日本語 😀"
print(s.lower(), s.upper(), s.swapcase(), s.title(), s.capitalize(), s.casefold(), "ß".upper(), "ǆ".title(), "İ".lower() == "i̇")
print(s.find("o"), s.rfind("o"), s.find("z"), s.index("W"), s.count("l"), s.find("o", 5), s.find("o", 5, 8), s.count(""), "".find(""), s.find("", 3), s.startswith("Hell"), s.endswith(("x", "ld")), s.startswith("lo", 3))
print(s.replace("l", "L"), s.replace("l", "L", 1), s.replace("", "-"), s.replace("zz", "y"), "aaa".replace("aa", "b"), "abc".translate({97: "x", 98: None, 99: 100}), "abc".translate(str.maketrans("ab", "xy", "c")))
print("a,b,,c".split(","), " a  b ".split(), "a b c".split(" ", 1), "a b c".rsplit(" ", 1), "abc".split("b"), "".split(), "".split(","), "a\nb\r\nc\n".splitlines(), "a\nb".splitlines(True), "x=1=2".partition("="), "x=1=2".rpartition("="), "x".partition("="))
print("  pad ".strip() + "|", "  pad ".lstrip() + "|", "  pad ".rstrip() + "|", "xxaxx".strip("x"), "abcba".strip("ab"), "prefix-x".removeprefix("prefix-"), "x.py".removesuffix(".py"))
print("7".zfill(3), "-7".zfill(4), "ab".center(7, "*"), "ab".ljust(5, ".") + "|", "ab".rjust(5), "a\tb".expandtabs(4), "ab".center(5), "é".ljust(3, "ü"))
print("abc".isalpha(), "ab1".isalnum(), "12".isdigit(), "½".isnumeric(), "²".isdigit(), "²".isdecimal(), " \t".isspace(), "Ab".isupper(), "AB".isupper(), "ab".islower(), "Title Case".istitle(), "name_1".isidentifier(), "1a".isidentifier(), "".isalpha(), "é".isascii(), "a b".isprintable())
print(len(u), u[::-1], u[7:13], u.upper(), u.encode("utf-8")[:12], u.encode("utf-8").decode("utf-8") == u, u.find("日"), u[-1], ord(u[-1]), chr(128512), u.index("😀"), u.split(), u.count("ü"))
print("a" < "b", "a" < "B", "abc" < "abd", "" < "a", "Z" < "a", "é" > "z", "10" < "9", "ab" == "a" + "b", "a" in "cat", "" in "", "ß" in u, max("zebra"), sorted("héllo"), min(["b", "a"]))
print("-".join(["a", "b"]), "".join([]), ", ".join(str(i) for i in range(4)), "ab".join("xyz"), "é".join(["1", "2"]))
print(repr("\u00e9"), repr("\ud800") if False else "skip", ascii("é😀"), "\x41\t|\\|\'|\"|\a".encode(), "line\
continued", 'single "quoted"', "tab\there")
print(str(5), str(None), str([1, "a"]), str("s"), str(b"x", "ascii"), str(1.5), "%s" % "x", "abc".__len__(), "abc".__contains__("b"), "ab" * 3, "a" "b")
print([c for c in "añb"], list(enumerate("xy")), list(zip("ab", "cd")), list(reversed("abc")), "abc"[1], "abc"[-1], "".join(reversed("日本")))
print("%s" % "日本".center(6, "*"), "{:>5}|{:^5}|{:<5}|".format("日", "本", "語"), "日本語"[1:], "日本語" + "x" * 2, "本" in "日本語", len("👨‍👩‍👧"), "é" == "é", len("é"))
print(s.encode(), "é".encode("latin-1"), "é".encode("utf-16-le"), b"abc".decode(), "abc".encode("ascii", "ignore"), "aé".encode("ascii", "replace"), b"\xff".decode("latin-1"), b"\xffa".decode("utf-8", "replace"), b"\xc3\xa9".decode())
for bad in (lambda: "é".encode("ascii"), lambda: b"\xff".decode("utf-8"), lambda: "a".index("b"), lambda: "a".join([1]), lambda: "a" + None, lambda: "a" * "b", lambda: str("abc")["x"], lambda: ord("ab"), lambda: ord(""), lambda: chr(0x110000), lambda: "".split(""), lambda: "a" < 1, lambda: "x".center(), lambda: int("é"), lambda: "abc".nothing()):
    try:
        print(bad())
    except (ValueError, TypeError, AttributeError, IndexError) as e:
        print(type(e).__name__, e)


def tokens(text):
    out = []
    word = ""
    for ch in text:
        if ch.isalnum() or ch == "_":
            word += ch
        else:
            if word:
                out.append(word)
                word = ""
            if not ch.isspace():
                out.append(ch)
    if word:
        out.append(word)
    return out


print(tokens("x1 = foo(y, 3) + größe[2]"))
print(len(tokens("if a < b: print(c)\n" * 100)))


def levenshtein(a, b):
    previous = list(range(len(b) + 1))
    for i, ca in enumerate(a, 1):
        current = [i]
        for j, cb in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (ca != cb)))
        previous = current
    return previous[-1]


print(levenshtein("kitten sitting on a mat", "sitting kitten at a met"), levenshtein("größe", "grosse"))


def build(n):
    text = ""
    for i in range(n):
        text += "ab"[i % 2]
        if i % 50 == 49:
            text += "é"
        if len(text) > 200:
            text = text[100:]
    return text[-20:], len(text)


print(build(1000))


def histogram(text):
    counts = [0] * 26
    for c in text.lower():
        k = ord(c) - ord("a")
        if 0 <= k < 26:
            counts[k] += 1
    return counts


print(histogram("The quick brown fox jumps over the lazy dog" * 10))
vowels = 0
for c in "programming language" * 40:
    if c in "aeiou":
        vowels += 1
    elif c == " ":
        vowels -= 1
print(vowels)
codes = {}
for word in ("the cat the dog the end " * 30).split():
    codes[word] = codes.get(word, "") + word[0]
    if len(codes[word]) > 50:
        codes[word] = codes[word].replace("tt", "t")
print({k: len(v) for k, v in codes.items()})
