//! The `exam-server` command.

fn main() -> std::process::ExitCode {
    exam_server::cli::run()
}
