# Parallel assignment makes no tuple; constants are loaded where they go.
def f(self, p):
    a, b = 0, 1
    a, b = b, a + b
    self.x, self.y = a, b
    first, *rest = p
    [c, (d, e)] = p
    x = y = p[1:2]
    del p[0], x
    return x, (n := a) + n

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code f
#|          1 StoreGlobal        n0, r0  ; f
#|     1    3 ReturnNone
#|
#| code f (test.py:2)
#|   params: 2 positional (0 only), 0 keyword-only
#|   variables: r0=self r1=p r2=a r3=b r4=first r5=rest r6=c r7=d r8=e r9=x r10=y r11=n
#|     2    0 Enter
#|     3    2 LoadInt            r2, #0
#|          3 LoadInt            r3, #1
#|     4    4 Move               r12, r3
#|          5 Add                r3, r2, r3
#|          6 Move               r2, r12
#|     5    7 StoreAttr          r0, n0, r2  ; x
#|         11 StoreAttr          r0, n1, r3  ; y
#|     6   15 UnpackEx           r1, r12, #1+0
#|         16 Move               r4, r12
#|         17 Move               r5, r13
#|     7   18 UnpackSequence     r1, r12, #2
#|         19 Move               r6, r12
#|         20 UnpackSequence     r13, r7, #2
#|     8   21 LoadInt            r12, #1
#|         22 LoadInt            r13, #2
#|         23 LoadSlice          r12, r1, r12
#|         24 Move               r9, r12
#|         25 Move               r10, r12
#|     9   26 LoadInt            r12, #0
#|         27 DelItem            r1, r12
#|         28 DelLocal           r9
#|    10   29 CheckLocal         r9
#|         30 Move               r12, r9
#|         31 Move               r13, r2
#|         32 Move               r11, r13
#|         33 Move               r14, r11
#|         34 Add                r13, r13, r14
#|         35 BuildTuple         r12, r12, #2
#|         36 Return             r12
