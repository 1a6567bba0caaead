//! Scenarios of Killercoda and Katacoda: finds them in a folder and makes a task of each.

mod assets;
mod course;
mod image;
mod index;
mod marker;
mod page;
mod scenario;
mod shell;
mod task;
mod tree;
mod words;

use std::collections::BTreeMap;

use crate::bank::report::Place;
use crate::import::{ImportFile, ImportRefused, ImportedTask};
use crate::{DomainId, Fault, FaultCode, TaskId};

use self::tree::{Tree, inside};

pub(super) fn import(
    name: &str,
    domain: &DomainId,
    files: &[ImportFile],
) -> Result<Vec<ImportedTask>, ImportRefused> {
    let tree = Tree::new(files);
    let mut faults = Vec::new();
    let mut tasks: Vec<ImportedTask> = Vec::new();
    let mut sources: BTreeMap<TaskId, String> = BTreeMap::new();
    for folder in course::scenarios(&tree, &mut faults) {
        let index = inside(&folder, index::FILE);
        let named = if folder.is_empty() { name } else { &folder };
        let Some(id) = task_id(named) else {
            let message =
                format!("`{named}` gives no id: it has no letter or digit out of a-z, 0-9");
            faults.push(refusal(
                &index,
                FaultCode::BadId,
                &message,
                "rename the folder",
            ));
            continue;
        };
        if let Some(other) = sources.insert(id.clone(), folder.clone()) {
            let message = format!("`{other}` and `{folder}` would both be the task `{id}`");
            let hint = "rename one folder, or name it once in the course";
            faults.push(refusal(&index, FaultCode::DuplicateId, &message, hint));
            continue;
        }
        tasks.extend(scenario::read(&tree, &folder, id, domain, &mut faults));
    }
    if faults.is_empty() {
        return Ok(tasks);
    }
    faults.sort();
    faults.dedup();
    Err(ImportRefused { faults })
}

fn refusal(file: &str, code: FaultCode, message: &str, hint: &str) -> Fault {
    Place::start_of(file).fault(code, message, hint)
}

/// The path of a folder as an id: `Linux Basics/Lab_1` is `linux-basics-lab-1`.
fn task_id(path: &str) -> Option<TaskId> {
    let mut id = String::new();
    for letter in path.chars() {
        match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9') => id.push(letter),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    id.truncate(crate::id::ID_LENGTH_MAX);
    TaskId::new(id.trim_end_matches('-')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_give_ids() {
        let id = |path: &str| task_id(path).map(|id| id.to_string());
        assert_eq!(
            id("Linux Basics/Lab_1 (new)").as_deref(),
            Some("linux-basics-lab-1-new")
        );
        assert_eq!(id(&"x".repeat(300)).map(|id| id.len()), Some(100));
        assert_eq!(id("日本"), None);
    }
}
