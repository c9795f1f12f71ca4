# The window of __exit__ stays in place; a jump out of the body calls a copy of it.
def f(path):
    with open(path) as file:
        return file.read()

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code f
#|          1 StoreGlobal        n0, r0  ; f
#|     1    3 ReturnNone
#|
#| code f (test.py:2)
#|   params: 1 positional (0 only), 0 keyword-only
#|   variables: r0=path r1=file
#|     2    0 Enter
#|     3    2 LoadGlobal         r7, n0  ; open
#|          5 Move               r10, r0
#|          6 Call               r7, r7, #1
#|          9 LoadSpecial        r8, r7, #0
#|         12 LoadSpecial        r4, r7, #1
#|         15 CallMethod         r7, r8, #0
#|         18 Move               r1, r7
#|     4   19 LoadMethod         r7, r1, n1  ; read
#|         23 CallMethod         r7, r7, #0
#|         26 Move               r8, r4
#|         27 Move               r10, r6
#|         28 LoadNone           r11
#|         29 LoadNone           r12
#|         30 LoadNone           r13
#|         31 CallMethod         r8, r8, #3
#|         34 Return             r7
#|     3   35 PushHandled        r3, r2
#|         36 LoadExcInfo        r7, r2
#|         37 CallMethod         r4, r4, #3
#|         40 JumpIfTrue         r4, ->43
#|         41 PopHandled         r3
#|         42 Reraise            r2
#|         43 PopHandled         r3
#|         44 Jump               ->47
#|         45 PopHandled         r3
#|         46 Reraise            r2
#|     2   47 ReturnNone
#|   18..26 raises to 35, exception in r2
#|   34..35 raises to 35, exception in r2
#|   36..41 raises to 45, exception in r2
