//! Makes a copy of the candidate's machine fit to run scripts in: what starts programs is the
//! image's own again. Works on the copy's root while nothing runs in it.

use std::fs::{self, FileType};
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

/// Directories that are mounted over; a link in their place would lead the mount elsewhere.
const MOUNTED_OVER: &[&str] = &["usr", "proc", "sys", "dev"];
/// What the loader reads before every program.
const LOADER_FILES: &[&str] = &["ld.so.preload", "ld.so.cache"];
/// Time to remove one directory.
const REMOVAL_SECONDS: &str = "10";

fn kind_of(path: &Path) -> io::Result<Option<FileType>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata.file_type())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match kind_of(path)? {
        None => Ok(()),
        Some(kind) if kind.is_dir() => remove_tree(path),
        Some(_) => fs::remove_file(path),
    }
}

/// Removes a directory of the candidate's making. The standard library goes down by recursion, and
/// a tree that is deep enough would end this process by a stack overflow; `rm` walks any, which may
/// take minutes, so that it has to be stopped.
pub(super) fn remove_tree(path: &Path) -> io::Result<()> {
    let output = Command::new("timeout")
        .args(["--signal=KILL", REMOVAL_SECONDS])
        .args(["rm", "-rf", "--one-file-system", "--"])
        .arg(path)
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    // It complains about every file, and not at all when it is stopped.
    let complaints = String::from_utf8_lossy(&output.stderr);
    let first = complaints.lines().next().unwrap_or("it takes too long");
    Err(io::Error::other(format!("remove {}: {first}", path.display())))
}

/// Puts the top-level links (such as /lib), the places of mounts and the loader's files back as
/// they are in the image.
pub(super) fn programs(root: &Path, image: &Path) -> io::Result<()> {
    for entry in fs::read_dir(image)? {
        let entry = entry?;
        let path = root.join(entry.file_name());
        if entry.file_type()?.is_symlink() {
            let target = fs::read_link(entry.path())?;
            let is_right = kind_of(&path)?.is_some_and(|kind| kind.is_symlink())
                && fs::read_link(&path)? == target;
            if !is_right {
                remove(&path)?;
                symlink(&target, &path)?;
            }
        }
    }
    for name in MOUNTED_OVER {
        let path = root.join(name);
        if !kind_of(&path)?.is_some_and(|kind| kind.is_dir()) {
            remove(&path)?;
            fs::create_dir(&path)?;
        }
    }
    let etc = root.join("etc");
    if !kind_of(&etc)?.is_some_and(|kind| kind.is_dir()) {
        // Without /etc of its own the copy would take files from elsewhere; with an empty one it
        // shows what it is worth.
        remove(&etc)?;
        fs::create_dir(&etc)?;
    }
    for name in LOADER_FILES {
        let (path, original) = (etc.join(name), image.join("etc").join(name));
        remove(&path)?;
        if kind_of(&original)?.is_some_and(|kind| kind.is_file()) {
            // Nothing is there any more that the copy could follow.
            fs::copy(&original, &path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_programs_is_the_images_own_again() {
        let dir = tempfile::tempdir().unwrap();
        let (root, image) = (dir.path().join("root"), dir.path().join("image"));
        for path in [
            image.join("etc"),
            image.join("usr/lib"),
            root.join("etc"),
            root.join("lib"),
        ] {
            fs::create_dir_all(path).unwrap();
        }
        symlink("usr/lib", image.join("lib")).unwrap();
        fs::write(image.join("etc/ld.so.cache"), "cache").unwrap();
        fs::write(root.join("lib/libc.so.6"), "forged").unwrap();
        fs::write(dir.path().join("victim"), "untouched").unwrap();
        symlink(dir.path().join("victim"), root.join("etc/ld.so.cache")).unwrap();
        symlink("/etc", root.join("usr")).unwrap();
        fs::write(root.join("etc/ld.so.preload"), "/forged.so").unwrap();
        programs(&root, &image).unwrap();
        assert_eq!(
            fs::read_link(root.join("lib")).unwrap(),
            Path::new("usr/lib")
        );
        assert!(fs::symlink_metadata(root.join("usr")).unwrap().is_dir());
        assert!(!root.join("etc/ld.so.preload").exists());
        assert_eq!(
            fs::read_to_string(root.join("etc/ld.so.cache")).unwrap(),
            "cache"
        );
        assert_eq!(
            fs::read_to_string(dir.path().join("victim")).unwrap(),
            "untouched"
        );
    }
}
