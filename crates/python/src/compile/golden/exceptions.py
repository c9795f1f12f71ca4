# The finally body is copied to each way out; handlers restore the exception handled before.
def f(path):
    try:
        return g(path)
    except OSError as e:
        print(e)
    finally:
        h()

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code f
#|          1 StoreGlobal        n0, r0  ; f
#|     1    3 ReturnNone
#|
#| code f (test.py:2)
#|   params: 1 positional (0 only), 0 keyword-only
#|   variables: r0=path r1=e
#|     2    0 Enter
#|     4    2 LoadGlobal         r6, n0  ; g
#|          5 Move               r9, r0
#|          6 Call               r6, r6, #1
#|     8    9 LoadGlobal         r7, n1  ; h
#|         12 Call               r7, r7, #0
#|     4   15 Return             r6
#|     3   16 PushHandled        r5, r4
#|     5   17 LoadGlobal         r6, n2  ; OSError
#|         20 JumpIfNotMatch     r4, r6, ->35
#|     3   21 Move               r1, r4
#|     6   22 LoadGlobal         r6, n3  ; print
#|         25 Move               r9, r1
#|         26 Call               r6, r6, #1
#|     3   29 LoadUndef          r1
#|         30 Jump               ->33
#|         31 LoadUndef          r1
#|         32 Reraise            r4
#|         33 PopHandled         r5
#|         34 Jump               ->39
#|         35 PopHandled         r5
#|         36 Reraise            r4
#|         37 PopHandled         r5
#|         38 Reraise            r4
#|     8   39 LoadGlobal         r6, n1  ; h
#|         42 Call               r6, r6, #0
#|     3   45 Jump               ->57
#|         46 PushHandled        r3, r2
#|     8   47 LoadGlobal         r6, n1  ; h
#|         50 Call               r6, r6, #0
#|     3   53 PopHandled         r3
#|         54 Reraise            r2
#|         55 PopHandled         r3
#|         56 Reraise            r2
#|     2   57 ReturnNone
#|   2..9 raises to 16, exception in r4
#|   2..9 raises to 46, exception in r2
#|   15..16 raises to 16, exception in r4
#|   22..29 raises to 31, exception in r4
#|   17..35 raises to 37, exception in r4
#|   15..39 raises to 46, exception in r2
#|   47..53 raises to 55, exception in r2
