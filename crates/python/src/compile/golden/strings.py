# Formatted strings and constants.
def f(a, w):
    b"x", -1, 2 ** 40, 1 + 2j
    return f"{a!r:>{w}} and {a=}" "!", [1, 2, 3], (4, "x"), {a: 1, **w}

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code f
#|          1 StoreGlobal        n0, r0  ; f
#|     1    3 ReturnNone
#|
#| code f (test.py:2)
#|   params: 2 positional (0 only), 0 keyword-only
#|   variables: r0=a r1=w
#|     2    0 Enter
#|     4    2 Convert            r2, r0, #2
#|          3 LoadConst          r3, k0  ; ">"
#|          4 Format             r4, r1
#|          5 BuildString        r3, r3, #2
#|          6 FormatSpec         r2, r2, r3
#|          7 LoadConst          r3, k1  ; " and a="
#|          8 Convert            r4, r0, #2
#|          9 LoadConst          r5, k2  ; "!"
#|         10 BuildString        r2, r2, #4
#|         11 BuildList          r3, r4, #0
#|         12 LoadConst          r4, k3  ; (1, 2, 3)
#|         13 ListExtend         r3, r4
#|         14 LoadConst          r4, k4  ; (4, "x")
#|         15 Move               r6, r0
#|         16 LoadInt            r7, #1
#|         17 BuildDict          r5, r6, #1
#|         18 DictUpdate         r5, r1
#|         19 BuildTuple         r2, r2, #4
#|         20 Return             r2
