//! `time`.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::builtins::args::{self, DONE, given};
use crate::objects::{Args, Class, Gc, MethodDef, Module, Tuple};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("time", time, 0, 0),
    MethodDef::new("time_ns", time_ns, 0, 0),
    MethodDef::new("perf_counter", perf_counter, 0, 0),
    MethodDef::new("perf_counter_ns", perf_counter_ns, 0, 0),
    MethodDef::new("monotonic", perf_counter, 0, 0),
    MethodDef::new("monotonic_ns", perf_counter_ns, 0, 0),
    MethodDef::new("process_time", process_time, 0, 0),
    MethodDef::new("process_time_ns", process_time_ns, 0, 0),
    MethodDef::new("thread_time", process_time, 0, 0),
    MethodDef::new("sleep", sleep, 1, 1),
    MethodDef::new("gmtime", gmtime, 0, 1),
    MethodDef::new("localtime", gmtime, 0, 1),
    MethodDef::new("mktime", mktime, 1, 1),
    MethodDef::new("strftime", strftime, 1, 2),
    MethodDef::new("ctime", ctime, 0, 1),
    MethodDef::new("asctime", asctime, 0, 1),
];

/// The start of monotonic time.
struct Start(Instant);

impl Default for Start {
    fn default() -> Self {
        Start(Instant::now())
    }
}

/// Fills the module.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.state::<Start>();
    vm.add_functions(module.namespace, "time", FUNCTIONS);
    for name in ["timezone", "altzone", "daylight"] {
        vm.set_global(module.namespace, name, Word::int(0));
    }
    let utc = vm.new_str("UTC");
    let names = vm.new_tuple(&[utc, utc]);
    vm.set_global(module.namespace, "tzname", names);
    let class = struct_time_class(vm)?.word();
    vm.set_global(module.namespace, "struct_time", class);
    Ok(())
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn nanoseconds(vm: &mut Vm, duration: Duration) -> PyResult {
    Ok(vm.new_int(duration.as_nanos() as i64))
}

fn time(_: &mut Vm, _: &Args) -> PyResult {
    Ok(Word::float(since_epoch().as_secs_f64()))
}

fn time_ns(vm: &mut Vm, _: &Args) -> PyResult {
    nanoseconds(vm, since_epoch())
}

fn perf_counter(vm: &mut Vm, _: &Args) -> PyResult {
    Ok(Word::float(vm.state::<Start>().0.elapsed().as_secs_f64()))
}

fn perf_counter_ns(vm: &mut Vm, _: &Args) -> PyResult {
    let elapsed = vm.state::<Start>().0.elapsed();
    nanoseconds(vm, elapsed)
}

/// Processor time of the process; where the system cannot tell, the time since the start.
fn processor_time(vm: &mut Vm) -> Duration {
    super::platform::process_time().unwrap_or_else(|| vm.state::<Start>().0.elapsed())
}

fn process_time(vm: &mut Vm, _: &Args) -> PyResult {
    Ok(Word::float(processor_time(vm).as_secs_f64()))
}

fn process_time_ns(vm: &mut Vm, _: &Args) -> PyResult {
    let time = processor_time(vm);
    nanoseconds(vm, time)
}

fn sleep(vm: &mut Vm, a: &Args) -> PyResult {
    let seconds = vm.as_f64(a[0])?;
    if seconds < 0.0 {
        return Err(vm.value_error("sleep length must be non-negative"));
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) => std::thread::sleep(duration),
        Err(_) => return Err(vm.overflow_error("timestamp too large to convert to C _PyTime_t")),
    }
    DONE
}

/// A calendar date and time (UTC).
#[derive(Clone, Copy)]
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    /// Monday is 0.
    weekday: i64,
    /// From 1.
    yearday: i64,
}

const CUMULATIVE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days since 1970-01-01 of a date (after Hinnant's `days_from_civil`).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil(seconds: i64) -> Civil {
    let days = seconds.div_euclid(86_400);
    let rest = seconds.rem_euclid(86_400);
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Civil {
        year,
        month,
        day,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        weekday: (days + 3).rem_euclid(7),
        yearday: CUMULATIVE[(month - 1) as usize] + day + i64::from(month > 2 && is_leap(year)),
    }
}

fn fields(c: Civil) -> [i64; 9] {
    [c.year, c.month, c.day, c.hour, c.minute, c.second, c.weekday, c.yearday, 0]
}

/// The moment of an optional argument in seconds.
fn seconds_of(vm: &mut Vm, w: Word) -> PyResult<i64> {
    match given(w) {
        None => Ok(since_epoch().as_secs() as i64),
        Some(w) => Ok(vm.as_f64(w)?.floor() as i64),
    }
}

fn struct_time(vm: &mut Vm, c: Civil) -> PyResult {
    let class = struct_time_class(vm)?;
    let words = fields(c).map(Word::int);
    Ok(super::structseq::new_object(vm, class, &words))
}

/// The class `struct_time`.
#[derive(Default)]
struct StructTime(Option<Gc<Class>>);

fn struct_time_class(vm: &mut Vm) -> PyResult<Gc<Class>> {
    if let Some(class) = vm.state::<StructTime>().0 {
        return Ok(class);
    }
    let names =
        ["tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst"];
    let class = super::structseq::new_class(vm, "time", "struct_time", &names)?;
    vm.set_constructor(class, construct_struct_time, false);
    vm.state::<StructTime>().0 = Some(class);
    Ok(class)
}

fn construct_struct_time(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [fields] = args::bind(vm, a, "struct_time", ["sequence"], 1, 1)?;
    let items = vm.to_vec(fields)?;
    if items.len() < 9 {
        let given = items.len();
        return Err(vm.type_error(format!(
            "time.struct_time() takes an at least 9-sequence ({given}-sequence given)"
        )));
    }
    Ok(super::structseq::new_object(vm, class, &items[..9]))
}

fn gmtime(vm: &mut Vm, a: &Args) -> PyResult {
    let seconds = seconds_of(vm, a.or(0, UNDEF))?;
    struct_time(vm, civil(seconds))
}

/// A time tuple argument; now when absent.
fn civil_of(vm: &mut Vm, w: Word) -> PyResult<Civil> {
    if w == UNDEF {
        return Ok(civil(since_epoch().as_secs() as i64));
    }
    let Some(tuple) = w.cast::<Tuple>().filter(|t| t.count() >= 8) else {
        return Err(vm.type_error("Tuple or struct_time argument required"));
    };
    let mut values = [0; 8];
    for (value, &item) in values.iter_mut().zip(tuple.items()) {
        *value = vm.index(item)?;
    }
    let [year, month, day, hour, minute, second, weekday, yearday] = values;
    Ok(Civil {
        year,
        month: month.clamp(1, 12),
        day,
        hour,
        minute,
        second,
        weekday: weekday.rem_euclid(7),
        yearday,
    })
}

fn mktime(vm: &mut Vm, a: &Args) -> PyResult {
    let c = civil_of(vm, a[0])?;
    let days = days_from_civil(c.year, c.month, c.day);
    Ok(Word::float((days * 86_400 + c.hour * 3600 + c.minute * 60 + c.second) as f64))
}

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn format_time(c: Civil, format: &str) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    let (day, month) = (DAYS[c.weekday as usize], MONTHS[(c.month - 1) as usize]);
    while let Some(ch) = chars.next() {
        if ch != '%' {
            out.push(ch);
            continue;
        }
        let hour12 = if c.hour % 12 == 0 { 12 } else { c.hour % 12 };
        let piece = match chars.next() {
            Some('Y') => c.year.to_string(),
            Some('y') => format!("{:02}", c.year.rem_euclid(100)),
            Some('m') => format!("{:02}", c.month),
            Some('d') => format!("{:02}", c.day),
            Some('e') => format!("{:2}", c.day),
            Some('H') => format!("{:02}", c.hour),
            Some('I') => format!("{hour12:02}"),
            Some('M') => format!("{:02}", c.minute),
            Some('S') => format!("{:02}", c.second),
            Some('p') => if c.hour < 12 { "AM" } else { "PM" }.to_owned(),
            Some('A') => day.to_owned(),
            Some('a') => day[..3].to_owned(),
            Some('B') => month.to_owned(),
            Some('b' | 'h') => month[..3].to_owned(),
            Some('j') => format!("{:03}", c.yearday),
            Some('w') => ((c.weekday + 1) % 7).to_string(),
            Some('u') => (c.weekday + 1).to_string(),
            Some('Z') => "UTC".to_owned(),
            Some('z') => "+0000".to_owned(),
            Some('F') => format_time(c, "%Y-%m-%d"),
            Some('T' | 'X') => format_time(c, "%H:%M:%S"),
            Some('D' | 'x') => format_time(c, "%m/%d/%y"),
            Some('R') => format_time(c, "%H:%M"),
            Some('c') => format_time(c, "%a %b %e %H:%M:%S %Y"),
            Some('n') => "\n".to_owned(),
            Some('t') => "\t".to_owned(),
            Some('%') => "%".to_owned(),
            Some(other) => format!("%{other}"),
            None => "%".to_owned(),
        };
        out.push_str(&piece);
    }
    out
}

fn strftime(vm: &mut Vm, a: &Args) -> PyResult {
    let format = args::text(vm, a[0], "strftime() argument 1 must be str, not {}")?;
    let c = civil_of(vm, a.or(1, UNDEF))?;
    Ok(vm.new_string(format_time(c, format)))
}

fn asctime(vm: &mut Vm, a: &Args) -> PyResult {
    let c = civil_of(vm, a.or(0, UNDEF))?;
    Ok(vm.new_string(format_time(c, "%c")))
}

fn ctime(vm: &mut Vm, a: &Args) -> PyResult {
    let seconds = seconds_of(vm, a.or(0, UNDEF))?;
    Ok(vm.new_string(format_time(civil(seconds), "%c")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_round_trips() {
        let c = civil(1_700_000_000);
        assert_eq!(fields(c), [2023, 11, 14, 22, 13, 20, 1, 318, 0]);
        assert_eq!(days_from_civil(2023, 11, 14) * 86_400 + 80_000, 1_700_000_000);
        assert_eq!(format_time(c, "%c"), "Tue Nov 14 22:13:20 2023");
        assert_eq!(fields(civil(951_782_400))[..3], [2000, 2, 29]);
        assert_eq!(civil(-1).year, 1969);
    }
}
