//! Runs live tasks for the exam server: lab images, sandboxes, terminals, checks.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

mod doctor;
mod grading;
mod image;
mod sandbox;
mod sys;

use image::{Declaration, IMAGES_DIR, ImageStore};

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Tell what works on this machine.
    Doctor {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        images: Images,
    },
    /// Build and list lab images.
    #[command(subcommand)]
    Image(ImageCommand),
}

#[derive(Subcommand)]
enum ImageCommand {
    /// Build an image, unless the same declaration is built already.
    Build {
        /// A name that the runner knows, or the path of a declaration.
        image: String,
        #[command(flatten)]
        images: Images,
    },
    /// List built images.
    List {
        #[command(flatten)]
        images: Images,
    },
}

#[derive(Args)]
struct Images {
    /// Where images are kept.
    #[arg(long = "images", env = "ASSAY_IMAGES", default_value = IMAGES_DIR)]
    dir: PathBuf,
}

impl Images {
    fn store(&self) -> ImageStore {
        ImageStore::new(self.dir.clone())
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("task-runner: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    sys::reserve_descriptors()?;
    match arguments.command {
        Command::Doctor { json, images } => run_doctor(json, &images.store()),
        Command::Image(ImageCommand::Build { image, images }) => {
            let (image, is_new) = image::build(&images.store(), &Declaration::named(&image)?)?;
            let state = if is_new { "built" } else { "already built" };
            println!(
                "{} {} {state}: {}",
                image.name,
                image.digest,
                image.root.display()
            );
            Ok(ExitCode::SUCCESS)
        }
        Command::Image(ImageCommand::List { images }) => {
            for image in images.store().views()? {
                let note = if image.is_current { " current" } else { "" };
                println!("{} {}{note}", image.name, image.digest);
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Gives this process and what it starts mounts of its own. Must come before there are threads.
fn own_mounts() -> Result<(), nix::Error> {
    use nix::mount::{MsFlags, mount};
    nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNS)?;
    let flags = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(None::<&str>, "/", None::<&str>, flags, None::<&str>)
}

fn run_doctor(json: bool, images: &ImageStore) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let data = tempfile::tempdir()?;
    let oci = own_mounts()
        .map_err(|error| format!("no own mount namespace: {error}"))
        .and_then(|()| {
            sandbox::Oci::open(data.path(), images.clone()).map_err(|error| error.to_string())
        });
    let checks = match &oci {
        Ok(oci) => doctor::checks(Some(oci)),
        Err(reason) => doctor::checks_without_sandbox(images, reason),
    };
    if json {
        println!("{}", serde_json::json!({ "checks": checks }));
    } else {
        for check in &checks {
            let mark = if check.ok { "ok  " } else { "FAIL" };
            println!("{mark} {:<16} {}", check.name, check.detail);
        }
    }
    let is_well = checks.iter().all(|check| check.ok);
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
