# Patterns test in place; captures are bound when the whole pattern has matched.
def f(p):
    match p:
        case 0 | 1:
            return None
        case [x, *_] if x:
            return x
        case {"k": v, **rest}:
            return v, rest
        case Point(x=0):
            return p

#| code <module> (test.py:1)
#|     2    0 MakeFunction       r0, k0  ; code f
#|          1 StoreGlobal        n0, r0  ; f
#|     1    3 ReturnNone
#|
#| code f (test.py:2)
#|   params: 1 positional (0 only), 0 keyword-only
#|   variables: r0=p r1=x r2=rest r3=v
#|     2    0 Enter
#|     3    2 Move               r4, r0
#|     4    3 LoadInt            r5, #0
#|          4 JumpIfNotEq        r4, r5, ->6
#|          5 Jump               ->8
#|          6 LoadInt            r5, #1
#|          7 JumpIfNotEq        r4, r5, ->9
#|     5    8 ReturnNone
#|     6    9 IsSequence         r5, r4
#|         10 JumpIfFalse        r5, ->17
#|         11 GetLen             r5, r4
#|         12 JumpIfNotGeImm     r5, #1, ->17
#|         13 UnpackEx           r4, r6, #1+0
#|     3   14 Move               r1, r6
#|     6   15 JumpIfFalse        r1, ->17
#|     7   16 Return             r1
#|     8   17 IsMapping          r5, r4
#|         18 JumpIfFalse        r5, ->33
#|         19 GetLen             r5, r4
#|         20 JumpIfNotGeImm     r5, #1, ->33
#|         21 LoadConst          r6, k0  ; "k"
#|         22 BuildTuple         r6, r6, #1
#|         23 MatchKeys          r5, r4, r6
#|         24 JumpIfNone         r5, ->33
#|         25 UnpackSequence     r5, r7, #1
#|         26 RestOfMapping      r8, r4, r6
#|     3   27 Move               r2, r8
#|         28 Move               r3, r7
#|     9   29 Move               r5, r3
#|         30 Move               r6, r2
#|         31 BuildTuple         r5, r5, #2
#|         32 Return             r5
#|    10   33 Move               r5, r4
#|         34 LoadGlobal         r6, n0  ; Point
#|         37 MatchClass         r5, r5, k1  ; (0, "x")
#|         38 JumpIfNone         r5, ->43
#|         39 UnpackSequence     r5, r6, #1
#|         40 LoadInt            r7, #0
#|         41 JumpIfNotEq        r6, r7, ->43
#|    11   42 Return             r0
#|     2   43 ReturnNone
