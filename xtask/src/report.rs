//! What `cargo xtask bench` prints: two tables of ratios to CPython, and how the figures stand to the targets.

use crate::bench::{CPYTHON, Cell, JIT_OFF, JIT_ON, Results, Row};
use comfy_table::{CellAlignment, Table, presets};

/// Programs whose steady state should be at least ten times CPython's.
const TENFOLD: &[&str] = &[
    "nbody",
    "spectral_norm",
    "float",
    "scimark_sor",
    "scimark_fft",
    "scimark_lu",
    "scimark_monte_carlo",
    "scimark_sparse_mat_mult",
];

/// One of the two things that are timed.
type Figure = fn(&Cell) -> Option<f64>;

pub fn print(results: &Results) {
    println!("{}, {}", results.date, results.machine);
    if let Some(version) = &results.pyperformance {
        println!(
            "pyperformance {version}; {} processes of {} rounds each\n",
            results.rounds, results.inner_rounds
        );
        println!("Steady state, times faster than CPython:");
        println!("{}\n", ratios(results, |cell| cell.steady, "s a round"));
    }
    println!("Whole process, times faster than CPython:");
    println!("{}\n", ratios(results, |cell| cell.wall, "s"));
    println!("Peak memory in MiB:");
    println!("{}", memory(results));
    targets(results);
}

/// How many times faster than CPython a program runs.
pub fn ratio(row: &Row, subject: usize, figure: Figure) -> Option<f64> {
    Some(figure(&row.cells[CPYTHON])? / figure(&row.cells[subject])?)
}

/// The geometric mean of the rows that have a figure.
pub fn geometric_mean(rows: &[&Row], subject: usize, figure: Figure) -> Option<f64> {
    let logarithms: Vec<f64> =
        rows.iter().filter_map(|row| ratio(row, subject, figure)).map(f64::ln).collect();
    let count = logarithms.len() as f64;
    (count > 0.0).then(|| (logarithms.iter().sum::<f64>() / count).exp())
}

fn table(results: &Results, unit: &str) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let mut header = vec!["program".to_owned()];
    for (i, subject) in results.subjects.iter().enumerate() {
        let label = if i == CPYTHON && !unit.is_empty() {
            format!("{}, {unit}", subject.label)
        } else {
            subject.label.clone()
        };
        header.push(label);
    }
    table.set_header(header);
    table
}

/// Numbers line up on their right.
fn align(table: &mut Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn ratios(results: &Results, figure: Figure, unit: &str) -> Table {
    let mut table = table(results, unit);
    let rows: Vec<&Row> = results.rows.iter().filter(|row| figure(&row.cells[CPYTHON]).is_some()).collect();
    let shown = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.2}"));
    for row in &rows {
        let seconds = figure(&row.cells[CPYTHON]).map_or("-".into(), |s| format!("{s:.4}"));
        let mut cells = vec![row.name.clone(), seconds];
        cells.extend((1..row.cells.len()).map(|subject| shown(ratio(row, subject, figure))));
        table.add_row(cells);
    }
    for (name, ours) in [("geometric mean, pyperformance", false), ("geometric mean, tests/python", true)] {
        let group: Vec<&Row> = rows.iter().copied().filter(|row| row.pyperformance != ours).collect();
        if group.len() > 1 {
            let mut cells = vec![format!("{name} ({})", group.len()), String::new()];
            cells.extend((1..results.subjects.len()).map(|s| shown(geometric_mean(&group, s, figure))));
            table.add_row(cells);
        }
    }
    align(&mut table);
    table
}

fn memory(results: &Results) -> Table {
    let mut table = table(results, "");
    for row in &results.rows {
        let mut cells = vec![row.name.clone()];
        let mebibytes =
            |cell: &Cell| cell.peak_rss.map_or("-".into(), |b| format!("{:.0}", b as f64 / 1048576.0));
        cells.extend(row.cells.iter().map(mebibytes));
        table.add_row(cells);
    }
    align(&mut table);
    table
}

/// The figures that the project holds itself to, each with what was measured.
fn targets(results: &Results) {
    let suite: Vec<&Row> = results.rows.iter().filter(|row| row.pyperformance).collect();
    if suite.is_empty() {
        return;
    }
    let steady: Figure = |cell| cell.steady;
    let line = |met: bool, text: String| println!("{} {text}", if met { "met   " } else { "missed" });
    println!("\nTargets of the steady state:");
    let mean = geometric_mean(&suite, JIT_ON, steady).unwrap_or(0.0);
    line(mean >= 6.0, format!("geometric mean with the JIT at least 6 times CPython: {mean:.2}"));
    let own = geometric_mean(&suite, JIT_OFF, steady).unwrap_or(0.0);
    line(own >= 1.0, format!("geometric mean of our interpreter at least CPython's: {own:.2}"));
    for row in suite.iter().filter(|row| TENFOLD.contains(&row.name.as_str())) {
        let ratio = ratio(row, JIT_ON, steady).unwrap_or(0.0);
        line(ratio >= 10.0, format!("{} at least 10 times CPython: {ratio:.2}", row.name));
    }
    for row in &suite {
        let against =
            steady(&row.cells[JIT_OFF]).zip(steady(&row.cells[JIT_ON])).map_or(0.0, |(off, on)| off / on);
        if against < 0.95 {
            line(false, format!("{} at least 0.95 of our own interpreter: {against:.2}", row.name));
        }
    }
}

/// Processor, cores and kernel.
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("?", |(_, m)| m);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores, Linux {}", read("/proc/sys/kernel/osrelease").trim())
}

/// The date in UTC, as 2026-11-21.
pub fn today() -> String {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let (year, month, day) = civil(elapsed.as_secs() / 86400);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Year, month and day of a count of days since 1970 (Howard Hinnant's civil_from_days).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_become_dates() {
        assert_eq!(super::civil(0), (1970, 1, 1));
        assert_eq!(super::civil(19_782), (2024, 2, 29));
        assert_eq!(super::civil(20_778), (2026, 11, 21));
    }
}
