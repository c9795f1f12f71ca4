# A class body works on its namespace in r0; super() takes the cell of the class.
class Point(Base):
    """A point."""
    size: int = 2
    def __init__(self, x):
        super().__init__()
        self.x = x
        self.__y = 0

#| code <module> (test.py:1)
#|     2    0 LoadBuildClass     r0
#|          1 MakeFunction       r3, k0  ; code Point
#|          2 LoadConst          r4, k1  ; "Point"
#|          3 LoadGlobal         r5, n0  ; Base
#|          6 Call               r0, r0, #3
#|          9 StoreGlobal        n1, r0  ; Point
#|     1   11 ReturnNone
#|
#| code Point (test.py:2)
#|   params: 1 positional (1 only), 0 keyword-only
#|   variables: r0=.namespace r1=__class__ (cell)
#|     2    0 MakeCell           r1
#|          1 LoadGlobal         r2, n0  ; __name__
#|          4 StoreName          r0, n1, r2  ; __module__
#|          5 LoadConst          r2, k0  ; "Point"
#|          6 StoreName          r0, n2, r2  ; __qualname__
#|          7 LoadConst          r2, k1  ; "A point."
#|          8 StoreName          r0, n3, r2  ; __doc__
#|          9 BuildDict          r2, r2, #0
#|         10 StoreName          r0, n4, r2  ; __annotations__
#|     4   11 LoadInt            r2, #2
#|         12 StoreName          r0, n5, r2  ; size
#|         13 LoadName           r3, r0, n6  ; int
#|         14 LoadName           r4, r0, n4  ; __annotations__
#|         15 LoadConst          r5, k2  ; "size"
#|         16 StoreItem          r4, r5, r3
#|     5   18 MakeFunction       r2, k3  ; code Point.__init__
#|         19 Move               r3, r1
#|         20 BuildTuple         r3, r3, #1
#|         21 SetFunctionPart    r2, r3, #3
#|         22 StoreName          r0, n7, r2  ; __init__
#|     2   23 StoreName          r0, n8, r1  ; __classcell__
#|         24 Return             r1
#|
#| code Point.__init__ (test.py:5)
#|   params: 2 positional (0 only), 0 keyword-only
#|   variables: r0=self r1=x
#|   closure: __class__
#|     5    0 Enter
#|     6    2 LoadGlobal         r2, n0  ; super
#|          5 LoadFree           r5, ^0  ; __class__
#|          6 Move               r6, r0
#|          7 LoadSuperMethod    r2, n1  ; __init__
#|         11 CallMethod         r2, r2, #0
#|     7   14 StoreAttr          r0, n2, r1  ; x
#|     8   18 LoadInt            r2, #0
#|         19 StoreAttr          r0, n3, r2  ; _Point__y
#|     5   23 ReturnNone
