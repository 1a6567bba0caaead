//! Mounts of the runner, all in its own mount namespace: they are gone when it is.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};

use super::{Disk, IdRange, SandboxError};

/// Where everything is mounted. Every runner has its own file system here.
pub const MOUNT_ROOT: &str = "/run/assay";

/// A mounted file system; unmounted when dropped.
#[derive(Debug)]
pub struct Mounted {
    path: PathBuf,
}

impl Mounted {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if let Err(error) = umount2(&self.path, MntFlags::MNT_DETACH) {
            tracing::warn!(path = %self.path.display(), %error, "cannot unmount");
            return;
        }
        // What is left is an empty directory in memory.
        let _ = fs::remove_dir(&self.path);
    }
}

/// A fresh directory in memory that containers can walk to; removed when dropped.
#[derive(Debug)]
pub struct WorkDir(pub(super) tempfile::TempDir);

impl WorkDir {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Makes the runner's mounts its own and puts an empty file system at [`MOUNT_ROOT`].
///
/// # Errors
/// The process may not mount.
pub(super) fn prepare() -> Result<(), SandboxError> {
    fs::create_dir_all(MOUNT_ROOT).map_err(SandboxError::system(MOUNT_ROOT))?;
    mount_at(
        "assay",
        Path::new(MOUNT_ROOT),
        "tmpfs",
        MsFlags::MS_NODEV | MsFlags::MS_NOSUID,
        "mode=0711,size=64m",
    )
}

/// Mounts and says what was being done when it fails.
pub(super) fn mount_at(
    source: &str,
    target: &Path,
    kind: &str,
    flags: MsFlags,
    options: &str,
) -> Result<(), SandboxError> {
    mount(Some(source), target, Some(kind), flags, Some(options)).map_err(SandboxError::system(
        format!("mount {kind} at {}", target.display()),
    ))
}

/// An empty directory for a mount, then the mount; the directory is removed when it fails.
pub(super) fn mounted(
    target: PathBuf,
    mount: impl FnOnce(&Path) -> Result<(), SandboxError>,
) -> Result<Mounted, SandboxError> {
    fs::create_dir_all(&target).map_err(SandboxError::system(target.display().to_string()))?;
    match mount(&target) {
        Ok(()) => Ok(Mounted { path: target }),
        Err(error) => {
            let _ = fs::remove_dir(&target);
            Err(error)
        }
    }
}

fn layers(lowers: &[&Path]) -> String {
    let paths: Vec<_> = lowers.iter().map(|path| path.to_string_lossy()).collect();
    paths.join(":")
}

/// A writable root file system: `disk` over `lowers`, the topmost first, its root owned by `ids`.
pub(super) fn overlay(
    target: PathBuf,
    lowers: &[&Path],
    disk: &Disk,
    ids: IdRange,
) -> Result<Mounted, SandboxError> {
    let upper = disk.upper();
    let owned = SandboxError::system(upper.display().to_string());
    chown(&upper, Some(ids.base), Some(ids.base)).map_err(owned)?;
    fs::set_permissions(&upper, fs::Permissions::from_mode(0o755))
        .map_err(SandboxError::system(upper.display().to_string()))?;
    // Nothing of a lab must survive a crash of the host, so syncing it is a waste.
    let options = format!(
        "lowerdir={},upperdir={},workdir={},volatile",
        layers(lowers),
        upper.display(),
        disk.work().display()
    );
    mounted(target, |target| {
        mount_at("overlay", target, "overlay", MsFlags::MS_NODEV, &options)
    })
}

/// The layers to look at only: nothing in it can be written or started, and links lead nowhere.
pub(super) fn overlay_read_only(
    target: PathBuf,
    lowers: &[&Path],
) -> Result<Mounted, SandboxError> {
    // A read-only overlay needs two layers; an empty one below changes nothing.
    let empty = Path::new(MOUNT_ROOT).join("empty");
    fs::create_dir_all(&empty).map_err(SandboxError::system(empty.display().to_string()))?;
    let mut all = lowers.to_vec();
    all.push(&empty);
    let flags = MsFlags::MS_RDONLY
        | MsFlags::MS_NODEV
        | MsFlags::MS_NOSUID
        | MsFlags::MS_NOEXEC
        | MsFlags::from_bits_retain(libc::MS_NOSYMFOLLOW);
    mounted(target, |target| {
        mount_at(
            "overlay",
            target,
            "overlay",
            flags,
            &format!("lowerdir={}", layers(&all)),
        )
    })
}
