; What each pure uop computes, and when each guard passes, in SMT-LIB: one function of the uop's name each.
;
; Integers, references, words and floats (as IEEE bits) are bit-vectors of 64 bits, truth values are Bool. Whether this
; says what the table says is checked by evaluating both (crates/testing/tests/proofs.rs). Boxing depends on the host: its
; functions are written by crates/testing/src/smt/host.rs. `NAME.passes` says whether a guard passes, `NAME.defined` what a
; trace that uses the uop promises.
;
; NaNs: an operation that makes a NaN makes the one NaN `nan`. Machines differ there, so proofs take all NaNs for equal.

(define-sort W () (_ BitVec 64))
(define-sort F () (_ FloatingPoint 11 53))

; Integers.
(define-fun int_add ((a W) (b W)) W (bvadd a b))
(define-fun int_sub ((a W) (b W)) W (bvsub a b))
(define-fun int_mul ((a W) (b W)) W (bvmul a b))
(define-fun int_neg ((a W)) W (bvneg a))
(define-fun wide ((a W)) (_ BitVec 128) ((_ sign_extend 64) a))
(define-fun fits_64 ((a (_ BitVec 128))) Bool (= a (wide ((_ extract 63 0) a))))
(define-fun int_add_overflows ((a W) (b W)) Bool (not (fits_64 (bvadd (wide a) (wide b)))))
(define-fun int_sub_overflows ((a W) (b W)) Bool (not (fits_64 (bvsub (wide a) (wide b)))))
(define-fun int_mul_overflows ((a W) (b W)) Bool (not (fits_64 (bvmul (wide a) (wide b)))))
(define-fun int_div_trunc ((a W) (b W)) W (ite (= b #x0000000000000000) #x0000000000000000 (bvsdiv a b)))
(define-fun int_rem_trunc ((a W) (b W)) W (bvsrem a b))
(define-fun inexact ((a W) (b W)) Bool (not (= (bvsrem a b) #x0000000000000000)))
(define-fun negative ((a W)) Bool (bvslt a #x0000000000000000))
(define-fun rounds_down ((a W) (b W)) Bool (and (inexact a b) (xor (negative a) (negative b))))
(define-fun int_div_floor ((a W) (b W)) W
  (ite (= b #x0000000000000000) #x0000000000000000
    (bvsub (bvsdiv a b) (ite (rounds_down a b) #x0000000000000001 #x0000000000000000))))
(define-fun int_mod_floor ((a W) (b W)) W
  (ite (= b #x0000000000000000) a (bvadd (bvsrem a b) (ite (rounds_down a b) b #x0000000000000000))))
(define-fun int_and ((a W) (b W)) W (bvand a b))
(define-fun int_or ((a W) (b W)) W (bvor a b))
(define-fun int_xor ((a W) (b W)) W (bvxor a b))
(define-fun int_not ((a W)) W (bvnot a))
(define-fun int_shl ((a W) (b W)) W (bvshl a b))
(define-fun int_shr ((a W) (b W)) W (bvashr a b))
(define-fun int_ushr ((a W) (b W)) W (bvlshr a b))
(define-fun int_eq ((a W) (b W)) Bool (= a b))
(define-fun int_ne ((a W) (b W)) Bool (not (= a b)))
(define-fun int_lt ((a W) (b W)) Bool (bvslt a b))
(define-fun int_le ((a W) (b W)) Bool (bvsle a b))
(define-fun int_gt ((a W) (b W)) Bool (bvsgt a b))
(define-fun int_ge ((a W) (b W)) Bool (bvsge a b))
(define-fun int_ult ((a W) (b W)) Bool (bvult a b))
(define-fun int_fits ((a W) (bits W)) Bool
  (let ((spare (bvsub #x0000000000000040 bits))) (= a (bvashr (bvshl a spare) spare))))

; Floats.
(define-fun nan () W #x7ff8000000000000)
(define-fun float ((a W)) F ((_ to_fp 11 53) a))
(define-fun bits ((x F)) W (ite (fp.isNaN x) nan (fp.to_ieee_bv x)))
(define-fun is_nan ((a W)) Bool (bvugt (bvand a #x7fffffffffffffff) #x7ff0000000000000))
(define-fun float_add ((a W) (b W)) W (bits (fp.add RNE (float a) (float b))))
(define-fun float_sub ((a W) (b W)) W (bits (fp.sub RNE (float a) (float b))))
(define-fun float_mul ((a W) (b W)) W (bits (fp.mul RNE (float a) (float b))))
(define-fun float_div ((a W) (b W)) W (bits (fp.div RNE (float a) (float b))))
(define-fun float_neg ((a W)) W (bvxor a #x8000000000000000))
(define-fun float_abs ((a W)) W (bvand a #x7fffffffffffffff))
(define-fun float_sqrt ((a W)) W (bits (fp.sqrt RNE (float a))))
(define-fun float_floor ((a W)) W (bits (fp.roundToIntegral RTN (float a))))
(define-fun float_ceil ((a W)) W (bits (fp.roundToIntegral RTP (float a))))
(define-fun float_trunc ((a W)) W (bits (fp.roundToIntegral RTZ (float a))))
(define-fun float_eq ((a W) (b W)) Bool (fp.eq (float a) (float b)))
(define-fun float_ne ((a W) (b W)) Bool (not (fp.eq (float a) (float b))))
(define-fun float_lt ((a W) (b W)) Bool (fp.lt (float a) (float b)))
(define-fun float_le ((a W) (b W)) Bool (fp.leq (float a) (float b)))
(define-fun float_gt ((a W) (b W)) Bool (fp.gt (float a) (float b)))
(define-fun float_ge ((a W) (b W)) Bool (fp.geq (float a) (float b)))
; The narrow case is the same number; solvers do much better with it, since nothing is rounded.
(define-fun int_to_float ((a W)) W
  (let ((narrow ((_ extract 54 0) a)))
    (ite (= a ((_ sign_extend 9) narrow)) (bits ((_ to_fp 11 53) RNE narrow)) (bits ((_ to_fp 11 53) RNE a)))))
(define-fun float_to_int ((a W)) W
  (let ((x (float a)))
    (ite (fp.isNaN x) #x0000000000000000
      (ite (fp.geq x ((_ to_fp 11 53) #x43e0000000000000)) #x7fffffffffffffff
        (ite (fp.lt x ((_ to_fp 11 53) #xc3e0000000000000)) #x8000000000000000 ((_ fp.to_sbv 64) RTZ x))))))
(define-fun float_to_bits ((a W)) W a)
(define-fun float_from_bits ((a W)) W a)

; Truth values, references, words.
(define-fun bool_not ((a Bool)) Bool (not a))
(define-fun bool_and ((a Bool) (b Bool)) Bool (and a b))
(define-fun bool_or ((a Bool) (b Bool)) Bool (or a b))
(define-fun bool_xor ((a Bool) (b Bool)) Bool (xor a b))
(define-fun bool_to_int ((a Bool)) W (ite a #x0000000000000001 #x0000000000000000))
(define-fun select_int ((c Bool) (a W) (b W)) W (ite c a b))
(define-fun select_float ((c Bool) (a W) (b W)) W (ite c a b))
(define-fun select_word ((c Bool) (a W) (b W)) W (ite c a b))
(define-fun ref_eq ((a W) (b W)) Bool (= a b))
(define-fun ref_to_int ((a W)) W a)
(define-fun int_to_ref ((a W)) W a)
(define-fun word_eq ((a W) (b W)) Bool (= a b))
(define-fun word_to_int ((a W)) W a)
(define-fun int_to_word ((a W)) W a)
(define-fun accepts ((a W) (mask W) (lo W) (len W)) Bool (bvult (bvsub (bvand a mask) lo) len))

; Guards: whether they pass, and what those compute that compute anything.
(define-fun guard_true.passes ((a Bool)) Bool a)
(define-fun guard_false.passes ((a Bool)) Bool (not a))
(define-fun guard_eq_int.passes ((a W) (b W)) Bool (= a b))
(define-fun guard_eq_ref.passes ((a W) (b W)) Bool (= a b))
(define-fun guard_eq_word.passes ((a W) (b W)) Bool (= a b))
(define-fun guard_bounds.passes ((a W) (b W)) Bool (bvult a b))
(define-fun int_add_checked ((a W) (b W)) W (bvadd a b))
(define-fun int_sub_checked ((a W) (b W)) W (bvsub a b))
(define-fun int_mul_checked ((a W) (b W)) W (bvmul a b))
(define-fun int_add_checked.passes ((a W) (b W)) Bool (not (int_add_overflows a b)))
(define-fun int_sub_checked.passes ((a W) (b W)) Bool (not (int_sub_overflows a b)))
(define-fun int_mul_checked.passes ((a W) (b W)) Bool (not (int_mul_overflows a b)))
