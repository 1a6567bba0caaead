//! Disks: where a container's writes go, of limited size.
//!
//! A lab's disk is an ext4 file system in a file, so that a full disk is an ordinary "no space left"
//! inside, does not count as memory, and can be kept as the snapshot. Where there are no loop
//! devices, a file system in memory takes its place.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::mount::MsFlags;
use nix::unistd::{Whence, lseek};

use super::SandboxError;
use super::mount::{Mounted, mount_at, mounted};
use crate::sys;

/// A file system of limited size for an overlay; thrown away when dropped.
#[derive(Debug)]
pub struct Disk {
    // Unmounted before its file is removed.
    mounted: Mounted,
    file: Option<DiskFile>,
}

/// The file under a disk; removed when dropped.
#[derive(Debug)]
struct DiskFile(PathBuf);

impl Drop for DiskFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.0.display(), %error, "cannot remove disk");
        }
    }
}

impl Disk {
    /// An ext4 file system of `mib` MiB in the file `path`.
    pub(super) fn in_file(
        templates: &Path,
        path: PathBuf,
        mib: u32,
        target: PathBuf,
    ) -> Result<Self, SandboxError> {
        Self::copied(&template(templates, mib)?, path, target)
    }

    /// A disk that begins as a copy of a file system in a file.
    pub(super) fn copied(
        from: &Path,
        path: PathBuf,
        target: PathBuf,
    ) -> Result<Self, SandboxError> {
        let named = || SandboxError::system(path.display().to_string());
        copy_sparse(from, &path).map_err(named())?;
        let file = DiskFile(path.clone());
        let backing = File::options()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(named())?;
        let (device, _keep) =
            sys::loop_device(&backing, false).map_err(SandboxError::system("loop device"))?;
        let flags = MsFlags::MS_NODEV | MsFlags::MS_NOSUID | MsFlags::MS_NOATIME;
        let mounted = mounted(target, |target| {
            mount_at(
                &device.to_string_lossy(),
                target,
                "ext4",
                flags,
                "noinit_itable,nobarrier",
            )
        })?;
        Self {
            mounted,
            file: Some(file),
        }
        .prepared()
    }

    /// A file system in memory; what is in it counts as memory of who wrote it.
    pub(super) fn in_memory(mib: u32, target: PathBuf) -> Result<Self, SandboxError> {
        // As many inodes as ext4 would have.
        let options = format!("mode=0711,size={mib}m,nr_inodes={}", mib.max(1) * 64 + 64);
        let flags = MsFlags::MS_NODEV | MsFlags::MS_NOSUID;
        let mounted = mounted(target, |target| {
            mount_at("assay-disk", target, "tmpfs", flags, &options)
        })?;
        Self {
            mounted,
            file: None,
        }
        .prepared()
    }

    fn prepared(self) -> Result<Self, SandboxError> {
        let root = self.mounted.path();
        // An overlay does not take the working directory of another.
        match fs::remove_dir_all(self.work()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(SandboxError::system("clear a disk")(error));
            }
            _ => {}
        }
        for path in [root.to_owned(), self.upper(), self.work()] {
            fs::create_dir_all(&path)
                .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(0o711)))
                .map_err(SandboxError::system(path.display().to_string()))?;
        }
        Ok(self)
    }

    /// What was written; an overlay's upper directory, and a lower one of other overlays once the
    /// container and its overlay are gone.
    #[must_use]
    pub fn upper(&self) -> PathBuf {
        self.mounted.path().join("upper")
    }

    pub(super) fn work(&self) -> PathBuf {
        self.mounted.path().join("work")
    }

    /// A new file on this disk that no container can see, so that what is written to it counts.
    ///
    /// # Errors
    /// The disk is full.
    pub fn hidden_file(&self) -> Result<File, SandboxError> {
        tempfile::tempfile_in(self.mounted.path()).map_err(SandboxError::system("file on disk"))
    }

    /// Copies the disk as it is now to the new file `to`; what runs on it stands still meanwhile.
    ///
    /// # Errors
    /// It is in memory, or it cannot be copied.
    pub fn copy_to(&self, to: &Path) -> Result<(), SandboxError> {
        let what = || SandboxError::system("copy a disk");
        let Some(file) = &self.file else {
            return Err(what()(io::ErrorKind::Unsupported.into()));
        };
        let _frozen = sys::Frozen::of(self.mounted.path()).map_err(what())?;
        copy_sparse(&file.0, to).map_err(what())
    }

    /// Whether what is on it counts as memory.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.file.is_none()
    }

    /// Keeps the disk as the file `to`, on the same file system as the runner's data. A disk in
    /// memory is copied to the directory `to` instead.
    ///
    /// # Errors
    /// It cannot be moved or copied.
    pub fn keep(mut self, to: &Path) -> Result<(), SandboxError> {
        let named = || SandboxError::system(to.display().to_string());
        let Some(file) = self.file.take() else {
            let draft = to.with_extension("draft");
            super::oci::copy_tree(&self.upper(), &draft)?;
            return fs::rename(&draft, to).map_err(named());
        };
        drop(self.mounted);
        fs::rename(&file.0, to).map_err(named())?;
        fs::set_permissions(to, Permissions::from_mode(0o400)).map_err(named())
    }
}

/// A disk that was kept, to be looked at only.
#[derive(Debug)]
pub struct KeptDisk {
    upper: PathBuf,
    _mounted: Option<Mounted>,
}

impl KeptDisk {
    /// Mounts the file that [`Disk::keep`] made read-only; a directory needs no mount.
    pub(super) fn open(kept: &Path, target: PathBuf) -> Result<Self, SandboxError> {
        let named = || SandboxError::system(kept.display().to_string());
        if fs::symlink_metadata(kept).map_err(named())?.is_dir() {
            return Ok(Self {
                upper: kept.to_owned(),
                _mounted: None,
            });
        }
        let backing = File::open(kept).map_err(named())?;
        let (device, _keep) =
            sys::loop_device(&backing, true).map_err(SandboxError::system("loop device"))?;
        let flags =
            MsFlags::MS_RDONLY | MsFlags::MS_NODEV | MsFlags::MS_NOSUID | MsFlags::MS_NOATIME;
        let mounted = mounted(target, |target| {
            mount_at(&device.to_string_lossy(), target, "ext4", flags, "")
        })?;
        Ok(Self {
            upper: mounted.path().join("upper"),
            _mounted: Some(mounted),
        })
    }

    /// What was written: a lower layer for overlays.
    #[must_use]
    pub fn upper(&self) -> &Path {
        &self.upper
    }
}

/// An empty file system of this size, made once.
fn template(dir: &Path, mib: u32) -> Result<PathBuf, SandboxError> {
    let path = dir.join(format!("empty-{mib}.ext4"));
    if path.exists() {
        return Ok(path);
    }
    let draft = tempfile::NamedTempFile::new_in(dir).map_err(SandboxError::system("disk"))?;
    draft
        .as_file()
        .set_len(u64::from(mib) * 1024 * 1024)
        .map_err(SandboxError::system("disk"))?;
    let mut command = Command::new("mkfs.ext4");
    command
        .args(["-q", "-F", "-b", "4096", "-m", "0", "-O", "^has_journal"])
        .args(["-E", "lazy_itable_init=1,nodiscard"])
        .arg(draft.path());
    super::runtime::complete(&mut command, "make an empty disk")?;
    draft.persist(&path).map_err(|error| SandboxError::System {
        what: path.display().to_string(),
        source: error.error,
    })?;
    Ok(path)
}

/// Copies a file without its holes.
fn copy_sparse(from: &Path, to: &Path) -> io::Result<()> {
    let source = File::open(from)?;
    let target = File::create_new(to)?;
    target.set_permissions(Permissions::from_mode(0o600))?;
    let length = source.metadata()?.len();
    target.set_len(length)?;
    let mut buffer = vec![0_u8; 64 * 1024];
    let mut end = 0;
    loop {
        let start = match lseek(source.as_fd(), end, Whence::SeekData) {
            Ok(start) => start,
            Err(nix::errno::Errno::ENXIO) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        end = lseek(source.as_fd(), start, Whence::SeekHole)?;
        let (mut place, end) = (offset(start)?, offset(end)?);
        while place < end {
            let want = usize::try_from(end - place)
                .unwrap_or(usize::MAX)
                .min(buffer.len());
            let read = source.read_at(&mut buffer[..want], place)?;
            if read == 0 {
                break;
            }
            target.write_all_at(&buffer[..read], place)?;
            place += u64::try_from(read).map_err(io::Error::other)?;
        }
    }
}

fn offset(value: i64) -> io::Result<u64> {
    u64::try_from(value).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparse_copy_is_equal() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("a"), dir.path().join("b"));
        let file = File::create(&from).unwrap();
        file.set_len(10_000_000).unwrap();
        file.write_all_at(b"middle", 5_000_000).unwrap();
        file.write_all_at(b"end", 9_999_997).unwrap();
        copy_sparse(&from, &to).unwrap();
        assert!(fs::read(&from).unwrap() == fs::read(&to).unwrap());
    }
}
