//! Where idmapped mounts are missing: a copy of the image per id range, with owners shifted.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown};
use std::path::{Path, PathBuf};

use super::oci::copy_tree;
use super::{IdRange, SandboxError};
use crate::image::Image;

/// The copy below `dir`, made if it is not there yet.
pub(super) fn make(dir: &Path, image: &Image, ids: IdRange) -> Result<PathBuf, SandboxError> {
    let what = |path: &Path| SandboxError::system(path.display().to_string());
    let place = dir.join(format!("{}-{}", image.digest, ids.base));
    if place.exists() {
        return Ok(place);
    }
    fs::create_dir_all(dir).map_err(what(dir))?;
    let draft = tempfile::tempdir_in(dir).map_err(what(dir))?;
    let copy = draft.path().join("root");
    copy_tree(&image.root, &copy)?;
    shift_owners(&copy, ids.base)?;
    fs::rename(&copy, &place).map_err(what(&place))?;
    Ok(place)
}

fn shift_owners(path: &Path, base: u32) -> Result<(), SandboxError> {
    let what = || SandboxError::system(path.display().to_string());
    let metadata = fs::symlink_metadata(path).map_err(what())?;
    lchown(
        path,
        Some(base + metadata.uid()),
        Some(base + metadata.gid()),
    )
    .map_err(what())?;
    if !metadata.is_symlink() {
        // A change of owner takes set-uid bits away.
        fs::set_permissions(path, Permissions::from_mode(metadata.mode() & 0o7777))
            .map_err(what())?;
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(path).map_err(what())? {
            shift_owners(&entry.map_err(what())?.path(), base)?;
        }
    }
    Ok(())
}
