"""One code object run with different globals, equal in their keys or not, sees its own in each."""

from types import ModuleType

SOURCE = """
def total(n):
    sum = 0
    for i in range(n):
        sum += scale(i) + BASE
    return sum

def count(items):
    found = 0
    for item in items:
        found += len(item)
    return found
"""
code = compile(SOURCE, "shared", "exec")
spaces = [
    {"scale": lambda x: x, "BASE": 1},
    {"scale": lambda x: x * 2, "BASE": 0.5},
    {"scale": abs, "BASE": 2 ** 62},
    {"scale": lambda x: x, "BASE": 1, "len": lambda item: 100},
    {"scale": lambda x: x},
]
modules = []
for space in spaces:
    module = ModuleType("shared")
    for name, value in space.items():
        setattr(module, name, value)
    exec(code, module.__dict__)
    modules.append(module)
for n in (600, 700, 3):
    for module in modules:
        try:
            print(module.total(n), module.count(["ab"] * n))
        except NameError as error:
            print(error)
modules[0].BASE = 7
modules[1].len = lambda item: 1
del modules[3].len
print([(module.total(500), module.count([(), (1, 2)] * 300)) for module in modules[:4]])
