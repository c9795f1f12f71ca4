# In place, unless a function inside keeps a variable of the comprehension.
def f(xs):
    a = [x + 1 for x in xs if x]
    b = {x: [lambda: x] for x in xs}
    return a, b, {y for z in xs for y in z}

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code f
#|          1 StoreGlobal        n0, r0  ; f
#|     1    3 ReturnNone
#|
#| code f (test.py:2)
#|   params: 1 positional (0 only), 0 keyword-only
#|   variables: r0=xs r1=a r2=b
#|     2    0 Enter
#|     3    2 GetIter            r4, r0
#|          3 BuildList          r3, r3, #0
#|          4 Jump               ->8
#|          5 JumpIfFalse        r5, ->8
#|          6 AddImm             r6, r5, #1
#|          7 ListAppend         r3, r6
#|          8 LoopHeader
#|         10 ForIter            r5, r4, ->5
#|         11 Move               r1, r3
#|     4   12 MakeFunction       r3, k0  ; code f.<locals>.<dictcomp>
#|         13 GetIter            r6, r0
#|         14 Call               r2, r3, #1
#|     5   17 Move               r3, r1
#|         18 Move               r4, r2
#|         19 GetIter            r6, r0
#|         20 BuildSet           r5, r5, #0
#|         21 Jump               ->28
#|         22 GetIter            r9, r7
#|         23 Jump               ->25
#|         24 SetAdd             r5, r8
#|         25 LoopHeader
#|         27 ForIter            r8, r9, ->24
#|         28 LoopHeader
#|         30 ForIter            r7, r6, ->22
#|         31 BuildTuple         r3, r3, #3
#|         32 Return             r3
#|
#| code f.<locals>.<dictcomp> (test.py:4)
#|   params: 1 positional (1 only), 0 keyword-only
#|   variables: r0=.0 r1=x (cell)
#|     4    0 Enter
#|          2 MakeCell           r1
#|          3 BuildDict          r2, r2, #0
#|          4 Jump               ->13
#|          5 StoreCell          r1, r3
#|          6 LoadCell           r4, r1
#|          7 MakeFunction       r5, k0  ; code f.<locals>.<dictcomp>.<locals>.<lambda>
#|          8 Move               r6, r1
#|          9 BuildTuple         r6, r6, #1
#|         10 SetFunctionPart    r5, r6, #3
#|         11 BuildList          r5, r5, #1
#|         12 DictSet            r2, r4, r5
#|         13 LoopHeader
#|         15 ForIter            r3, r0, ->5
#|         16 Return             r2
#|
#| code f.<locals>.<dictcomp>.<locals>.<lambda> (test.py:4)
#|   closure: x
#|     4    0 Enter
#|          2 LoadFree           r0, ^0  ; x
#|          3 Return             r0
