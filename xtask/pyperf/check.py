"""Runs one of pyperformance's programs on a small input and prints what it computes, for `cargo xtask diff`.

The program is imported, not run: `check.py NAME` with the program's folder on PYTHONPATH.
"""
import sys

import run_benchmark as b

name = sys.argv[1]
kernel = name[len("scimark_"):]

if name == "nbody":
    b.offset_momentum(b.BODIES["sun"])
    print(b.report_energy())
    b.advance(0.01, 400)
    print(b.report_energy(), b.SYSTEM)
elif name == "fannkuch":
    print([b.fannkuch(n) for n in range(3, 8)])
elif name == "spectral_norm":
    u = [1] * 40
    for _ in range(4):
        v = b.eval_AtA_times_u(u)
        u = b.eval_AtA_times_u(v)
    print(u)
    print(v)
    b.DEFAULT_N = 10
    b.bench_spectral_norm(1)
elif name == "float":
    print(b.benchmark(3000))
elif name == "nqueens":
    print(list(b.n_queens(6)))
elif name == "pidigits":
    print("".join(map(str, b.calc_ndigits(300))))
elif name == "richards":
    print(b.Richards().run(1), b.taskWorkArea.holdCount, b.taskWorkArea.qpktCount)
elif name == "deltablue":
    for n in (1, 2, 10, 40):
        b.delta_blue(n)
        print(n, b.planner.current_mark)
elif name == "chaos":
    splines = [
        b.Spline([b.GVector(1.6, 3.3), b.GVector(1.5, 4.1), b.GVector(1.3, 5.3), b.GVector(1.6, 5.3)], 3, [0, 0, 0, 1, 1, 1]),
        b.Spline([b.GVector(2.8, 4.0), b.GVector(2.5, 3.5), b.GVector(1.9, 2.6), b.GVector(1.9, 2.6)], 3, [0, 0, 0, 1, 1, 1]),
    ]
    game = b.Chaosgame(splines, 0.25)
    print(game.num_trafos, game.minx, game.maxy, splines[0], str(splines[1](0.3)))
    b.random.seed(1234)
    point = b.GVector((game.maxx + game.minx) / 2, (game.maxy + game.miny) / 2, 0)
    for _ in range(150):
        point = game.transform_point(point)
        print(point)
    game.create_image_chaos(32, 32, 200, None, 7)
elif name == "raytrace":
    canvas = b.Canvas(24, 18)
    scene = b.Scene()
    scene.addLight(b.Point(30, 30, 10))
    scene.addLight(b.Point(-10, 100, 30))
    scene.lookAt(b.Point(0, 3, 0))
    scene.addObject(b.Sphere(b.Point(1, 3, -10), 2), b.SimpleSurface(baseColour=(1, 1, 0)))
    for y in range(6):
        scene.addObject(b.Sphere(b.Point(-3 - y * 0.4, 2.3, -5), 0.4), b.SimpleSurface(baseColour=(y / 6.0, 1 - y / 6.0, 0.5)))
    scene.addObject(b.Halfspace(b.Point(0, 0, 0), b.Vector.UP), b.CheckerboardSurface())
    scene.render(canvas)
    print(list(canvas.bytes))
elif name == "unpack_sequence":
    b.bench_all(30)
    try:
        b.do_unpacking(1, range(9))
    except ValueError as e:
        print(e)
elif kernel == "sor":
    for array in (b.Array2D, b.ArrayList):
        grid = array(12, 12)
        for x, y in grid.indexes():
            grid[x, y] = x * 1.5 + y
        b.SOR_execute(1.25, grid, 5, array)
        print([grid[x, y] for x, y in grid.indexes()])
elif kernel == "sparse_mat_mult":
    size = 40
    vector = b.array("d", [i * 0.5 for i in range(size)])
    values = b.array("d", [1.0 / (i + 1) for i in range(size * 3)])
    columns = b.array("i", [i * 7 % size for i in range(size * 3)])
    rows = b.array("i", [i * 3 for i in range(size + 1)])
    out = b.array("d", [0]) * size
    b.SparseCompRow_matmult(size, out, values, rows, columns, vector, 10)
    b.bench_SparseMatMult(1, 100, 500)
    print(out)
elif kernel == "monte_carlo":
    print(b.MonteCarlo(3000), b.Random(113).m)
elif kernel == "lu":
    size = 14
    matrix = b.Random(7).RandomMatrix(b.ArrayList(size, size))
    result = b.ArrayList(size, size)
    pivot = b.array("i", [0]) * size
    b.LU(result, matrix, pivot)
    print(pivot, result.data)
elif kernel == "fft":
    vector = b.copy_vector(b.Random(7).RandomVector(128))
    b.FFT_transform(128, vector)
    print(vector)
    b.FFT_inverse(128, vector)
    print(vector, b.FFT_num_flops(64))
else:
    sys.exit("no check for " + name)
print("done", name)
