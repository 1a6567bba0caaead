//! Lab images: declared, built from Debian packages, named by the digest of the declaration.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use task_protocol::ImageView;

mod build;
mod declaration;
mod import;

pub use build::build;
pub use declaration::Declaration;
pub use import::{IMAGE_BYTES_MAX, import};

/// Where images live unless told otherwise.
pub const IMAGES_DIR: &str = "/var/lib/assay/images";

/// A built image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Name, as tasks call it.
    pub name: String,
    /// SHA-256 in hex of the declaration.
    pub digest: String,
    /// Its root file system, with owners as in the image.
    pub root: PathBuf,
}

/// The built images of this machine.
#[derive(Debug, Clone)]
pub struct ImageStore {
    dir: PathBuf,
}

impl ImageStore {
    /// The images below `dir`, which need not exist yet.
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Where a build of the declaration is kept.
    fn place(&self, declaration: &Declaration) -> PathBuf {
        self.dir
            .join(format!("{}-{}", declaration.name, declaration.digest()))
    }

    /// The image of this declaration, if it is built.
    #[must_use]
    pub fn find(&self, declaration: &Declaration) -> Option<Image> {
        let root = self.place(declaration).join("root");
        root.is_dir().then(|| Image {
            name: declaration.name.clone(),
            digest: declaration.digest(),
            root,
        })
    }

    /// The image that a task means by `name`: the build of the declaration that this binary
    /// carries, or the newest build of that name when it carries none.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<Image> {
        if let Some(declaration) = Declaration::embedded(name) {
            return self.find(&declaration);
        }
        let newest = |image: &Image| fs::metadata(&image.root).and_then(|m| m.modified()).ok();
        self.all()
            .ok()?
            .into_iter()
            .filter(|image| image.name == name)
            .max_by_key(newest)
    }

    /// The image of this name and digest, whether or not tasks still mean it.
    #[must_use]
    pub fn by_digest(&self, name: &str, digest: &str) -> Option<Image> {
        image_at(&self.dir.join(format!("{name}-{digest}")))
    }

    /// All built images, in the order of their names.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn all(&self) -> io::Result<Vec<Image>> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut images = Vec::new();
        for entry in entries {
            images.extend(image_at(&entry?.path()));
        }
        images.sort_by(|a, b| (&a.name, &a.digest).cmp(&(&b.name, &b.digest)));
        Ok(images)
    }

    /// Removes the images that no task means any more, except those of these digests. Gives the
    /// removed ones.
    ///
    /// # Errors
    /// The directory cannot be read, or an image cannot be removed.
    pub fn prune(&self, needed: &BTreeSet<String>) -> io::Result<Vec<Image>> {
        let mut removed = Vec::new();
        for image in self.all()? {
            let is_current = self.by_name(&image.name).as_ref() == Some(&image);
            if is_current || needed.contains(&image.digest) {
                continue;
            }
            if let Some(place) = image.root.parent() {
                // First the name: half an image must not look like one.
                let gone = place.with_file_name(format!("{}{}", build::DRAFT, image.digest));
                fs::rename(place, &gone)?;
                fs::remove_dir_all(&gone)?;
            }
            removed.push(image);
        }
        Ok(removed)
    }

    /// All built images as the protocol shows them.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn views(&self) -> io::Result<Vec<ImageView>> {
        let views = self.all()?.into_iter().map(|image| ImageView {
            is_current: self.by_name(&image.name).as_ref() == Some(&image),
            name: image.name,
            digest: image.digest,
        });
        Ok(views.collect())
    }
}

fn image_at(place: &Path) -> Option<Image> {
    let (name, digest) = place.file_name()?.to_str()?.rsplit_once('-')?;
    let root = place.join("root");
    (declaration::is_digest(digest) && root.is_dir()).then(|| Image {
        name: name.to_owned(),
        digest: digest.to_owned(),
        root,
    })
}
