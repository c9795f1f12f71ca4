# Only reads that analysis cannot prove assigned are checked.
def f(c):
    if c:
        x = 1
    y = x
    for z in c:
        pass
    try:
        w = g()
    except E:
        w = 0
    return x, y, z, w

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code f
#|          1 StoreGlobal        n0, r0  ; f
#|     1    3 ReturnNone
#|
#| code f (test.py:2)
#|   params: 1 positional (0 only), 0 keyword-only
#|   variables: r0=c r1=x r2=y r3=z r4=w
#|     2    0 Enter
#|     3    2 JumpIfFalse        r0, ->4
#|     4    3 LoadInt            r1, #1
#|     5    4 CheckLocal         r1
#|          5 Move               r2, r1
#|     6    6 GetIter            r5, r0
#|          7 Jump               ->8
#|          8 LoopHeader
#|         10 ForIter            r3, r5, ->8
#|     9   11 LoadGlobal         r7, n0  ; g
#|         14 Call               r4, r7, #0
#|     8   17 Jump               ->30
#|         18 PushHandled        r6, r5
#|    10   19 LoadGlobal         r7, n1  ; E
#|         22 JumpIfNotMatch     r5, r7, ->26
#|    11   23 LoadInt            r4, #0
#|     8   24 PopHandled         r6
#|         25 Jump               ->30
#|         26 PopHandled         r6
#|         27 Reraise            r5
#|         28 PopHandled         r6
#|         29 Reraise            r5
#|    12   30 Move               r5, r1
#|         31 Move               r6, r2
#|         32 CheckLocal         r3
#|         33 Move               r7, r3
#|         34 Move               r8, r4
#|         35 BuildTuple         r5, r5, #4
#|         36 Return             r5
#|   11..17 raises to 18, exception in r5
#|   19..26 raises to 28, exception in r5
