//! `--log`: the engine's events on stderr.

use crate::options::LogFormat;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::uptime;

/// Starts printing the events that `filter` lets through; without a filter nothing is installed, and events cost nothing.
pub fn start(filter: Option<&str>, format: LogFormat) -> Result<(), String> {
    let Some(filter) = filter.filter(|text| !text.is_empty()) else { return Ok(()) };
    let filter = EnvFilter::try_new(filter).map_err(|e| format!("--log {filter}: {e}"))?;
    let printer =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_timer(uptime());
    let installed = match format {
        LogFormat::Human => {
            printer.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init()
        }
        LogFormat::Json => printer.json().flatten_event(true).try_init(),
    };
    installed.map_err(|e| format!("--log: {e}"))
}
