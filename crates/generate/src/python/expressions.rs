//! Expressions: constants, arithmetic, texts, and calls.

use super::{Generator, Kind, NAMES};

const INTS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "7",
    "10",
    "-13",
    "255",
    "2 ** 31",
    "-2 ** 31 - 1",
    "2 ** 47 - 3",
    "2 ** 47",
    "-2 ** 47 + 2",
    "-2 ** 47",
    "2 ** 53 + 1",
    "2 ** 62",
    "2 ** 63 - 5",
    "2 ** 63 - 1",
    "-2 ** 63",
    "2 ** 63",
    "2 ** 64 + 7",
];
const FLOATS: &[&str] =
    &["0.0", "1.0", "0.5", "-2.5", "1e10", "3.0", "-0.0", "0.1", "1e-5", "2.0 ** 53", "5e-324", "NAN", "INF"];
const TEXTS: &[&str] = &["''", "'a'", "'text'", "'é'", "'12'"];
const OTHERS: &[&str] = &["None", "True", "False", "[1, 2.5]", "Thing(1, 2)", "Slotted(1, 2)", "(1, 2)"];

impl Generator<'_, '_> {
    pub(super) fn constant(&mut self, kind: Kind) -> String {
        let texts = match kind {
            Kind::Int => INTS,
            Kind::Float => FLOATS,
            Kind::Text => TEXTS,
            Kind::Any => match self.below(16) {
                0..=7 => INTS,
                8..=13 => FLOATS,
                14 => TEXTS,
                _ => OTHERS,
            },
        };
        self.pick(texts).to_owned()
    }

    /// An expression that mostly gives `kind`; functions below `callable` may be called in it.
    pub(super) fn expression(&mut self, kind: Kind, depth: usize, callable: usize) -> String {
        if depth == 0 || self.chance(15) {
            return if self.chance(70) { self.pick(NAMES).to_owned() } else { self.constant(kind) };
        }
        let kind = match kind {
            Kind::Any => self.pick(&[
                Kind::Int,
                Kind::Int,
                Kind::Int,
                Kind::Float,
                Kind::Float,
                Kind::Float,
                Kind::Text,
            ]),
            kind => kind,
        };
        if self.chance(18) {
            return self.call(depth, callable);
        }
        let left = self.expression(kind, depth - 1, callable);
        let right = self.expression(kind, depth - 1, callable);
        let small = 1 + self.below(9);
        match kind {
            Kind::Int => self.integer(&left, &right, small),
            Kind::Float => self.float(&left, &right, small),
            Kind::Text | Kind::Any => self.text(&left, &right, small),
        }
    }

    fn integer(&mut self, left: &str, right: &str, small: usize) -> String {
        match self.below(16) {
            0..=2 if self.plain => format!("({left} + {small})"),
            0..=2 => format!("({left} + {right})"),
            3 | 4 => format!("({left} - {right})"),
            5 if self.plain => format!("({left} ^ {small})"),
            5 => format!("trim({left} * {})", self.pick(&["3", "-7", "2 ** 20", left])),
            6 => format!("({left} // {right})"),
            7 => format!("({left} % {small})"),
            8 => format!("({left} >> {small})"),
            9 => format!("(({left} & 65535) << {small})"),
            10 => format!("({left} & {right})"),
            11 => format!("(-{left})"),
            12 => format!("abs({left})"),
            13 => format!("(~{left} if {left} == {right} else {right})"),
            14 => format!("({left} & 0xFFFFFFFFFFFFFFFF ^ {right})"),
            _ => format!("({left} if {right} else {small})"),
        }
    }

    fn float(&mut self, left: &str, right: &str, small: usize) -> String {
        match self.below(12) {
            0..=2 if self.plain => format!("({left} + 0.25)"),
            0..=2 => format!("({left} + {right})"),
            3 => format!("({left} * 0.75)"),
            4 => format!("({left} / {right})"),
            5 => format!("({left} - {right} * 0.5)"),
            6 => format!("({left} % {small})"),
            7 => format!("({left} // 0.5)"),
            8 => format!("(abs({left}) ** 0.5)"),
            9 => format!("max({left}, {right})"),
            10 => format!("({left} * -0.0)"),
            _ => format!("float({left})"),
        }
    }

    fn text(&mut self, left: &str, right: &str, small: usize) -> String {
        match self.below(8) {
            0 => format!("(str({left}) + str({right}))[:20]"),
            1 => format!("f'{{{}}}-{small}'", self.pick(NAMES)),
            2 => format!("len(str({left}))"),
            3 => format!("('%s' % ({left},))[-{small}:]"),
            4 => format!("str({left}).replace('1', 'xy').upper()"),
            5 => format!("'abcdef'[{small} % 6]"),
            6 => format!("sum(ord(ch) for ch in str({left})[:5])"),
            _ => format!("(str({left}) < str({right}))"),
        }
    }

    pub(super) fn call(&mut self, depth: usize, callable: usize) -> String {
        let first = self.expression(Kind::Any, depth - 1, callable);
        let second = self.expression(Kind::Any, depth - 1, callable);
        if callable > 0 && self.chance(50) {
            let f = self.below(callable);
            return match self.below(5) {
                0 => format!("f{f}({first}, {second}, d={second})"),
                1 => format!("f{f}(b={first}, a={second})"),
                2 => format!("f{f}(*[{first}, {second}])"),
                3 => format!("f{f}(**{{'a': {first}, 'b': {second}}})"),
                _ => format!("f{f}({first}, {second})"),
            };
        }
        let few = self.below(9);
        match self.below(26) {
            0 => format!("int({first})"),
            1 => format!("min({first}, {second})"),
            2 => format!("round({first}, 1)"),
            3 => format!("math.floor({first})"),
            4 => format!("(lambda p, q=2: (p, q))({first})[{}]", few % 2),
            5 => format!("sum([w * 2 for w in range({few})])"),
            6 => format!("divmod({first}, {second})[{}]", few % 2),
            7 => format!("bool({first})"),
            8 => format!("Thing({first}, {second}).y"),
            9 => format!("sum(w * {first} for w in careful({few}))"),
            10 => "(values[:] is values[:])".to_owned(),
            11 => format!("len([w for w in paired({few}) if w != {first}])"),
            12 => format!("any(w == {first} for w in values)"),
            13 => format!("next(iter(values[{few}:]), {first})"),
            14 => format!("len({{w for w in (1, 2.5, {second})}})"),
            15 => format!("(({first} * 1103515245 + 12345 & 0x7FFFFFFF) if isinstance({first}, int) else 3)"),
            16 => format!("is_even({few})"),
            17 => format!("deep({}, {first})", [1, 5, 40, 200, 8, 3, 2, 6, 60][few]),
            18 => format!("leaves(tree({}))", few % 6),
            19 => format!("Slotted({first}, {second}).q"),
            20 => format!("(Slotted({first}, 1) == {second})"),
            21 => format!("things[{}].half", few % 4),
            22 => format!("math.copysign(1, {first})"),
            23 => format!("({first}).__class__.__name__"),
            24 => format!("isinstance({first}, (Other, int))"),
            _ => format!("[{first}, {second}][{}]", self.pick(&["0", "1", "-1"])),
        }
    }
}
