"""Small whole programs: life, a calculator, a stack machine, sudoku, knapsack, Dijkstra, matrix inversion, N-body."""


def life(cells, width, height, rounds):
    for _ in range(rounds):
        new = set()
        counts = {}
        for x, y in cells:
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    if dx or dy:
                        p = ((x + dx) % width, (y + dy) % height)
                        counts[p] = counts.get(p, 0) + 1
        for p, n in counts.items():
            if n == 3 or n == 2 and p in cells:
                new.add(p)
        cells = new
    return cells


glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
print(sorted(life(glider, 16, 16, 40)))


class Calculator:
    """Recursive descent."""

    def __init__(self, text):
        self.text = text
        self.at = 0

    def peek(self):
        while self.at < len(self.text) and self.text[self.at] == " ":
            self.at += 1
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self):
        c = self.peek()
        self.at += 1
        return c

    def expression(self):
        value = self.term()
        while self.peek() and self.peek() in "+-":
            value = value + self.term() if self.take() == "+" else value - self.term()
        return value

    def term(self):
        value = self.factor()
        while self.peek() and self.peek() in "*/":
            value = value * self.factor() if self.take() == "*" else value / self.factor()
        return value

    def factor(self):
        c = self.peek()
        if c == "-":
            self.take()
            return -self.factor()
        if c == "(":
            self.take()
            value = self.expression()
            if self.take() != ")":
                raise SyntaxError("expected )")
            return value
        start = self.at
        while self.at < len(self.text) and (self.text[self.at].isdigit() or self.text[self.at] == "."):
            self.at += 1
        if start == self.at:
            raise SyntaxError(f"unexpected {c!r} at {start}")
        number = self.text[start : self.at]
        return float(number) if "." in number else int(number)


for text in ("1 + 2 * 3", "-(4 - 6) * 2.5 / (1 + 1)", "2 * (3 + 4", "1 +", "10 / 4 - -1"):
    try:
        print(text, "=", Calculator(text).expression())
    except SyntaxError as e:
        print(text, "!", e)
print(sum(Calculator(f"({i} + 2) * 3 - {i} / 4").expression() for i in range(60)))


def machine(program, fuel=5000):
    stack, variables, pc, out = [], {}, 0, []
    while pc < len(program) and fuel > 0:
        fuel -= 1
        op, *args = program[pc]
        pc += 1
        if op == "push":
            stack.append(args[0])
        elif op == "load":
            stack.append(variables[args[0]])
        elif op == "store":
            variables[args[0]] = stack.pop()
        elif op == "add":
            b, a = stack.pop(), stack.pop()
            stack.append(a + b)
        elif op == "mul":
            b, a = stack.pop(), stack.pop()
            stack.append(a * b % 1000003)
        elif op == "less":
            b, a = stack.pop(), stack.pop()
            stack.append(a < b)
        elif op == "jump_if":
            if stack.pop():
                pc = args[0]
        elif op == "print":
            out.append(stack.pop())
    return out, fuel


print(machine([("push", 0), ("store", "i"), ("push", 1), ("store", "p"), ("load", "p"), ("load", "i"), ("push", 3), ("add",), ("mul",), ("store", "p"), ("load", "i"), ("push", 1), ("add",), ("store", "i"), ("load", "i"), ("push", 200), ("less",), ("jump_if", 4), ("load", "p"), ("print",)]))


def brainfuck(code):
    jumps, stack = {}, []
    for i, c in enumerate(code):
        if c == "[":
            stack.append(i)
        elif c == "]":
            j = stack.pop()
            jumps[i], jumps[j] = j, i
    tape, at, pc, out = [0] * 100, 0, 0, []
    while pc < len(code):
        c = code[pc]
        if c == ">":
            at += 1
        elif c == "<":
            at -= 1
        elif c == "+":
            tape[at] = (tape[at] + 1) & 255
        elif c == "-":
            tape[at] = (tape[at] - 1) & 255
        elif c == ".":
            out.append(chr(tape[at]))
        elif c == "[" and not tape[at] or c == "]" and tape[at]:
            pc = jumps[pc]
        pc += 1
    return "".join(out)


print(brainfuck("++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+."))


def sudoku(board):
    for i in range(81):
        if board[i] == 0:
            row, column = divmod(i, 9)
            used = set()
            for k in range(9):
                used.add(board[row * 9 + k])
                used.add(board[k * 9 + column])
                used.add(board[(row // 3 * 3 + k // 3) * 9 + column // 3 * 3 + k % 3])
            for v in range(1, 10):
                if v not in used:
                    board[i] = v
                    if sudoku(board):
                        return True
            board[i] = 0
            return False
    return True


board = [int(c) for c in "530070000600195000098000060800060003400803001700020006060000280000419005000080079"]
print(sudoku(board), "".join(map(str, board)))


def knapsack(items, capacity):
    best = [0] * (capacity + 1)
    for weight, value in items:
        for c in range(capacity, weight - 1, -1):
            if best[c - weight] + value > best[c]:
                best[c] = best[c - weight] + value
    return best[capacity]


print(knapsack([(i % 7 + 1, i * 3 % 11 + 1) for i in range(30)], 50), knapsack([(2, 0.5), (3, 1.25)], 20))


def dijkstra(graph, start):
    distance = {start: 0}
    pending = [(0, start)]
    while pending:
        pending.sort(reverse=True)
        d, node = pending.pop()
        if d > distance[node]:
            continue
        for neighbour, weight in graph[node].items():
            if neighbour not in distance or d + weight < distance[neighbour]:
                distance[neighbour] = d + weight
                pending.append((d + weight, neighbour))
    return distance


graph = {n: {(n * 3 + 1) % 40: n % 5 + 1, (n + 7) % 40: 2.5 if n % 2 else 3} for n in range(40)}
print(sorted(dijkstra(graph, 0).items()))


def invert(matrix):
    n = len(matrix)
    a = [row[:] + [1.0 if i == j else 0.0 for j in range(n)] for i, row in enumerate(matrix)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(a[r][i]))
        a[i], a[pivot] = a[pivot], a[i]
        scale = a[i][i]
        a[i] = [v / scale for v in a[i]]
        for j in range(n):
            if j != i:
                factor = a[j][i]
                a[j] = [v - factor * w for v, w in zip(a[j], a[i])]
    return [row[n:] for row in a]


inverse = invert([[1.0 / (i + j + 1) + (i == j) for j in range(6)] for i in range(6)])
print([round(v, 6) for v in inverse[0]], round(sum(map(sum, inverse)), 6))


def bodies(steps):
    ps = [[0.0, 0.0, 0.0, 0.0, 10.0], [1.0, 0.0, 0.0, 3.0, 1.0], [0.0, 2.0, -2.0, 0.0, 0.5]]
    for _ in range(steps):
        for i, a in enumerate(ps):
            for b in ps[i + 1 :]:
                dx, dy = a[0] - b[0], a[1] - b[1]
                d = (dx * dx + dy * dy + 0.01) ** -1.5 * 0.01
                a[2] -= dx * b[4] * d
                a[3] -= dy * b[4] * d
                b[2] += dx * a[4] * d
                b[3] += dy * a[4] * d
        for p in ps:
            p[0] += p[2] * 0.01
            p[1] += p[3] * 0.01
    return ps


print(bodies(300))


def edit_scripts(a, b):
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a)):
        for j in range(len(b)):
            table[i + 1][j + 1] = table[i][j] + 1 if a[i] == b[j] else max(table[i][j + 1], table[i + 1][j])
    i, j, out = len(a), len(b), []
    while i and j:
        if a[i - 1] == b[j - 1]:
            out.append(a[i - 1])
            i, j = i - 1, j - 1
        elif table[i - 1][j] >= table[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return "".join(reversed(out))


print(edit_scripts("the quick brown fox jumps", "a quirky brow of junk fumes"))


class Bank:
    def __init__(self):
        self.accounts = {}
        self.log = []

    def transfer(self, a, b, amount):
        if self.accounts.get(a, 0) < amount:
            raise ValueError(f"{a} has only {self.accounts.get(a, 0)}")
        self.accounts[a] -= amount
        self.accounts[b] = self.accounts.get(b, 0) + amount
        self.log.append((a, b, amount))


bank = Bank()
bank.accounts.update(ann=100, bob=50)
refused = 0
for i in range(300):
    try:
        bank.transfer(*(("ann", "bob") if i % 3 else ("bob", "ann")), i % 17)
    except ValueError:
        refused += 1
print(bank.accounts, refused, len(bank.log))
roman = lambda n: "".join("I V X L C D M".split()[p] for p in []) or "".join(d * (n // v % m) for d, v, m in [("M", 1000, 9), ("D", 500, 2), ("C", 100, 5), ("L", 50, 2), ("X", 10, 5), ("V", 5, 2), ("I", 1, 5)])
print([roman(n) for n in (1, 8, 23, 666, 1787)])
