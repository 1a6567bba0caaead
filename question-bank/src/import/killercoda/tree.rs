//! The files of the folder that is imported, and paths inside it.

use std::collections::BTreeMap;

use crate::bank::report::{Place, Report};
use crate::import::{ImportContent, ImportFile};
use crate::{Fault, FaultCode};

/// The files by path.
pub(super) struct Tree<'a> {
    files: BTreeMap<&'a str, &'a ImportContent>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(files: &'a [ImportFile]) -> Self {
        let files = files
            .iter()
            .map(|file| (file.path.trim_start_matches("./"), &file.content));
        Self {
            files: files.collect(),
        }
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &'a str> {
        self.files.keys().copied()
    }

    /// The paths below a folder, as they are inside it.
    pub(super) fn below(&self, folder: &str) -> impl Iterator<Item = &'a str> {
        let prefix = inside(folder, "");
        self.paths()
            .filter_map(move |path| path.strip_prefix(prefix.as_str()))
    }

    /// The bytes of a file; none if there is no such file.
    pub(super) fn bytes(&self, path: &str) -> Result<Option<&'a [u8]>, Fault> {
        let refuse =
            |code, message: String, hint| Err(Place::start_of(path).fault(code, message, hint));
        let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        let is_link = |folder| matches!(self.files.get(folder), Some(ImportContent::Link));
        match self.files.get(path) {
            None if !above.into_iter().any(is_link) => Ok(None),
            Some(ImportContent::Bytes(bytes)) => Ok(Some(bytes)),
            Some(ImportContent::TooLarge { bytes, max }) => refuse(
                FaultCode::TooLarge,
                format!("the file has {bytes} bytes; at most {max} are imported"),
                "make it smaller, or have the setup make its content",
            ),
            None | Some(ImportContent::Link) => refuse(
                FaultCode::PathOutside,
                "the file is, or lies behind, a symbolic link, which may lead out of the folder"
                    .to_owned(),
                "put the file itself in its place",
            ),
            Some(ImportContent::Special) => refuse(
                FaultCode::UnexpectedFile,
                "the file is a pipe, a socket or a device".to_owned(),
                "put a regular file in its place",
            ),
        }
    }

    /// The text of a file without byte order mark and with the line ends of Unix.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>, Fault> {
        let Some(bytes) = self.bytes(path)? else {
            return Ok(None);
        };
        let place = |end: usize| {
            let before = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
            Report::new(path, &before, 0).place(before.len())
        };
        match std::str::from_utf8(bytes) {
            Err(error) => {
                let message = "the file is not UTF-8 text from here on";
                let place = place(error.valid_up_to());
                Err(place.fault(FaultCode::InvalidUtf8, message, "save it as UTF-8"))
            }
            Ok(text) => match text.find('\0') {
                Some(at) => {
                    let message = "the file has a NUL character here, so it is no text";
                    Err(place(at).fault(FaultCode::BadValue, message, "save it as text"))
                }
                None => Ok(Some(
                    text.trim_start_matches('\u{feff}').replace("\r\n", "\n"),
                )),
            },
        }
    }
}

/// The path of a file in a folder; the folder that is imported has an empty path.
pub(super) fn inside(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}

/// Where a path leads from a folder; none if that is absolute or above the top.
pub(super) fn resolve(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_top() {
        assert_eq!(resolve("a", "./b//c.sh").as_deref(), Some("a/b/c.sh"));
        assert_eq!(resolve("a", "../b").as_deref(), Some("b"));
        assert_eq!(resolve("", "a/..").as_deref(), Some(""));
        for bad in ["../x", "a/../../x", "/etc/passwd", "..\\x"] {
            assert_eq!(resolve("", bad), None, "{bad}");
        }
    }
}
