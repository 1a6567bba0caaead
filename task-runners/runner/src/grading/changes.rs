//! What changed on a host between the moment when its lab was ready and its end.
//!
//! Only the layer that was written is looked at. A file counts as changed when its kind, owner, mode
//! or content is another than it was, in that layer or, where it was not written before, in the
//! image: touching a file changes nothing.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// Beyond these, what there is is not told apart any more: so many files, so deep, so long.
const FILES_MAX: usize = 20_000;
const DEPTH_MAX: usize = 128;
const CONTENT_LENGTH_MAX: u64 = 4 * 1024 * 1024;
/// How many changes are kept.
const CHANGES_MAX: usize = 500;

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    kind: &'static str,
    mode: u32,
    owner: (u32, u32),
    /// Digest of the content or of where a link leads; empty where there is none.
    content: Vec<u8>,
}

/// The written layer of a host at a moment.
#[derive(Debug, Clone, Default)]
pub struct Baseline(BTreeMap<PathBuf, Known>);

impl Baseline {
    /// The layer as it is now. What cannot be read is as if it were not there.
    #[must_use]
    pub fn of(upper: &Path, ids_base: u32) -> Self {
        let mut files = BTreeMap::new();
        walk(upper, Path::new("/"), 0, &mut |path, place| {
            files.extend(known(place, ids_base).map(|known| (path.to_owned(), known)));
            files.len() < FILES_MAX
        });
        Self(files)
    }

    /// The changes since, as lines `KIND MODE PATH`, ordered by path. `image` is what lies under the
    /// layer, with the owners of the image.
    #[must_use]
    pub fn changes(&self, upper: &Path, image: &Path, ids_base: u32) -> Vec<String> {
        let now = Self::of(upper, ids_base);
        let mut changes = Vec::new();
        for (path, known_now) in &now.0 {
            let before = match self.0.get(path) {
                Some(before) => Some(before.clone()),
                None => known(
                    &image.join(path.strip_prefix("/").unwrap_or(path)),
                    ids_base,
                ),
            };
            if before.as_ref() != Some(known_now) {
                changes.push(line(known_now.kind, known_now.mode, path));
            }
        }
        for path in self.0.keys().filter(|path| !now.0.contains_key(*path)) {
            changes.push(line("gone", 0, path));
        }
        changes.truncate(CHANGES_MAX);
        changes
    }
}

fn line(kind: &str, mode: u32, path: &Path) -> String {
    let path: String = path
        .to_string_lossy()
        .chars()
        .map(|letter| if letter.is_control() { '?' } else { letter })
        .collect();
    format!("{kind} {mode:o} {path}")
}

/// Calls for everything below a directory, directories first; stops when it is told to.
fn walk(
    place: &Path,
    inside: &Path,
    depth: usize,
    each: &mut impl FnMut(&Path, &Path) -> bool,
) -> bool {
    if depth > DEPTH_MAX {
        return true;
    }
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let (path, place) = (inside.join(entry.file_name()), entry.path());
        if !each(&path, &place) {
            return false;
        }
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_directory && !walk(&place, &path, depth + 1, each) {
            return false;
        }
    }
    true
}

fn known(place: &Path, ids_base: u32) -> Option<Known> {
    let metadata = fs::symlink_metadata(place).ok()?;
    let kind = metadata.file_type();
    let (kind, content) = if kind.is_dir() {
        ("directory", Vec::new())
    } else if kind.is_symlink() {
        let target = fs::read_link(place).ok()?;
        ("link", target.into_os_string().into_encoded_bytes())
    } else if kind.is_file() {
        ("file", content(place, &metadata))
    } else if kind.is_char_device() && metadata.rdev() == 0 {
        // To the overlay, there is nothing.
        ("gone", Vec::new())
    } else {
        ("special", Vec::new())
    };
    Some(Known {
        kind,
        mode: match kind {
            "gone" | "link" => 0,
            _ => metadata.mode() & 0o7777,
        },
        owner: match kind {
            "gone" => (0, 0),
            _ => (
                metadata.uid().wrapping_sub(ids_base),
                metadata.gid().wrapping_sub(ids_base),
            ),
        },
        content,
    })
}

fn content(place: &Path, metadata: &Metadata) -> Vec<u8> {
    if metadata.len() > CONTENT_LENGTH_MAX {
        return format!("{} {}", metadata.len(), metadata.mtime_nsec()).into_bytes();
    }
    let opened = File::options()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(place);
    let mut bytes = Vec::new();
    let read = opened.and_then(|file| file.take(CONTENT_LENGTH_MAX).read_to_end(&mut bytes));
    match read {
        Ok(_length) => Sha256::digest(&bytes).to_vec(),
        Err(_gone) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn what_is_as_it_was_is_no_change() {
        let dir = tempfile::tempdir().unwrap();
        let (upper, image) = (dir.path().join("upper"), dir.path().join("image"));
        let write = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(image.join("etc/passwd"), "root");
        write(image.join("etc/group"), "root");
        write(upper.join("srv/app"), "one");
        write(upper.join("srv/old"), "old");
        let own = fs::metadata(dir.path()).unwrap().uid();
        let before = Baseline::of(&upper, own);
        assert_eq!(before.changes(&upper, &image, own), Vec::<String>::new());
        // Copied up and put back, written and put back.
        write(upper.join("etc/passwd"), "root");
        write(upper.join("srv/app"), "one");
        assert_eq!(before.changes(&upper, &image, own), Vec::<String>::new());
        write(upper.join("etc/group"), "root, me");
        fs::set_permissions(upper.join("srv/app"), fs::Permissions::from_mode(0o4777)).unwrap();
        fs::remove_file(upper.join("srv/old")).unwrap();
        symlink("/x", upper.join("srv/link")).unwrap();
        write(upper.join("srv/two\nlines"), "");
        assert_eq!(
            before.changes(&upper, &image, own),
            [
                "file 644 /etc/group",
                "file 4777 /srv/app",
                "link 0 /srv/link",
                "file 644 /srv/two?lines",
                "gone 0 /srv/old",
            ]
        );
    }
}
