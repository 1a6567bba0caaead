//! `exam-server image ..`: the runner's commands for lab images, for who has only this program in mind.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use clap::Subcommand;

use crate::cli::fail;
use crate::lab::runner_process::{RunnerProcessError, program};

#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Build a lab image, unless the same declaration is built already
    Build {
        /// A name that the runner knows, or the path of a declaration
        image: OsString,
        /// Where images are kept [default: /var/lib/assay/images]
        #[arg(long)]
        images: Option<OsString>,
    },
    /// Take a lab image from a root file system in a tar archive, or from an OCI layout
    Import {
        /// How tasks will call it
        name: OsString,
        /// The archive, or the directory of the layout
        from: OsString,
        /// Where images are kept [default: /var/lib/assay/images]
        #[arg(long)]
        images: Option<OsString>,
    },
    /// Remove lab images that no task means any more
    Prune {
        /// A runner's data directory: images of labs that were graded there are kept
        #[arg(long = "data")]
        data: Vec<OsString>,
        /// Where images are kept [default: /var/lib/assay/images]
        #[arg(long)]
        images: Option<OsString>,
    },
    /// List built lab images
    List {
        /// Where images are kept [default: /var/lib/assay/images]
        #[arg(long)]
        images: Option<OsString>,
    },
}

/// Runs an image command: becomes the runner's program with the same arguments.
pub fn run(command: ImageCommand) -> ExitCode {
    let program = match program() {
        Ok(program) => program,
        Err(error) => return fail(&error),
    };
    let mut runner = Command::new(&program);
    runner.arg("image");
    let images = match command {
        ImageCommand::Build { image, images } => {
            runner.arg("build").arg(image);
            images
        }
        ImageCommand::Import { name, from, images } => {
            runner.arg("import").arg(name).arg(from);
            images
        }
        ImageCommand::Prune { data, images } => {
            runner.arg("prune");
            for data in data {
                runner.arg("--data").arg(data);
            }
            images
        }
        ImageCommand::List { images } => {
            runner.arg("list");
            images
        }
    };
    if let Some(images) = images {
        runner.arg("--images").arg(images);
    }
    // It only comes back when it did not work.
    let source = runner.exec();
    fail(&RunnerProcessError::Start { program, source })
}
