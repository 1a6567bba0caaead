//! Runs live tasks for the exam server: lab images, sandboxes, terminals, checks.

use std::fs::{File, Permissions};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use nix::fcntl::{Flock, FlockArg};

mod doctor;
mod grading;
mod hex;
mod image;
mod lab;
mod probe;
mod recording;
mod sandbox;
mod serve;
mod sys;
mod terminal;

use image::{Declaration, IMAGES_DIR, ImageStore};
use sandbox::Oci;

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
    /// Serve labs on a Unix socket until SIGTERM.
    Serve {
        /// Where to listen.
        #[arg(long)]
        socket: PathBuf,
        /// Where everything but images is kept; one runner per directory.
        #[arg(long)]
        data: PathBuf,
        /// How many labs there may be at once.
        #[arg(long, default_value_t = 128)]
        labs_max: u32,
        /// How many hosts of each kind that was asked for lately wait ready, at the cost of their
        /// memory (a few MiB each).
        #[arg(long, default_value_t = 1)]
        warm: u32,
        /// For how many days snapshots, recordings and reports are kept.
        #[arg(long, default_value_t = 400)]
        keep_days: u64,
        /// How often the files of labs that are worked in are kept as checkpoints, in seconds; 0
        /// for never.
        #[arg(long, default_value_t = 300)]
        checkpoint_seconds: u64,
        /// Leave the labs running on SIGTERM; the next runner removes them.
        #[arg(long)]
        keep_labs: bool,
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
    /// Take an image from a root file system in a tar archive, or from an OCI layout.
    Import {
        /// How tasks will call it.
        name: String,
        /// The archive, or the directory of the layout.
        from: PathBuf,
        #[command(flatten)]
        images: Images,
    },
    /// Remove images that no task means any more.
    Prune {
        /// A runner's data directory: images of labs that were graded there are kept, so that they
        /// can be graded again. Can be given several times.
        #[arg(long = "data")]
        data: Vec<PathBuf>,
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
        Command::Serve {
            socket,
            data,
            labs_max,
            warm,
            keep_days,
            checkpoint_seconds,
            keep_labs,
            images,
        } => {
            tracing_subscriber::fmt()
                .with_env_filter(
                    tracing_subscriber::EnvFilter::try_from_default_env()
                        .unwrap_or_else(|_| "info".into()),
                )
                .with_writer(std::io::stderr)
                .init();
            let images = images.store();
            let _lock = take_data_dir(&data)?;
            let oci = open_sandboxes(&data, &images);
            serve::serve(
                serve::Options {
                    socket,
                    data,
                    images,
                    labs_max,
                    warm,
                    keep: std::time::Duration::from_secs(keep_days * 24 * 60 * 60),
                    checkpoint_interval: std::time::Duration::from_secs(checkpoint_seconds),
                    keeps_labs: keep_labs,
                },
                oci,
            )?;
            Ok(ExitCode::SUCCESS)
        }
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
        Command::Image(ImageCommand::Import { name, from, images }) => {
            let image = image::import(&images.store(), &name, &from, image::IMAGE_BYTES_MAX)?;
            println!("{} {}: {}", image.name, image.digest, image.root.display());
            Ok(ExitCode::SUCCESS)
        }
        Command::Image(ImageCommand::Prune { data, images }) => {
            let mut needed = std::collections::BTreeSet::new();
            for data in data {
                needed.extend(grading::images_of_gradings(&data)?);
            }
            for image in images.store().prune(&needed)? {
                println!("removed {} {}", image.name, image.digest);
            }
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

/// Makes the data directory, for its owner only as it holds what candidates did, and keeps other
/// runners out of it for as long as the result lives.
fn take_data_dir(data: &Path) -> Result<Flock<File>, String> {
    use std::os::unix::fs::PermissionsExt as _;
    let lock = data.join("lock");
    let file = std::fs::create_dir_all(data)
        .and_then(|()| std::fs::set_permissions(data, Permissions::from_mode(0o700)))
        .and_then(|()| File::create(&lock))
        .map_err(|error| format!("{}: {error}", data.display()))?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, error)| match error {
        nix::errno::Errno::EWOULDBLOCK => format!("another runner uses {}", data.display()),
        error => format!("{}: {error}", lock.display()),
    })
}

/// The driver for this machine, or why there is none.
fn open_sandboxes(data: &Path, images: &ImageStore) -> Result<Oci, String> {
    own_mounts().map_err(|error| format!("cannot mount ({error}); the runner must be root"))?;
    sys::adopt_orphans().map_err(|error| error.to_string())?;
    Oci::open(data, images.clone()).map_err(|error| error.to_string())
}

fn run_doctor(json: bool, images: &ImageStore) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let data = tempfile::tempdir()?;
    let oci = open_sandboxes(data.path(), images);
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
