"""Mandelbrot set as text: nested float loops with an early break (size: the picture's width)."""
# diff: args 80
import sys


def escape_time(cr, ci, limit):
    zr = 0.0
    zi = 0.0
    for step in range(limit):
        zr2 = zr * zr
        zi2 = zi * zi
        if zr2 + zi2 > 4.0:
            return step
        zi = 2.0 * zr * zi + ci
        zr = zr2 - zi2 + cr
    return limit


def render(width, limit):
    height = width // 2
    shades = " .:-=+*#%@"
    total = 0
    lines = []
    for row in range(height):
        ci = 2.4 * row / height - 1.2
        line = []
        for column in range(width):
            cr = 3.2 * column / width - 2.2
            steps = escape_time(cr, ci, limit)
            total += steps
            line.append(shades[steps * (len(shades) - 1) // limit])
        lines.append("".join(line).rstrip())
    return lines, total


width = int(sys.argv[1]) if len(sys.argv) > 1 else 440
lines, total = render(width, 200)
for line in lines[:: max(1, len(lines) // 40)]:
    print(line)
print("steps:", total)

# The same points again, in complex arithmetic.
inside = 0
side = width // 4
for i in range(side):
    for j in range(side):
        c = complex(3.2 * i / side - 2.2, 2.4 * j / side - 1.2)
        z = 0j
        n = 0
        while n < 60 and abs(z) <= 2.0:
            z = z * z + c
            n += 1
        if n == 60:
            inside += 1
print("inside:", inside, "of", side * side)
