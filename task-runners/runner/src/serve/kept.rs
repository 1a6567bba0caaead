//! What is left of labs for people, and for how long.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The directories that hold it.
const PLACES: &[&str] = &["snapshots", "gradings", "reports", "recordings"];

/// Removes what was not touched for so long. What cannot be removed is tried again the next time.
pub(super) fn remove_old(data: &Path, keep: Duration) {
    let now = SystemTime::now();
    for place in PLACES {
        for entry in fs::read_dir(data.join(place))
            .into_iter()
            .flatten()
            .flatten()
        {
            let path = entry.path();
            if let Err(error) = remove_if_old(&path, now, keep) {
                tracing::warn!(%error, path = %path.display(), "what is too old stays");
            }
        }
    }
}

fn remove_if_old(path: &Path, now: SystemTime, keep: Duration) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    let age = now.duration_since(metadata.modified()?).unwrap_or_default();
    if age <= keep {
        return Ok(());
    }
    tracing::info!(path = %path.display(), "removing what is older than it is to be kept");
    if metadata.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_goes_and_the_new_stays() {
        let dir = tempfile::tempdir().unwrap();
        let day = Duration::from_secs(24 * 60 * 60);
        for (place, name, age) in [
            ("snapshots", "old", 11),
            ("snapshots", "new", 9),
            ("other", "old", 11),
        ] {
            let path = dir.path().join(place).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let file = fs::File::create(&path).unwrap();
            file.set_modified(SystemTime::now() - day * age).unwrap();
        }
        fs::create_dir_all(dir.path().join("recordings/lab")).unwrap();
        remove_old(dir.path(), day * 10);
        let has = |path: &str| dir.path().join(path).exists();
        assert!(!has("snapshots/old") && has("snapshots/new") && has("other/old"));
        assert!(has("recordings/lab"));
    }
}
