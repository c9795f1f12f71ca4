//! Range functions in SMT-LIB: the optimizer's own code, run on terms.
//!
//! The functions of [`uplift_opt::ranges`] compute with any [`Number`]. Here it is a [`Symbol`], a term of the solver's; where
//! the code compares two of them it is run for both outcomes, so that one function becomes a list of [`Path`]s, each with
//! its conditions and its result. Nothing of the code is written a second time.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::ops::{BitOr, Not, Shr};
use uplift_opt::ranges::{Number, Range};

/// Symbols as bit-vectors of 64 bits.
pub const AS_WORDS: &str = "
(define-sort N () W)
(define-fun in_64 ((a W)) Bool true)
(define-fun n.int ((a Int)) W ((_ int2bv 64) a))
(define-fun n.eq ((a W) (b W)) Bool (= a b))
(define-fun n.lt ((a W) (b W)) Bool (bvslt a b))
(define-fun n.le ((a W) (b W)) Bool (bvsle a b))
(define-fun n.not ((a W)) W (bvnot a))
(define-fun n.or ((a W) (b W)) W (bvor a b))
(define-fun n.shr ((a W) (b W)) W (bvashr a b))
(define-fun n.ushr ((a W) (b W)) W (bvlshr a b))
(define-fun n.add ((a W) (b W)) W (bvadd a b))
(define-fun n.sub ((a W) (b W)) W (bvsub a b))
(define-fun n.mul ((a W) (b W)) W (bvmul a b))
(define-fun n.add.fits ((a W) (b W)) Bool (not (int_add_overflows a b)))
(define-fun n.sub.fits ((a W) (b W)) Bool (not (int_sub_overflows a b)))
(define-fun n.mul.fits ((a W) (b W)) Bool (not (int_mul_overflows a b)))
(define-fun n.limit ((b W)) W (ite (negative b) #x8000000000000000 #x7fffffffffffffff))
(define-fun n.add.clamp ((a W) (b W)) W (ite (int_add_overflows a b) (n.limit b) (bvadd a b)))
(define-fun n.sub.clamp ((a W) (b W)) W (ite (int_sub_overflows a b) (n.limit (bvnot b)) (bvsub a b)))
(define-fun n.min ((a W) (b W)) W (ite (bvsle a b) a b))
(define-fun n.max ((a W) (b W)) W (ite (bvsle a b) b a))
";

/// Symbols as unbounded integers, for uops of arithmetic: solvers do sums and products of these at once. `wrapped`, of which
/// nothing is known, says what becomes of a result that does not fit 64 bits; `product` has the properties that [`PRODUCTS`] states.
pub const AS_INTEGERS: &str = "
(define-sort N () Int)
(declare-fun product (Int Int) Int)
(define-fun in_64 ((a Int)) Bool (and (<= (- 9223372036854775808) a) (<= a 9223372036854775807)))
(define-fun n.int ((a Int)) Int a)
(define-fun n.eq ((a Int) (b Int)) Bool (= a b))
(define-fun n.lt ((a Int) (b Int)) Bool (< a b))
(define-fun n.le ((a Int) (b Int)) Bool (<= a b))
(define-fun n.add ((a Int) (b Int)) Int (+ a b))
(define-fun n.sub ((a Int) (b Int)) Int (- a b))
(define-fun n.mul ((a Int) (b Int)) Int (product a b))
(define-fun n.add.fits ((a Int) (b Int)) Bool (in_64 (+ a b)))
(define-fun n.sub.fits ((a Int) (b Int)) Bool (in_64 (- a b)))
(define-fun n.mul.fits ((a Int) (b Int)) Bool (in_64 (product a b)))
(define-fun n.min ((a Int) (b Int)) Int (ite (<= a b) a b))
(define-fun n.max ((a Int) (b Int)) Int (ite (<= a b) b a))
(define-fun clamp ((a Int)) Int (n.max (- 9223372036854775808) (n.min 9223372036854775807 a)))
(define-fun n.add.clamp ((a Int) (b Int)) Int (clamp (+ a b)))
(define-fun n.sub.clamp ((a Int) (b Int)) Int (clamp (- a b)))
(declare-fun wrapped (Int) Int)
(define-fun wrap ((a Int)) Int (ite (in_64 a) a (clamp (wrapped a))))
(define-fun int_neg ((a Int)) Int (wrap (- a)))
(define-fun int_add ((a Int) (b Int)) Int (wrap (+ a b)))
(define-fun int_sub ((a Int) (b Int)) Int (wrap (- a b)))
(define-fun int_mul ((a Int) (b Int)) Int (wrap (product a b)))
(define-fun over ((a Int) (b Int)) Int (ite (> b 0) (div a b) (div (- a) (- b))))
(define-fun rest ((a Int) (b Int)) Int (ite (> b 0) (mod a b) (- (mod (- a) (- b)))))
(define-fun int_div_floor ((a Int) (b Int)) Int (ite (= b 0) 0 (wrap (over a b))))
(define-fun int_mod_floor ((a Int) (b Int)) Int (ite (= b 0) a (rest a b)))
(define-fun int_div_trunc ((a Int) (b Int)) Int (ite (= b 0) 0 (wrap (ite (= (< a 0) (< b 0)) (div (abs a) (abs b)) (- (div (abs a) (abs b)))))))
(define-fun int_rem_trunc ((a Int) (b Int)) Int (ite (= b 0) a (ite (< a 0) (- (mod (- a) (abs b))) (mod a (abs b)))))
(define-fun int_add_overflows ((a Int) (b Int)) Bool (not (in_64 (+ a b))))
(define-fun int_sub_overflows ((a Int) (b Int)) Bool (not (in_64 (- a b))))
(define-fun int_mul_overflows ((a Int) (b Int)) Bool (not (in_64 (product a b))))
(define-fun int_add_checked ((a Int) (b Int)) Int (+ a b))
(define-fun int_sub_checked ((a Int) (b Int)) Int (- a b))
(define-fun int_mul_checked ((a Int) (b Int)) Int (product a b))
(define-fun int_add_checked.passes ((a Int) (b Int)) Bool (in_64 (+ a b)))
(define-fun int_sub_checked.passes ((a Int) (b Int)) Bool (in_64 (- a b)))
(define-fun int_mul_checked.passes ((a Int) (b Int)) Bool (in_64 (product a b)))
";

/// What is known of products: they grow with one factor if the other one is positive. True of multiplication, which the
/// solver proves too; but not of its own accord where it is needed, in the last lines.
pub const PRODUCTS: &str = "
(define-fun grows ((k Int) (a Int) (b Int)) Bool
  (=> (<= a b) (ite (<= 0 k) (<= (product k a) (product k b)) (<= (product k b) (product k a)))))
(define-fun commutes ((a Int) (b Int)) Bool (= (product a b) (product b a)))
(define-fun is_zero ((k Int)) Bool (= (product k 0) 0))
";

/// Instances of these properties for `x` and `y` in their ranges.
pub const PRODUCTS_IN_RANGES: &str = "
(assert (and (grows y a.lo x) (grows y x a.hi) (grows a.lo b.lo y) (grows a.lo y b.hi) (grows a.hi b.lo y) (grows a.hi y b.hi)))
(assert (and (commutes a.lo y) (commutes a.hi y) (commutes x y) (grows x 0 y) (is_zero x)))
";

/// A number that the solver knows, by its place in the run's list of terms.
#[derive(Clone, Copy, Debug)]
pub struct Symbol(usize);

/// One way through a function.
#[derive(Clone, Debug)]
pub struct Path<T> {
    /// What the comparisons came to, as terms that are true.
    pub conditions: Vec<String>,
    /// What the function returned.
    pub result: T,
}

/// A run: its terms, the outcomes that it is told, and the comparisons that it made.
#[derive(Default)]
struct Run {
    terms: Vec<String>,
    told: Vec<bool>,
    made: Vec<(String, bool)>,
}

thread_local! {
    static RUN: RefCell<Run> = RefCell::default();
}

/// All ways through a function of two ranges, whose bounds are called `a.lo`, `a.hi`, `b.lo`, `b.hi`.
pub fn paths<T>(function: impl Fn(Range<Symbol>, Range<Symbol>) -> T) -> Vec<Path<T>> {
    let mut paths = Vec::new();
    let mut told = Vec::new();
    loop {
        RUN.set(Run { told, ..Run::default() });
        let [a, b] =
            ["a", "b"].map(|name| (Symbol::new(format!("{name}.lo")), Symbol::new(format!("{name}.hi"))));
        let result = function(a, b);
        let made = RUN.with_borrow_mut(|run| std::mem::take(&mut run.made));
        // Next, the last comparison that came out true comes out false.
        told = made.iter().map(|(_, outcome)| *outcome).collect();
        let conditions =
            made.into_iter().map(|(term, outcome)| if outcome { term } else { format!("(not {term})") });
        paths.push(Path { conditions: conditions.collect(), result });
        while told.last() == Some(&false) {
            told.pop();
        }
        match told.last_mut() {
            Some(last) => *last = false,
            None => return paths,
        }
    }
}

impl Symbol {
    fn new(term: String) -> Symbol {
        RUN.with_borrow_mut(|run| {
            run.terms.push(term);
            Symbol(run.terms.len() - 1)
        })
    }

    /// The term, in the run that made it.
    pub fn term(self) -> String {
        RUN.with_borrow(|run| run.terms[self.0].clone())
    }

    fn apply(self, name: &str, other: Symbol) -> Symbol {
        Symbol::new(self.application(name, other))
    }

    fn application(self, name: &str, other: Symbol) -> String {
        format!("(n.{name} {} {})", self.term(), other.term())
    }

    /// A comparison: whichever outcome this run is about.
    fn decide(self, name: &str, other: Symbol) -> bool {
        let term = self.application(name, other);
        RUN.with_borrow_mut(|run| {
            let outcome = run.told.get(run.made.len()).copied().unwrap_or(true);
            run.made.push((term, outcome));
            outcome
        })
    }

    fn checked(self, name: &str, other: Symbol) -> Option<Symbol> {
        let fits = self.decide(&format!("{name}.fits"), other);
        fits.then(|| self.apply(name, other))
    }
}

impl From<i64> for Symbol {
    fn from(int: i64) -> Symbol {
        let sign = if int < 0 { "-" } else { "+" };
        Symbol::new(format!("(n.int ({sign} {}))", int.unsigned_abs()))
    }
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Symbol) -> bool {
        self.decide("eq", *other)
    }
}

impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Symbol) -> Option<Ordering> {
        Some(match () {
            () if self.decide("eq", *other) => Ordering::Equal,
            () if self.decide("lt", *other) => Ordering::Less,
            () => Ordering::Greater,
        })
    }
    fn lt(&self, other: &Symbol) -> bool {
        self.decide("lt", *other)
    }
    fn le(&self, other: &Symbol) -> bool {
        self.decide("le", *other)
    }
    fn gt(&self, other: &Symbol) -> bool {
        other.decide("lt", *self)
    }
    fn ge(&self, other: &Symbol) -> bool {
        other.decide("le", *self)
    }
}

impl Not for Symbol {
    type Output = Symbol;
    fn not(self) -> Symbol {
        Symbol::new(format!("(n.not {})", self.term()))
    }
}

impl BitOr for Symbol {
    type Output = Symbol;
    fn bitor(self, other: Symbol) -> Symbol {
        self.apply("or", other)
    }
}

impl Shr for Symbol {
    type Output = Symbol;
    fn shr(self, by: Symbol) -> Symbol {
        self.apply("shr", by)
    }
}

impl Number for Symbol {
    fn checked_add(self, other: Symbol) -> Option<Symbol> {
        self.checked("add", other)
    }
    fn checked_sub(self, other: Symbol) -> Option<Symbol> {
        self.checked("sub", other)
    }
    fn checked_mul(self, other: Symbol) -> Option<Symbol> {
        self.checked("mul", other)
    }
    fn saturating_add(self, other: Symbol) -> Symbol {
        self.apply("add.clamp", other)
    }
    fn saturating_sub(self, other: Symbol) -> Symbol {
        self.apply("sub.clamp", other)
    }
    fn min(self, other: Symbol) -> Symbol {
        self.apply("min", other)
    }
    fn max(self, other: Symbol) -> Symbol {
        self.apply("max", other)
    }
    fn ushr(self, by: Symbol) -> Symbol {
        self.apply("ushr", by)
    }
}
