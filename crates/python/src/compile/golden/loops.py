# Loops test at the bottom, so that an iteration runs one jump.
def f(n, pairs):
    i = 0
    while i < n:
        i += 1
        if i == 5:
            break
    else:
        i = 0
    for a, b in pairs:
        if a:
            continue
        i = a[b]
    while True:
        a[i] -= 2
    return i

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code f
#|          1 StoreGlobal        n0, r0  ; f
#|     1    3 ReturnNone
#|
#| code f (test.py:2)
#|   params: 2 positional (0 only), 0 keyword-only
#|   variables: r0=n r1=pairs r2=i r3=a r4=b
#|     2    0 Enter
#|     3    2 LoadInt            r2, #0
#|     4    3 Jump               ->7
#|     5    4 InplaceAddImm      r2, r2, #1
#|     6    5 JumpIfNotEqImm     r2, #5, ->7
#|     7    6 Jump               ->11
#|     4    7 LoopHeader
#|          9 JumpIfLt           r2, r0, ->4
#|     9   10 LoadInt            r2, #0
#|    10   11 GetIter            r5, r1
#|         12 Jump               ->18
#|         13 UnpackSequence     r6, r3, #2
#|    11   14 JumpIfFalse        r3, ->16
#|    12   15 Jump               ->18
#|    13   16 LoadItem           r2, r3, r4
#|    10   18 LoopHeader
#|         20 ForIter            r6, r5, ->13
#|    14   21 LoopHeader
#|    15   23 CheckLocal         r3
#|         24 LoadItem           r5, r3, r2
#|         26 InplaceSubImm      r5, r5, #2
#|         27 StoreItem          r3, r2, r5
#|    14   29 Jump               ->21
