//! Logs: ids, kinds, durations. Never what a person wrote: the types that hold words print lengths.

use tracing_subscriber::EnvFilter;

use crate::config::LogSettings;

/// `DECLIC_LOG` sets the levels, e.g. `declic=debug`. Libraries are kept at warnings: some print message bodies below.
pub fn start(settings: LogSettings) {
    let filter = EnvFilter::try_from_env("DECLIC_LOG").unwrap_or_else(|_| EnvFilter::new("warn,declic=info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    if settings.json { builder.json().init() } else { builder.init() }
}
