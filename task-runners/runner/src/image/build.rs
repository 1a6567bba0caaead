//! Builds an image with mmdebstrap into a directory beside its place, then renames it: a build that
//! is killed leaves nothing that looks like an image.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nix::fcntl::{Flock, FlockArg};

use super::{Declaration, Image, ImageStore};

/// The host's own package sources, so that its mirrors and proxies are respected.
const SOURCES: &[&str] = &[
    "/etc/apt/sources.list.d/debian.sources",
    "/etc/apt/sources.list",
];

/// How the names of unfinished images begin.
pub(super) const DRAFT: &str = ".draft-";

/// An image cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A directory or file cannot be made.
    #[error("{path}: {source}")]
    Files {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The host has no package sources.
    #[error("the host has no debian package sources ({tried})", tried = SOURCES.join(", "))]
    NoSources,
    /// A program cannot be started.
    #[error("{program} cannot be started ({source}); is it installed, and are you root?")]
    Start {
        /// Which.
        program: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A program failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which.
        program: &'static str,
        /// The last lines that it printed.
        output: String,
    },
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.to_owned();
    move |source| BuildError::Files { path, source }
}

/// Builds the image, or finds it built. Tells whether it was built just now.
///
/// # Errors
/// A step failed; nothing is left.
pub fn build(store: &ImageStore, declaration: &Declaration) -> Result<(Image, bool), BuildError> {
    if let Some(image) = store.find(declaration) {
        return Ok((image, false));
    }
    fs::create_dir_all(&store.dir).map_err(at(&store.dir))?;
    let lock = store.dir.join(".lock");
    let file = File::create(&lock).map_err(at(&lock))?;
    let _lock =
        Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, error)| at(&lock)(error.into()))?;
    // Somebody else may have built it while this one waited.
    if let Some(image) = store.find(declaration) {
        return Ok((image, false));
    }
    remove_drafts(&store.dir)?;
    let draft = tempfile::Builder::new()
        .prefix(DRAFT)
        .tempdir_in(&store.dir)
        .map_err(at(&store.dir))?;
    let root = draft.path().join("root");
    install(declaration, &root)?;
    write_files(declaration, &root)?;
    if !declaration.post_install.is_empty() {
        let mut command = Command::new("chroot");
        command
            .arg(&root)
            .args(["sh", "-ec", &declaration.post_install])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        run("chroot", &mut command)?;
    }
    let text = serde_json::to_vec_pretty(declaration).unwrap_or_default();
    let note = draft.path().join("declaration.json");
    fs::write(&note, text).map_err(at(&note))?;
    // Containers walk to the root file system with ids of their own.
    fs::set_permissions(draft.path(), fs::Permissions::from_mode(0o755)).map_err(at(&root))?;
    let place = store.place(declaration);
    fs::rename(draft.path(), &place).map_err(at(&place))?;
    // It has another name now; there is nothing to remove.
    let _ = draft.keep();
    let image = store.find(declaration).ok_or_else(|| BuildError::Files {
        path: place,
        source: io::ErrorKind::NotFound.into(),
    })?;
    Ok((image, true))
}

/// Removes what builds left that were killed. The lock is held, so none is going on.
fn remove_drafts(dir: &Path) -> Result<(), BuildError> {
    for entry in fs::read_dir(dir).map_err(at(dir))? {
        let path = entry.map_err(at(dir))?.path();
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(DRAFT))
        {
            fs::remove_dir_all(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}

fn install(declaration: &Declaration, root: &Path) -> Result<(), BuildError> {
    let sources = SOURCES
        .iter()
        .find(|path| Path::new(path).exists())
        .ok_or(BuildError::NoSources)?;
    let mut command = Command::new("mmdebstrap");
    command.args(["--mode=root", "--variant=minbase", "--format=directory"]);
    // Some packages (Java's) link pages of the manual without making the directory, which is left out.
    command.arg(r#"--setup-hook=mkdir -p "$1/usr/share/man/man1""#);
    for pattern in &declaration.exclude {
        command.arg(format!("--dpkgopt=path-exclude={pattern}"));
    }
    if !declaration.packages.is_empty() {
        command.arg(format!("--include={}", declaration.packages.join(",")));
    }
    command.arg(&declaration.suite).arg(root).arg(sources);
    run("mmdebstrap", &mut command)
}

fn write_files(declaration: &Declaration, root: &Path) -> Result<(), BuildError> {
    for file in &declaration.files {
        let path = root.join(file.path.trim_start_matches('/'));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        // A link that a package put there must not lead out of the tree.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path)(error)),
            _ => {}
        }
        fs::write(&path, &file.content).map_err(at(&path))?;
        let mode = file.permissions().unwrap_or(0o644);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).map_err(at(&path))?;
    }
    Ok(())
}

fn run(program: &'static str, command: &mut Command) -> Result<(), BuildError> {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .stdin(Stdio::null())
        .output()
        .map_err(|source| BuildError::Start { program, source })?;
    if status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    let lines: Vec<_> = text.lines().collect();
    Err(BuildError::Failed {
        program,
        output: lines[lines.len().saturating_sub(12)..].join("\n"),
    })
}
