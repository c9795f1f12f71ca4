//! What the engine counts.

use std::fmt;
use std::time::Duration;
use uplift_record::AbortCounts;

/// Counts since the engine was made.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Root traces compiled.
    pub traces: u64,
    /// Side traces attached.
    pub side_traces: u64,
    /// Emissions of trees, re-emissions included.
    pub emissions: u64,
    /// Recordings given up, by reason.
    pub aborts: AbortCounts,
    /// Entries into compiled trees.
    pub entries: u64,
    /// Uops recorded.
    pub uops_recorded: u64,
    /// Uops left after optimisation, over all emissions.
    pub uops_emitted: u64,
    /// Time in the optimizer.
    pub optimize_time: Duration,
    /// Time in the backend.
    pub compile_time: Duration,
    /// Longest time the host waited for one compilation.
    pub longest_pause: Duration,
    /// Machine code alive, in bytes.
    pub code_bytes: usize,
    /// Snapshots of the trees alive: one for each guard and jump of their code.
    pub snapshots: usize,
    /// Memory that those snapshots take, packed, in bytes.
    pub snapshot_bytes: usize,
    /// Memory that exits take beside their snapshots: counts, and frames unpacked, of those that were taken.
    pub exit_bytes: usize,
    /// Trees invalidated.
    pub invalidated: u64,
    /// Trees evicted.
    pub evicted: u64,
    /// The guards that were left through most: (tree, guard number and phase, exits).
    pub hottest_exits: Vec<(String, String, u64)>,
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "traces            {:>12}", self.traces)?;
        writeln!(f, "side traces       {:>12}", self.side_traces)?;
        writeln!(f, "emissions         {:>12}", self.emissions)?;
        writeln!(f, "entries           {:>12}", self.entries)?;
        writeln!(f, "uops recorded     {:>12}", self.uops_recorded)?;
        writeln!(f, "uops emitted      {:>12}", self.uops_emitted)?;
        writeln!(f, "optimize time     {:>12.3} ms", self.optimize_time.as_secs_f64() * 1e3)?;
        writeln!(f, "compile time      {:>12.3} ms", self.compile_time.as_secs_f64() * 1e3)?;
        writeln!(f, "longest pause     {:>12.3} ms", self.longest_pause.as_secs_f64() * 1e3)?;
        writeln!(f, "code bytes        {:>12}", self.code_bytes)?;
        let each = self.snapshot_bytes as f64 / self.snapshots.max(1) as f64;
        writeln!(f, "snapshot bytes    {:>12} ({each:.1} a guard)", self.snapshot_bytes)?;
        writeln!(f, "exit bytes        {:>12}", self.exit_bytes)?;
        writeln!(f, "trees invalidated {:>12}", self.invalidated)?;
        writeln!(f, "trees evicted     {:>12}", self.evicted)?;
        for (reason, count) in self.aborts.iter() {
            writeln!(f, "aborts: {:<28} {count:>8}", reason.text())?;
        }
        for (tree, guard, count) in &self.hottest_exits {
            writeln!(f, "exits: {tree} {guard} {count:>8}")?;
        }
        Ok(())
    }
}
