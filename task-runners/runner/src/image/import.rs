//! Takes an image from elsewhere: a root file system as a tar archive, or an OCI layout
//! (github.com/opencontainers/image-spec, image-layout.md). It is named by the digest of what came
//! in, and nothing is left when it cannot be used.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::statvfs::statvfs;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Image, ImageStore, declaration, image_at};
use crate::hex::hex;

/// The largest image, in bytes.
pub const IMAGE_BYTES_MAX: u64 = 20 * 1024 * 1024 * 1024;
/// The longest document of an OCI layout.
const DOCUMENT_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How often it is seen how much an archive has become.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// An image cannot be imported; nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Files {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What came in is not what it should be.
    #[error("{path}: {problem}")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The name is none.
    #[error("`{0}` is not a name for an image: use a-z, 0-9 and -")]
    Name(String),
    /// Images of this name are declared in this program.
    #[error("the image {0} is built from its declaration; choose another name")]
    Taken(String),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ImportError {
    let path = path.to_owned();
    move |source| ImportError::Files { path, source }
}

fn unusable(path: &Path, problem: impl Into<String>) -> ImportError {
    ImportError::Unusable {
        path: path.to_owned(),
        problem: problem.into(),
    }
}

/// What an index or manifest points to.
#[derive(Deserialize)]
struct Descriptor {
    digest: String,
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Manifest {
    layers: Vec<Descriptor>,
}

/// Imports an archive or a layout under this name. The same content again is the same image.
///
/// # Errors
/// It is no archive, leads out of itself, becomes larger than `bytes_max`, or is no root file system
/// that labs can use.
pub fn import(
    store: &ImageStore,
    name: &str,
    from: &Path,
    bytes_max: u64,
) -> Result<Image, ImportError> {
    if !declaration::is_name(name) {
        return Err(ImportError::Name(name.to_owned()));
    }
    if declaration::Declaration::embedded(name).is_some() {
        return Err(ImportError::Taken(name.to_owned()));
    }
    let metadata = fs::metadata(from).map_err(at(from))?;
    let (digest, layers) = if metadata.is_dir() {
        layout(from)?
    } else {
        (file_digest(from)?, vec![from.to_owned()])
    };
    fs::create_dir_all(&store.dir).map_err(at(&store.dir))?;
    let place = store.dir.join(format!("{name}-{digest}"));
    if let Some(image) = image_at(&place) {
        return Ok(image);
    }
    let draft = tempfile::Builder::new()
        .prefix(super::build::DRAFT)
        .tempdir_in(&store.dir)
        .map_err(at(&store.dir))?;
    let root = draft.path().join("root");
    fs::create_dir(&root).map_err(at(&root))?;
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).map_err(at(&root))?;
    for layer in &layers {
        remove_whiteouts(layer, &root)?;
        unpack(layer, &root, bytes_max)?;
    }
    for needed in ["usr/bin", "etc"] {
        if !root.join(needed).is_dir() {
            let problem = format!("it is no root file system: there is no /{needed}");
            return Err(unusable(from, problem));
        }
    }
    if !root.join("usr/bin/bash").is_file() {
        return Err(unusable(
            from,
            "labs need bash, and there is no /usr/bin/bash",
        ));
    }
    fs::set_permissions(draft.path(), fs::Permissions::from_mode(0o755)).map_err(at(&root))?;
    fs::rename(draft.path(), &place).map_err(at(&place))?;
    // It has another name now; there is nothing to remove.
    let _ = draft.keep();
    image_at(&place).ok_or_else(|| unusable(from, "the image is not there"))
}

fn file_digest(path: &Path) -> Result<String, ImportError> {
    let mut file = File::open(path).map_err(at(path))?;
    let mut sha = Sha256::new();
    let mut piece = vec![0; 256 * 1024];
    loop {
        match file.read(&mut piece).map_err(at(path))? {
            0 => return Ok(hex(&sha.finalize())),
            length => sha.update(&piece[..length]),
        }
    }
}

/// The digest of the one image of a layout, and its layers, the lowest first.
fn layout(dir: &Path) -> Result<(String, Vec<PathBuf>), ImportError> {
    let path = dir.join("index.json");
    let index: Index = document(&path)?;
    let [manifest] = index.manifests.as_slice() else {
        let count = index.manifests.len();
        let problem = format!("it has {count} images; keep one of them");
        return Err(unusable(&path, problem));
    };
    let (digest, path) = blob(dir, &path, &manifest.digest)?;
    let manifest: Manifest = document(&path)?;
    let layers = manifest.layers.iter();
    let layers = layers.map(|layer| Ok(blob(dir, &path, &layer.digest)?.1));
    Ok((digest, layers.collect::<Result<_, _>>()?))
}

/// The file that a digest names, if it is what it is called.
fn blob(dir: &Path, named_in: &Path, digest: &str) -> Result<(String, PathBuf), ImportError> {
    let name = digest.strip_prefix("sha256:").unwrap_or_default();
    if !declaration::is_digest(name) {
        let problem = format!("`{digest}` is not a digest with sha256");
        return Err(unusable(named_in, problem));
    }
    let path = dir.join("blobs/sha256").join(name);
    if file_digest(&path)? != name {
        return Err(unusable(&path, "the content is not what the digest says"));
    }
    Ok((name.to_owned(), path))
}

fn document<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, ImportError> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(DOCUMENT_BYTES_MAX).read_to_string(&mut text))
        .map_err(at(path))?;
    serde_json::from_str(&text).map_err(|error| unusable(path, error.to_string()))
}

/// A command of tar that reads the archive, compressed or not.
fn tar(archive: &Path) -> Command {
    let mut command = Command::new("tar");
    command
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .arg("--file")
        .arg(archive);
    command
}

/// Removes what a layer says is not there any more.
fn remove_whiteouts(layer: &Path, root: &Path) -> Result<(), ImportError> {
    let output = tar(layer)
        .args(["--list", "--wildcards", "--no-anchored", ".wh.*"])
        .output()
        .map_err(at(Path::new("tar")))?;
    // It fails when there is none; a broken archive is found when it is unpacked.
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let path = Path::new(line);
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(hidden) = name.and_then(|name| name.strip_prefix(".wh.")) else {
            continue;
        };
        let parent = inside(root, path.parent().unwrap_or(Path::new("")));
        let Some(parent) = parent else { continue };
        if hidden == ".wh..opq" {
            for entry in fs::read_dir(&parent).into_iter().flatten().flatten() {
                remove(&entry.path())?;
            }
        } else {
            remove(&parent.join(hidden))?;
        }
    }
    Ok(())
}

/// A directory of the tree; none if there is no such one or it is reached by a link out of it.
fn inside(root: &Path, path: &Path) -> Option<PathBuf> {
    let is_plain = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !path.components().all(|part| is_plain(&part)) {
        return None;
    }
    let found = root.join(path).canonicalize().ok()?;
    (found.starts_with(root.canonicalize().ok()?) && found.is_dir()).then_some(found)
}

fn remove(path: &Path) -> Result<(), ImportError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_not_there) => Ok(()),
    };
    removed.map_err(at(path))
}

/// Unpacks an archive, and stops when it becomes too large for the limit or the disk.
fn unpack(archive: &Path, root: &Path, bytes_max: u64) -> Result<(), ImportError> {
    let errors = tempfile::tempfile().map_err(at(root))?;
    let free = || {
        let disk = statvfs(root).map_err(|error| at(root)(error.into()))?;
        Ok::<_, ImportError>(disk.blocks_available() * disk.fragment_size())
    };
    let before = free()?;
    let mut child = tar(archive)
        .args(["--extract", "--numeric-owner", "--preserve-permissions"])
        .args(["--exclude=.wh.*", "--exclude=./dev/*", "--exclude=dev/*"])
        .arg("--directory")
        .arg(root)
        .stdout(Stdio::null())
        .stderr(errors.try_clone().map_err(at(root))?)
        .spawn()
        .map_err(at(Path::new("tar")))?;
    let refused = loop {
        if let Some(status) = child.try_wait().map_err(at(archive))? {
            break (!status.success()).then(|| first_fault(errors));
        }
        let left = free()?;
        // A little must be left for everybody else.
        if before.saturating_sub(left) > bytes_max || left < before / 20 {
            child.kill().map_err(at(archive))?;
            child.wait().map_err(at(archive))?;
            let most = bytes_max / 1024 / 1024;
            break Some(format!(
                "it becomes larger than {most} MiB or fills the disk"
            ));
        }
        thread::sleep(LOOK_EVERY);
    };
    match refused {
        None => Ok(()),
        Some(problem) => Err(unusable(archive, problem)),
    }
}

fn first_fault(mut errors: File) -> String {
    let mut text = String::new();
    let read = io::Seek::rewind(&mut errors).and_then(|()| errors.read_to_string(&mut text));
    match read {
        Ok(_) => {
            // That it takes a slash away is no fault.
            let mut faults = text
                .lines()
                .filter(|line| !line.contains("Removing leading"));
            faults.next().unwrap_or("tar failed").to_owned()
        }
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree with these files, packed.
    fn archive(dir: &Path, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let tree = dir.join(format!("{name}.tree"));
        for (path, text) in files {
            let path = tree.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let archive = dir.join(name);
        let mut command = Command::new("tar");
        command
            .arg("-caf")
            .arg(&archive)
            .arg("-C")
            .arg(&tree)
            .arg(".");
        assert!(command.status().unwrap().success());
        archive
    }

    const ROOT: &[(&str, &str)] = &[
        ("usr/bin/bash", "bash"),
        ("etc/passwd", "root"),
        ("srv/x", "low"),
    ];

    fn left_over(store: &ImageStore) -> usize {
        fs::read_dir(&store.dir).into_iter().flatten().count()
    }

    #[test]
    fn an_archive_becomes_an_image_named_by_its_digest() {
        let dir = tempfile::tempdir().unwrap();
        let store = ImageStore::new(dir.path().join("images"));
        let archive = archive(dir.path(), "root.tar.gz", ROOT);
        let image = import(&store, "own", &archive, IMAGE_BYTES_MAX).unwrap();
        assert_eq!(image.digest, file_digest(&archive).unwrap());
        assert_eq!(fs::read_to_string(image.root.join("srv/x")).unwrap(), "low");
        assert_eq!(store.by_name("own"), Some(image.clone()));
        assert_eq!(
            import(&store, "own", &archive, IMAGE_BYTES_MAX).unwrap(),
            image
        );
    }

    #[test]
    fn a_layout_is_its_layers_with_what_they_hide() {
        let dir = tempfile::tempdir().unwrap();
        let store = ImageStore::new(dir.path().join("images"));
        let layout = dir.path().join("layout");
        fs::create_dir_all(layout.join("blobs/sha256")).unwrap();
        let put = |path: &Path| {
            let digest = file_digest(path).unwrap();
            fs::copy(path, layout.join("blobs/sha256").join(&digest)).unwrap();
            serde_json::json!({ "digest": format!("sha256:{digest}") })
        };
        let low = archive(
            dir.path(),
            "low.tar",
            &[ROOT, &[("srv/gone", "x"), ("opt/old", "x")]].concat(),
        );
        let high = archive(
            dir.path(),
            "high.tar.gz",
            &[
                ("srv/.wh.gone", ""),
                ("opt/.wh..wh..opq", ""),
                ("opt/new", "y"),
                ("srv/x", "high"),
            ],
        );
        let manifest = serde_json::json!({ "layers": [put(&low), put(&high)] });
        let path = dir.path().join("manifest");
        fs::write(&path, manifest.to_string()).unwrap();
        let index = serde_json::json!({ "manifests": [put(&path)] });
        fs::write(layout.join("index.json"), index.to_string()).unwrap();
        let image = import(&store, "own", &layout, IMAGE_BYTES_MAX).unwrap();
        let has = |path: &str| image.root.join(path).exists();
        assert!(!has("srv/gone") && !has("opt/old") && has("opt/new") && has("usr/bin/bash"));
        assert_eq!(
            fs::read_to_string(image.root.join("srv/x")).unwrap(),
            "high"
        );
        // A layer that is not what it is called is not taken.
        let digest = file_digest(&high).unwrap();
        fs::write(layout.join("blobs/sha256").join(digest), "other").unwrap();
        let error = import(&store, "other", &layout, IMAGE_BYTES_MAX).unwrap_err();
        assert!(error.to_string().contains("digest"), "{error}");
    }

    #[test]
    fn what_cannot_be_used_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = ImageStore::new(dir.path().join("images"));
        let text = dir.path().join("text");
        fs::write(&text, "no archive").unwrap();
        let small = archive(dir.path(), "small.tar", &[("srv/x", "x")]);
        let bomb = dir.path().join("bomb.tar.gz");
        let mut command = Command::new("bash");
        command.arg("-c").arg(format!(
            "cd {} && mkdir -p b/usr/bin && head -c 300M /dev/zero > b/usr/bin/bash && tar -czf {} -C b .",
            dir.path().display(),
            bomb.display()
        ));
        assert!(command.status().unwrap().success());
        let climbing = dir.path().join("climbing.tar");
        let mut command = Command::new("tar");
        command
            .args(["-P", "-cf"])
            .arg(&climbing)
            .arg("-C")
            .arg(dir.path())
            .arg("--transform=s,^,../../,")
            .arg("text");
        assert!(command.status().unwrap().success());
        for (from, words) in [
            (&text, "tar"),
            (&small, "no root file system"),
            (&bomb, "larger than 16 MiB"),
            (&climbing, "'..'"),
            (&dir.path().join("nothing"), "No such file"),
        ] {
            let error = import(&store, "own", from, 16 * 1024 * 1024)
                .unwrap_err()
                .to_string();
            assert!(error.contains(words), "{error}");
            assert_eq!(left_over(&store), 0, "{error}");
        }
        for name in ["base", "A", "../x", ""] {
            assert!(
                import(&store, name, &small, IMAGE_BYTES_MAX).is_err(),
                "{name}"
            );
        }
    }
}
