//! The driver for this machine: bundles handed to an OCI runtime.

use std::collections::HashMap;
use std::fs;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use task_protocol::LabId;

use super::checkpoint::Checkpoints;
use super::ids::{IDS_PER_RANGE, IdRanges};
use super::mount::{self, MOUNT_ROOT, WorkDir};
use super::pool::Pool;
use super::runtime::{Runtime, complete};
use super::{
    Container, ContainerSpec, Descriptors, Disk, Ended, IdLease, IdRange, KeptDisk, Mounted,
    OciLab, SandboxError, container,
};
use crate::image::{Image, ImageStore};
use crate::sys;

mod choice;

/// How many id ranges a runner has; labs and what is made to grade them share them.
const RANGES: u32 = 512;
/// Runners on one machine take different ids, by their data directory.
const RUNNERS: u64 = 32;
const FIRST_ID: u32 = 0x1000_0000;

/// Sandboxes on this machine.
#[derive(Debug)]
pub struct Oci {
    data: PathBuf,
    images: ImageStore,
    ids: Arc<IdRanges>,
    runtime: OnceLock<Result<Arc<Runtime>, String>>,
    lowers: Mutex<HashMap<(String, u32), PathBuf>>,
    pub(super) labs: Mutex<HashMap<LabId, Arc<OciLab>>>,
    pub(super) pool: Pool,
    pub(super) checkpoints: Checkpoints,
    counter: AtomicU64,
    name: String,
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number that depends on the data directory only.
fn number_of(data: &Path) -> u64 {
    // FNV-1a.
    data.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

impl Oci {
    /// Removes what a dead runner left in the data directory, which nobody else may use, and
    /// prepares to mount. The process must be in a mount namespace of its own.
    ///
    /// # Errors
    /// The process may not mount, or the directory cannot be used.
    pub fn open(data: &Path, images: ImageStore) -> Result<Self, SandboxError> {
        let what = |path: &Path| SandboxError::system(path.display().to_string());
        for name in ["runtime", "disks", "snapshots", "gradings"] {
            let path = data.join(name);
            fs::create_dir_all(&path).map_err(what(&path))?;
        }
        let data = data.canonicalize().map_err(what(data))?;
        for runtime in Runtime::installed(&data.join("runtime")) {
            runtime.remove_all();
        }
        remove_stale_disks(&data.join("disks"))?;
        mount::prepare()?;
        let number = number_of(&data);
        let slot = u32::try_from(number % RUNNERS).unwrap_or_default();
        let first = FIRST_ID + slot * RANGES * IDS_PER_RANGE;
        Ok(Self {
            name: format!("{number:016x}"),
            data,
            images,
            ids: IdRanges::new(first, RANGES),
            runtime: OnceLock::new(),
            lowers: Mutex::default(),
            labs: Mutex::default(),
            pool: Pool::default(),
            checkpoints: Checkpoints::default(),
            counter: AtomicU64::new(0),
        })
    }

    /// The runtime that works here; the first call tries them.
    ///
    /// # Errors
    /// None works.
    pub fn runtime(&self) -> Result<&Arc<Runtime>, SandboxError> {
        self.runtime
            .get_or_init(|| self.find_runtime())
            .as_ref()
            .map_err(|detail| SandboxError::NoRuntime {
                detail: detail.clone(),
            })
    }

    /// Does ahead what the first lab would wait for.
    pub fn warm_up(&self) {
        let warmed = self.runtime().map(drop).and_then(|()| {
            self.disk(task_protocol::LabLimits::default().disk_mib)
                .map(drop)
        });
        if let Err(error) = warmed {
            tracing::warn!(%error, "labs will not start");
        }
    }

    /// The image that a task means.
    ///
    /// # Errors
    /// It is not built.
    pub fn image(&self, name: &str) -> Result<Image, SandboxError> {
        self.images
            .by_name(name)
            .ok_or_else(|| SandboxError::UnknownImage {
                image: name.to_owned(),
            })
    }

    /// All images.
    #[must_use]
    pub fn images(&self) -> &ImageStore {
        &self.images
    }

    /// Ids that nobody else has.
    ///
    /// # Errors
    /// All are taken.
    pub fn lease_ids(&self) -> Result<IdLease, SandboxError> {
        self.ids.lease()
    }

    /// The image's files as they look to a container with these ids, read-only. Made once per
    /// range and kept.
    ///
    /// # Errors
    /// They can be neither mounted with shifted owners nor copied.
    pub fn image_root(&self, image: &Image, ids: IdRange) -> Result<PathBuf, SandboxError> {
        let mut lowers = locked(&self.lowers);
        let key = (image.digest.clone(), ids.base);
        if let Some(path) = lowers.get(&key) {
            return Ok(path.clone());
        }
        let target = Path::new(MOUNT_ROOT).join("images").join(format!(
            "{}-{}",
            &image.digest[..16.min(image.digest.len())],
            ids.base
        ));
        fs::create_dir_all(&target).map_err(SandboxError::system(target.display().to_string()))?;
        let path = match shift(&image.root, &target, ids) {
            Ok(()) => target,
            Err(error) => {
                tracing::warn!(%error, "no idmapped mounts here: copying the image");
                super::shifted_copy::make(&self.data.join("shifted"), image, ids)?
            }
        };
        lowers.insert(key, path.clone());
        Ok(path)
    }

    /// A disk of this size for a lab.
    ///
    /// # Errors
    /// It cannot be made or mounted.
    pub fn disk(&self, mib: u32) -> Result<Disk, SandboxError> {
        let name = self.fresh_id("disk");
        let dir = self.data.join("disks");
        let file = dir.join(format!("{name}.ext4"));
        let target = Path::new(MOUNT_ROOT).join("disks").join(name);
        // mkfs refuses to make very small ones.
        match Disk::in_file(&dir, file, mib.max(8), target.clone()) {
            Err(SandboxError::System { what, source }) if what == "loop device" => {
                tracing::warn!(%source, "no loop devices here: disks count as memory");
                Disk::in_memory(mib, target)
            }
            result => result,
        }
    }

    /// A disk that begins as what [`Disk::copy_to`] kept.
    ///
    /// # Errors
    /// It cannot be copied or mounted.
    pub fn disk_from(&self, kept: &Path) -> Result<Disk, SandboxError> {
        let name = self.fresh_id("disk");
        let file = self.data.join("disks").join(format!("{name}.ext4"));
        Disk::copied(kept, file, Path::new(MOUNT_ROOT).join("disks").join(name))
    }

    /// A place for a file beside the disks, gone with the runner.
    pub(super) fn place_for(&self, kind: &str) -> PathBuf {
        let name = self.fresh_id(kind);
        self.data.join("disks").join(format!("{name}.ext4"))
    }

    /// A disk in memory: quick to make, for what runs only for moments.
    ///
    /// # Errors
    /// It cannot be mounted.
    pub fn scratch(&self, mib: u32) -> Result<Disk, SandboxError> {
        let name = self.fresh_id("scratch");
        Disk::in_memory(mib, Path::new(MOUNT_ROOT).join("disks").join(name))
    }

    /// A disk that [`Disk::keep`] kept, to be looked at only.
    ///
    /// # Errors
    /// It cannot be mounted.
    pub fn kept_disk(&self, kept: &Path) -> Result<KeptDisk, SandboxError> {
        let name = self.fresh_id("kept");
        KeptDisk::open(kept, Path::new(MOUNT_ROOT).join("disks").join(name))
    }

    /// A writable root file system: the disk over the lower layers, the topmost first.
    ///
    /// # Errors
    /// It cannot be mounted.
    pub fn overlay(
        &self,
        lowers: &[&Path],
        disk: &Disk,
        ids: IdRange,
    ) -> Result<Mounted, SandboxError> {
        let name = self.fresh_id("root");
        mount::overlay(
            Path::new(MOUNT_ROOT).join("roots").join(name),
            lowers,
            disk,
            ids,
        )
    }

    /// The layers to look at only, at the new directory `target`: read-only, without programs,
    /// set-uid, devices, and with links that lead nowhere. In the root file system of a container
    /// that has not started, this shows them to it.
    ///
    /// # Errors
    /// They cannot be mounted.
    pub fn overlay_read_only(
        &self,
        target: PathBuf,
        lowers: &[&Path],
    ) -> Result<Mounted, SandboxError> {
        mount::overlay_read_only(target, lowers)
    }

    /// A fresh directory in memory, for small files that containers are shown.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn work_dir(&self) -> Result<WorkDir, SandboxError> {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::Builder::new()
            .prefix("work-")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir_in(MOUNT_ROOT)
            .map_err(SandboxError::system(MOUNT_ROOT))?;
        Ok(WorkDir(dir))
    }

    /// Where snapshots are kept; survives the runner.
    #[must_use]
    pub fn snapshots_dir(&self) -> PathBuf {
        self.data.join("snapshots")
    }

    /// A name that no other container, disk or mount of this runner has.
    #[must_use]
    pub fn fresh_id(&self, kind: &str) -> String {
        format!("{kind}-{}", self.counter.fetch_add(1, Ordering::Relaxed))
    }

    /// Starts a container and leaves it running.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(
        &self,
        spec: &ContainerSpec,
        descriptors: Descriptors,
    ) -> Result<Container, SandboxError> {
        let runtime = Arc::clone(self.runtime()?);
        let (bundle, cgroup) = (self.bundle(&spec.id), self.cgroup(&spec.id));
        Container::start(runtime, spec, bundle, &cgroup, descriptors)
    }

    /// Runs a container to the end of its first process, which takes all others with it.
    ///
    /// # Errors
    /// It does not start. That the process fails or runs out of time is no error.
    pub fn run(
        &self,
        spec: &ContainerSpec,
        descriptors: Descriptors,
        timeout: Duration,
    ) -> Result<Ended, SandboxError> {
        let runtime = self.runtime()?;
        let (bundle, cgroup) = (self.bundle(&spec.id), self.cgroup(&spec.id));
        container::run(runtime, spec, &bundle, &cgroup, descriptors, timeout)
    }

    /// Where what is known about gradings is kept; survives the runner.
    #[must_use]
    pub fn gradings_dir(&self) -> PathBuf {
        self.data.join("gradings")
    }

    fn bundle(&self, id: &str) -> PathBuf {
        Path::new(MOUNT_ROOT).join("bundles").join(id)
    }

    fn cgroup(&self, id: &str) -> String {
        format!("/assay/{}/{id}", self.name)
    }
}

impl Oci {
    /// Removes the groups that held those of our containers; a runtime removes only its own.
    fn remove_cgroups(&self) {
        let root = Path::new("/sys/fs/cgroup");
        let controllers = fs::read_dir(root).into_iter().flatten().flatten();
        // Version 2 has one tree, version 1 one per controller.
        for tree in controllers.map(|entry| entry.path()).chain([root.into()]) {
            // Most do not exist, and one that is in use stays.
            let _ = fs::remove_dir(tree.join("assay").join(&self.name));
        }
    }
}

impl Drop for Oci {
    fn drop(&mut self) {
        self.pool.clear();
        locked(&self.labs).clear();
        self.remove_cgroups();
    }
}

fn shift(source: &Path, target: &Path, ids: IdRange) -> std::io::Result<()> {
    let namespace = sys::user_namespace(ids.base, IDS_PER_RANGE)?;
    sys::mount_shifted(source, target, namespace.as_fd())
}

fn remove_stale_disks(dir: &Path) -> Result<(), SandboxError> {
    let what = || SandboxError::system(dir.display().to_string());
    for entry in fs::read_dir(dir).map_err(what())? {
        let entry = entry.map_err(what())?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("disk-") || name.starts_with("checkpoint-") {
            fs::remove_file(entry.path()).map_err(what())?;
        }
    }
    Ok(())
}

/// Copies a directory with everything the file system knows about its files.
pub(super) fn copy_tree(from: &Path, to: &Path) -> Result<(), SandboxError> {
    let mut command = std::process::Command::new("cp");
    command.arg("-a").arg("--").arg(from).arg(to);
    complete(&mut command, "copy a directory")
}
