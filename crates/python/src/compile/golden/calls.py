# The call window, methods, keywords, unpacking.
def f(self, x, *args, **kw):
    self.items.append(x)
    self.call(x, key=1)
    print(*args)
    print(x, *args, sep="", **kw)

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code f
#|          1 StoreGlobal        n0, r0  ; f
#|     1    3 ReturnNone
#|
#| code f (test.py:2)
#|   params: 2 positional (0 only), 0 keyword-only, *args, **kwargs
#|   variables: r0=self r1=x r2=args r3=kw
#|     2    0 Enter
#|     3    2 LoadAttr           r4, r0, n0  ; items
#|          6 LoadMethod         r4, r4, n1  ; append
#|         10 Move               r7, r1
#|         11 CallMethod         r4, r4, #1
#|     4   14 LoadMethod         r4, r0, n2  ; call
#|         18 Move               r7, r1
#|         19 LoadInt            r8, #1
#|         20 CallKw             r4, #2, k0  ; ("key")
#|     5   23 LoadGlobal         r4, n3  ; print
#|         26 LoadUndef          r6
#|         27 Move               r7, r2
#|         28 LoadUndef          r8
#|         29 CallEx             r4, r4
#|     6   31 LoadGlobal         r4, n3  ; print
#|         34 LoadUndef          r6
#|         35 Move               r8, r1
#|         36 BuildList          r7, r8, #1
#|         37 ListExtend         r7, r2
#|         38 LoadConst          r9, k1  ; "sep"
#|         39 LoadConst          r10, k2  ; ""
#|         40 BuildDict          r8, r9, #1
#|         41 DictMerge          r8, r3, r4
#|         42 CallEx             r4, r4
#|     2   44 ReturnNone
