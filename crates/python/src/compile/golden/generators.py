# Generators suspend at Yield and YieldFrom.
def f(n):
    for i in range(n):
        got = yield i
    return (yield from (x * got for x in n))

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code f
#|          1 StoreGlobal        n0, r0  ; f
#|     1    3 ReturnNone
#|
#| code f (test.py:2)
#|   params: 1 positional (0 only), 0 keyword-only
#|   variables: r0=n r1=i r2=got (cell)
#|     2    0 Enter
#|          2 MakeCell           r2
#|          3 ReturnGenerator
#|     3    4 LoadGlobal         r3, n0  ; range
#|          7 Move               r6, r0
#|          8 Call               r3, r3, #1
#|         11 GetIter            r3, r3
#|         12 Jump               ->15
#|     4   13 Yield              r4, r1
#|         14 StoreCell          r2, r4
#|     3   15 LoopHeader
#|         17 ForIter            r1, r3, ->13
#|     5   18 MakeFunction       r3, k0  ; code f.<locals>.<genexpr>
#|         19 Move               r6, r2
#|         20 BuildTuple         r6, r6, #1
#|         21 SetFunctionPart    r3, r6, #3
#|         22 GetIter            r6, r0
#|         23 Call               r3, r3, #1
#|         26 GetYieldFromIter   r3, r3
#|         27 LoadNone           r4
#|         28 YieldFrom          r3, r3, r4
#|         29 Return             r3
#|
#| code f.<locals>.<genexpr> (test.py:5)
#|   params: 1 positional (1 only), 0 keyword-only
#|   variables: r0=.0 r1=x
#|   closure: got
#|     5    0 Enter
#|          2 ReturnGenerator
#|          3 Jump               ->7
#|          4 LoadFree           r3, ^0  ; got
#|          5 Mul                r3, r1, r3
#|          6 Yield              r4, r3
#|          7 LoopHeader
#|          9 ForIter            r1, r0, ->4
#|         10 ReturnNone
