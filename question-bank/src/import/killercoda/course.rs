//! Finds the scenarios of a folder: what `structure.json` names, or every folder with an index.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::index::{self, read_json};
use super::refusal;
use super::tree::{Tree, inside, resolve};
use crate::{Fault, FaultCode};

const STRUCTURE: &str = "structure.json";

/// Courses inside courses beyond this are no course that a person made.
const DEPTH_MAX: usize = 16;

#[derive(Deserialize)]
struct Structure {
    #[serde(default)]
    items: Vec<StructureItem>,
}

#[derive(Deserialize)]
struct StructureItem {
    path: String,
}

/// The folders of all scenarios, in the order of the course.
pub(super) fn scenarios(tree: &Tree<'_>, faults: &mut Vec<Fault>) -> Vec<String> {
    let mut folders: Vec<String> = Vec::new();
    if tree.has(STRUCTURE) {
        let mut walk = Walk {
            tree,
            above: Vec::new(),
            followed: BTreeSet::new(),
            folders: Vec::new(),
            faults,
        };
        walk.follow("");
        folders = walk.folders;
    } else if tree.has(index::FILE) {
        folders.push(String::new());
    } else {
        let found = tree.paths().filter_map(|path| {
            let folder = path.strip_suffix(index::FILE)?.strip_suffix('/')?;
            // An asset may have that name too.
            let is_asset = folder.split('/').any(|part| part == "assets");
            (!is_asset).then(|| folder.to_owned())
        });
        folders.extend(found);
    }
    if folders.is_empty() && faults.is_empty() {
        let (message, hint) = match tree.paths().any(|path| path.ends_with("index.yaml")) {
            true => (
                "the folder has an index.yaml, which is not read",
                "write the same as index.json",
            ),
            false => (
                "the folder has no scenario: no index.json and no structure.json",
                "name the folder of a scenario or of a course",
            ),
        };
        faults.push(refusal(index::FILE, FaultCode::MissingFile, message, hint));
    }
    folders
}

/// The way through a course.
struct Walk<'a> {
    tree: &'a Tree<'a>,
    /// The courses on the way to where it is, by which a circle is seen.
    above: Vec<String>,
    /// All courses so far: each is followed once, however often it is named.
    followed: BTreeSet<String>,
    folders: Vec<String>,
    faults: &'a mut Vec<Fault>,
}

impl Walk<'_> {
    fn follow(&mut self, folder: &str) {
        let path = inside(folder, STRUCTURE);
        let Some((structure, text)) = read_json::<Structure>(self.tree, &path, self.faults) else {
            return;
        };
        self.followed.insert(folder.to_owned());
        self.above.push(folder.to_owned());
        for item in structure.items {
            if let Err((code, message, hint)) = self.item(folder, &item.path) {
                let place = index::place_of(&path, &text, &item.path);
                self.faults.push(place.fault(code, message, hint));
            }
        }
        self.above.pop();
    }

    fn item(&mut self, folder: &str, path: &str) -> Result<(), (FaultCode, String, &'static str)> {
        let Some(target) = resolve(folder, path) else {
            let message = format!("`{path}` leads out of the folder that is imported");
            let hint = "name a folder of this course";
            return Err((FaultCode::PathOutside, message, hint));
        };
        let is_course = self.tree.has(&inside(&target, STRUCTURE));
        if self.above.contains(&target) {
            let message = format!("the course includes itself by way of `{path}`");
            let hint = "remove one item of the circle";
            return Err((FaultCode::CourseCycle, message, hint));
        }
        if is_course && self.followed.contains(&target) {
            let message = format!("the course `{path}` is named a second time");
            return Err((FaultCode::DuplicateId, message, "name it once"));
        }
        if is_course && self.above.len() >= DEPTH_MAX {
            let message = format!("`{path}` is more than {DEPTH_MAX} courses deep");
            let hint = "put its scenarios into a course further up";
            return Err((FaultCode::TooDeep, message, hint));
        }
        if is_course {
            self.follow(&target);
        } else if self.tree.has(&inside(&target, index::FILE)) {
            self.folders.push(target);
        } else {
            let message = format!("`{path}` has no index.json and no structure.json");
            let hint = "add the scenario, or remove the item";
            return Err((FaultCode::MissingFile, message, hint));
        }
        Ok(())
    }
}
