"""Word frequencies in generated text: dict of str to int, split, lower, sorting by key (size: the words)."""
# diff: args 6000
import sys


class Words:
    """A linear congruential generator that speaks."""

    def __init__(self, seed):
        self.state = seed
        self.starts = "b c d f g h k l m n p r s t v w br cl dr st tr".split()
        self.middles = ["a", "e", "i", "o", "u", "ai", "ou"]
        self.ends = ["", "n", "r", "s", "t", "ck"]

    def number(self, below):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % below

    def word(self):
        syllables = 1 + self.number(2)
        out = ""
        for _ in range(syllables):
            out += self.starts[self.number(len(self.starts))]
            out += self.middles[self.number(len(self.middles))]
        return out + self.ends[self.number(len(self.ends))]


count = int(sys.argv[1]) if len(sys.argv) > 1 else 250000
words = Words(42)
lines = []
line = []
for i in range(count):
    word = words.word()
    if i % 17 == 0:
        word = word.capitalize()
    line.append(word)
    if len(line) == 12:
        lines.append(" ".join(line) + ".")
        line = []

frequency = {}
lengths = {}
for line in lines:
    for word in line.lower().replace(".", "").split():
        frequency[word] = frequency.get(word, 0) + 1
        if len(word) in lengths:
            lengths[len(word)] += 1
        else:
            lengths[len(word)] = 1

top = sorted(frequency.items(), key=lambda item: (-item[1], item[0]))
print(len(lines), "lines,", len(frequency), "different words")
for word, times in top[:10]:
    print(f"{times:6d} {word}")
print("lengths:", dict(sorted(lengths.items())))

letters = {}
for word, times in frequency.items():
    for letter in word:
        letters[letter] = letters.get(letter, 0) + times
print("letters:", "".join(sorted(letters, key=lambda c: (-letters[c], c))))
by_first = {}
for word in frequency:
    by_first.setdefault(word[0], []).append(word)
print({first: len(group) for first, group in sorted(by_first.items())})
once = sum(1 for times in frequency.values() if times == 1)
print("seen once:", once, "longest:", max(frequency, key=lambda w: (len(w), w)))
