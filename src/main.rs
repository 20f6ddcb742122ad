//! The command line in, an exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    gonogo::guard::install_hook();
    gonogo::cli::run()
}
