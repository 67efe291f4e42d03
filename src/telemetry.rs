//! Logs: ids, kinds, durations. Never what a person wrote: the types that hold words print lengths.

use tracing_subscriber::EnvFilter;

use crate::config::LogSettings;

/// Libraries are kept at warnings: some print message bodies below, and two parts of the Matrix SDK quote what stands in a
/// field of the wrong type.
const LEVELS: &str = "warn,declic=info,matrix_sdk::http_client=off,matrix_sdk::event_handler=error,\
                      matrix_sdk_base::response_processors=error";

/// `DECLIC_LOG` sets the levels, e.g. `declic=debug`.
pub fn start(settings: LogSettings) {
    let filter = EnvFilter::try_from_env("DECLIC_LOG").unwrap_or_else(|_| EnvFilter::new(LEVELS));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    if settings.json { builder.json().init() } else { builder.init() }
}

/// A panic tells where it happened and nothing else: its message may quote what a person wrote.
pub fn silence_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if tracing::dispatcher::has_been_set() {
            tracing::error!(place, "internal error");
        } else {
            eprintln!("declic: internal error at {place}");
        }
    }));
}
