"""Strings built by +=, join, formatting, slicing and replace; Unicode and ASCII (size: repetitions)."""
# diff: args 3000
import sys


def caesar(text, shift):
    out = []
    for ch in text:
        if "a" <= ch <= "z":
            out.append(chr((ord(ch) - 97 + shift) % 26 + 97))
        elif "A" <= ch <= "Z":
            out.append(chr((ord(ch) - 65 + shift) % 26 + 65))
        else:
            out.append(ch)
    return "".join(out)


def run_length(text):
    out = ""
    i = 0
    while i < len(text):
        j = i
        while j < len(text) and text[j] == text[i]:
            j += 1
        out += text[i] + (str(j - i) if j - i > 1 else "")
        i = j
    return out


def checksum(text):
    value = 7
    for ch in text:
        value = (value * 31 + ord(ch)) & 0xFFFFFFFF
    return value


size = int(sys.argv[1]) if len(sys.argv) > 1 else 150000
sentence = "The quick brown fox jumps over the lazy dog; "
text = ""
for i in range(size // 20):
    text += sentence
    text += str(i)
print(len(text), checksum(text))
turned = caesar(text, 13)
print(turned[:40], checksum(turned), caesar(turned, 13) == text)

rows = []
for i in range(size):
    rows.append("%05d|%-8s|%8.3f|%x" % (i, "n" + str(i % 97), i / 7, i * 2654435761 % 2 ** 32))
table = "\n".join(rows)
print(len(table), checksum(table[:5000]), rows[-1])

total = 0
for i in range(size):
    s = f"{i:>6}:{i * i:,}:{i % 3 == 0!s:5}:{i / 3:.2f}"
    total += len(s) + s.count("1")
print(total, s)

print(run_length("aaabccddddde" * 500)[:60])
greek = "αβγδε" * (size // 10)
print(len(greek), greek[::-1][:7], greek.replace("γ", "g")[:9], greek.upper()[:5], greek.find("ε", 100))
words = [w.strip(";0123456789").title() for w in text.split()]
print(len(words), words[5:9], "-".join(words[:4]), sum(map(len, words)))
palindromes = [i for i in range(size * 3) if str(i) == str(i)[::-1]]
print(len(palindromes), palindromes[-1])
