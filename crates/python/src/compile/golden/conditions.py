# Comparisons are fused with the branch; no bool is made where only truth is wanted.
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

def f(a, b, c):
    if a is None or not b > c and a in (1, 2):
        return a or b
    return a < b < c

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code fib
#|          1 StoreGlobal        n0, r0  ; fib
#|     7    3 MakeFunction       r0, k1  ; code f
#|          4 StoreGlobal        n1, r0  ; f
#|     1    6 ReturnNone
#|
#| code fib (test.py:2)
#|   params: 1 positional (0 only), 0 keyword-only
#|   variables: r0=n
#|     2    0 Enter
#|     3    2 JumpIfNotLtImm     r0, #2, ->4
#|     4    3 Return             r0
#|     5    4 LoadGlobal         r1, n0  ; fib
#|          7 SubImm             r4, r0, #1
#|          8 Call               r1, r1, #1
#|         11 LoadGlobal         r2, n0  ; fib
#|         14 SubImm             r5, r0, #2
#|         15 Call               r2, r2, #1
#|         18 Add                r1, r1, r2
#|         19 Return             r1
#|
#| code f (test.py:7)
#|   params: 3 positional (0 only), 0 keyword-only
#|   variables: r0=a r1=b r2=c
#|     7    0 Enter
#|     8    2 JumpIfNone         r0, ->6
#|          3 JumpIfGt           r1, r2, ->10
#|          4 LoadConst          r3, k0  ; (1, 2)
#|          5 JumpIfNotIn        r0, r3, ->10
#|     9    6 Move               r3, r0
#|          7 JumpIfTrue         r3, ->9
#|          8 Move               r3, r1
#|          9 Return             r3
#|    10   10 Lt                 r3, r0, r1
#|         11 JumpIfFalse        r3, ->13
#|         12 Lt                 r3, r1, r2
#|         13 Return             r3
