//! Makes a copy of the candidate's machine fit to run scripts in: what starts programs is the
//! image's own again. Writes the copy's uppermost layer before it is mounted: what lies there hides
//! what the candidate left, while removing that (a directory a hundred thousand levels deep?) could
//! take for ever.

use std::fs::{self, FileType, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, lchown, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::stat::{Mode, SFlag, makedev, mknod};

/// Directories that are mounted over; a link in their place would lead the mount elsewhere.
const MOUNTED_OVER: &[&str] = &["usr", "proc", "sys", "dev"];
/// What the loader reads before every program.
const LOADER_FILES: &[&str] = &["ld.so.preload", "ld.so.cache"];

fn look_at(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn kind_of(path: &Path) -> io::Result<Option<FileType>> {
    Ok(look_at(path)?.map(|metadata| metadata.file_type()))
}

/// Makes an empty directory that looks like another: a directory of the lower layers under it still
/// shows its content, anything else is hidden.
fn directory_like(path: &Path, model: &Metadata) -> io::Result<()> {
    fs::create_dir(path)?;
    chown(path, Some(model.uid()), Some(model.gid()))?;
    fs::set_permissions(path, Permissions::from_mode(model.mode() & 0o7777))
}

/// Puts the top-level links (such as /lib), the places of mounts and the loader's files back as
/// they are in the image: into the empty layer `upper` over what the candidate left.
pub(super) fn programs(upper: &Path, left: &Path, image: &Path) -> io::Result<()> {
    for entry in fs::read_dir(image)? {
        let entry = entry?;
        if entry.file_type()?.is_symlink() && look_at(&left.join(entry.file_name()))?.is_some() {
            let (link, model) = (upper.join(entry.file_name()), entry.metadata()?);
            symlink(fs::read_link(entry.path())?, &link)?;
            lchown(&link, Some(model.uid()), Some(model.gid()))?;
        }
    }
    for name in MOUNTED_OVER {
        if kind_of(&left.join(name))?.is_some_and(|kind| !kind.is_dir()) {
            directory_like(&upper.join(name), &fs::metadata(image.join(name))?)?;
        }
    }
    // Without /etc of its own the copy would take files from elsewhere; with an empty one it shows
    // what it is worth.
    let (etc, original) = (upper.join("etc"), image.join("etc"));
    let model = look_at(&left.join("etc"))?.filter(Metadata::is_dir);
    directory_like(&etc, &model.map_or_else(|| fs::metadata(&original), Ok)?)?;
    for name in LOADER_FILES {
        let (path, original) = (etc.join(name), original.join(name));
        match look_at(&original)?.filter(Metadata::is_file) {
            Some(model) => {
                fs::copy(&original, &path)?;
                chown(&path, Some(model.uid()), Some(model.gid()))?;
            }
            // To the overlay, this device says that there is nothing.
            None => mknod(&path, SFlag::S_IFCHR, Mode::empty(), makedev(0, 0))?,
        }
    }
    Ok(())
}

/// Removes a directory of the candidate's making. The standard library goes down by recursion, and
/// a tree that is deep enough would end this process by a stack overflow; `rm` walks any.
pub(super) fn remove_tree(path: &Path) -> io::Result<()> {
    let output = Command::new("rm")
        .args(["-rf", "--one-file-system", "--"])
        .arg(path)
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    // It complains about every file.
    let complaints = String::from_utf8_lossy(&output.stderr);
    let first = complaints.lines().next().unwrap_or("no reason given");
    Err(io::Error::other(format!(
        "remove {}: {first}",
        path.display()
    )))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileTypeExt as _;

    use super::*;

    #[test]
    fn what_starts_programs_is_the_images_own_again() {
        if !nix::unistd::geteuid().is_root() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let place = |name: &str| dir.path().join(name);
        let (upper, left, image) = (place("upper"), place("left"), place("image"));
        for path in [
            upper.clone(),
            image.join("etc"),
            image.join("usr/lib"),
            image.join("proc"),
            left.join("etc"),
            left.join("lib/deep"),
        ] {
            fs::create_dir_all(path).unwrap();
        }
        for name in ["lib", "bin"] {
            symlink("usr/lib", image.join(name)).unwrap();
        }
        fs::write(image.join("etc/ld.so.cache"), "cache").unwrap();
        fs::write(place("victim"), "untouched").unwrap();
        symlink(place("victim"), left.join("etc/ld.so.cache")).unwrap();
        fs::set_permissions(left.join("etc"), Permissions::from_mode(0o700)).unwrap();
        symlink("/etc", left.join("usr")).unwrap();
        fs::write(left.join("etc/ld.so.preload"), "/forged.so").unwrap();
        programs(&upper, &left, &image).unwrap();
        assert_eq!(
            fs::read_link(upper.join("lib")).unwrap(),
            Path::new("usr/lib")
        );
        // What the candidate did not touch stays the image's without help.
        assert!(!upper.join("bin").exists() && !upper.join("proc").exists());
        assert!(fs::symlink_metadata(upper.join("usr")).unwrap().is_dir());
        let etc = fs::metadata(upper.join("etc")).unwrap();
        assert_eq!(etc.mode() & 0o7777, 0o700);
        let preload = fs::symlink_metadata(upper.join("etc/ld.so.preload")).unwrap();
        assert!(preload.file_type().is_char_device() && preload.rdev() == 0);
        assert_eq!(
            fs::read_to_string(upper.join("etc/ld.so.cache")).unwrap(),
            "cache"
        );
        assert_eq!(fs::read_to_string(place("victim")).unwrap(), "untouched");
    }
}
