# Captured variables live in cells.
def counter(start):
    count = start
    def step(by=1):
        nonlocal count
        count += by
        return count
    return step

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code counter
#|          1 StoreGlobal        n0, r0  ; counter
#|     1    3 ReturnNone
#|
#| code counter (test.py:2)
#|   params: 1 positional (0 only), 0 keyword-only
#|   variables: r0=start r1=count (cell) r2=step
#|     2    0 Enter
#|          2 MakeCell           r1
#|     3    3 StoreCell          r1, r0
#|     4    4 LoadInt            r4, #1
#|          5 BuildTuple         r4, r4, #1
#|          6 MakeFunction       r3, k0  ; code counter.<locals>.step
#|          7 Move               r5, r1
#|          8 BuildTuple         r5, r5, #1
#|          9 SetFunctionPart    r3, r5, #3
#|         10 SetFunctionPart    r3, r4, #0
#|         11 Move               r2, r3
#|     8   12 Return             r2
#|
#| code counter.<locals>.step (test.py:4)
#|   params: 1 positional (0 only), 0 keyword-only
#|   variables: r0=by
#|   closure: count
#|     4    0 Enter
#|     6    2 LoadFree           r1, ^0  ; count
#|          3 InplaceAdd         r1, r1, r0
#|          4 StoreFree          ^0, r1  ; count
#|     7    5 LoadFree           r1, ^0  ; count
#|          6 Return             r1
