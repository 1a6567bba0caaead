//! Loads a bank: sorts the files, reads each, and keeps what has no fault.

use std::collections::{BTreeMap, BTreeSet};

use crate::bank::check::{self, Read};
use crate::bank::item::{self, ItemPath};
use crate::bank::programme;
use crate::bank::proof;
use crate::bank::report::Place;
use crate::bank::task;
use crate::bank::task_files::Files;
use crate::{Bank, DomainId, Fault, FaultCode, Loaded, SourceFile, Unloadable};

const MANIFEST: &str = "bank.toml";

pub(super) fn load(files: Vec<SourceFile>) -> Result<Loaded, Unloadable> {
    let mut faults = Vec::new();
    let (texts, unreadable) = decode(&files, &mut faults);

    let manifest = match texts.get(MANIFEST) {
        Some(text) => {
            let (manifest, found) = programme::read_manifest(MANIFEST, text);
            faults.extend(found);
            manifest
        }
        None if unreadable.contains(MANIFEST) => None,
        None => {
            let message = "the bank has no bank.toml";
            let hint = "write it: id, title, language, license, version and [[domains]]";
            faults.push(Place::start_of(MANIFEST).fault(FaultCode::MissingFile, message, hint));
            None
        }
    };
    let Some(manifest) = manifest else {
        faults.retain(|fault| fault.file == MANIFEST);
        return Err(Unloadable { faults });
    };

    let domains = manifest
        .domains
        .iter()
        .map(|domain| domain.id.clone())
        .collect();
    let mut read = read_all(&texts, &unreadable, &domains, &mut faults);
    check::references(&mut read, &mut faults);
    let mut bank = Bank {
        id: manifest.id,
        title: manifest.title,
        language: manifest.language,
        license: manifest.license,
        version: manifest.version,
        domains: manifest.domains,
        items: BTreeMap::new(),
        tasks: BTreeMap::new(),
        blueprints: BTreeMap::new(),
        certifications: BTreeMap::new(),
        proofs: std::mem::take(&mut read.proofs),
    };
    keep_faultless(read, &mut bank, &mut faults);
    faults.sort();
    faults.dedup();
    Ok(Loaded { bank, faults })
}

/// Texts by path, and the paths of files that are none.
fn decode<'a>(
    files: &'a [SourceFile],
    faults: &mut Vec<Fault>,
) -> (BTreeMap<&'a str, String>, BTreeSet<&'a str>) {
    let mut texts = BTreeMap::new();
    let mut unreadable = BTreeSet::new();
    for file in files {
        let path = file.path.trim_start_matches("./");
        if !is_content(path) {
            continue;
        }
        match std::str::from_utf8(&file.text) {
            // Line ends of other systems are no difference in content.
            Ok(text) => {
                texts.insert(path, text.replace("\r\n", "\n"));
            }
            Err(error) => {
                unreadable.insert(path);
                let valid = file.text.get(..error.valid_up_to()).unwrap_or_default();
                let valid = String::from_utf8_lossy(valid);
                let place = crate::bank::report::Report::new(path, &valid, 0).place(valid.len());
                let message = "the file is not UTF-8 text from here on";
                faults.push(place.fault(FaultCode::InvalidUtf8, message, "save it as UTF-8"));
            }
        }
    }
    (texts, unreadable)
}

/// Whether the file belongs to the content: in a known place, not hidden, not a read-me.
fn is_content(path: &str) -> bool {
    let mut parts = path.split('/');
    let is_hidden = path.split('/').any(|part| part.starts_with('.'));
    let is_readme = path.rsplit('/').next() == Some("README.md");
    let top = parts.next().unwrap_or_default();
    let is_known = match parts.next() {
        None => top == MANIFEST,
        Some(_) => ["items", "tasks", "blueprints", "certifications"].contains(&top),
    };
    is_known && !is_hidden && !is_readme
}

fn read_all(
    texts: &BTreeMap<&str, String>,
    unreadable: &BTreeSet<&str>,
    domains: &BTreeSet<DomainId>,
    faults: &mut Vec<Fault>,
) -> Read {
    let mut read = Read::default();
    let mut folders: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (path, text) in texts {
        let parts: Vec<&str> = path.split('/').collect();
        let file = parts.last().copied().unwrap_or_default();
        let found = match parts.as_slice() {
            ["items", folder, _] if file.ends_with(".md") => {
                let name = file.trim_end_matches(".md");
                let (item, found) = item::read(&ItemPath { path, folder, name }, text, domains);
                read.items.extend(item);
                found
            }
            ["tasks", name, "proof.toml"] => {
                let (proof, found) = proof::read(path, name, text);
                read.proofs.extend(proof);
                found
            }
            ["tasks", name, _, ..] => {
                let inside = path.splitn(3, '/').nth(2).unwrap_or_default();
                folders.entry(name).or_default().insert(inside, text);
                Vec::new()
            }
            ["blueprints", _] if file.ends_with(".toml") => {
                let name = file.trim_end_matches(".toml");
                let (blueprint, found) = programme::read_blueprint(path, name, text, domains);
                read.blueprints.extend(blueprint);
                found
            }
            ["certifications", _] if file.ends_with(".toml") => {
                let name = file.trim_end_matches(".toml");
                let (certification, found) = programme::read_certification(path, name, text);
                read.certifications.extend(certification);
                found
            }
            [MANIFEST] => Vec::new(),
            _ => {
                let message = "a bank has no such file in this place";
                let hint = "items are items/<domain>/<id>.md; see the layout of a bank";
                vec![Place::start_of(path).fault(FaultCode::UnexpectedFile, message, hint)]
            }
        };
        faults.extend(found);
    }
    for (name, files) in folders {
        let prefix = format!("tasks/{name}/");
        let unreadable = unreadable
            .iter()
            .filter_map(|path| path.strip_prefix(&prefix))
            .collect();
        let mut files = Files::new(name, files, unreadable);
        if files.is_unreadable("task.toml") {
            continue;
        }
        let (task, found) = task::read(name, &mut files, domains);
        read.tasks.extend(task);
        faults.extend(found);
    }
    read.names = texts
        .keys()
        .chain(unreadable)
        .copied()
        .filter_map(check::name_of)
        .collect();
    read
}

/// Moves everything without a fault into the bank, then tries the blueprints on it.
fn keep_faultless(read: Read, bank: &mut Bank, faults: &mut Vec<Fault>) {
    let faulty: BTreeSet<String> = faults
        .iter()
        .map(|fault| check::owner(&fault.file).to_owned())
        .collect();
    let is_good = |place: &Place| !faulty.contains(check::owner(&place.file));
    let items = read
        .items
        .into_iter()
        .filter(|read| is_good(&read.id_place));
    bank.items = items
        .map(|read| (read.item.id.clone(), read.item))
        .collect();
    let tasks = read
        .tasks
        .into_iter()
        .filter(|read| is_good(&read.id_place));
    bank.tasks = tasks
        .map(|read| (read.task.id.clone(), read.task))
        .collect();
    let certifications = read
        .certifications
        .into_iter()
        .filter(|read| is_good(&read.id_place));
    bank.certifications = certifications
        .map(|read| (read.certification.id.clone(), read.certification))
        .collect();
    for read in read
        .blueprints
        .into_iter()
        .filter(|read| is_good(&read.id_place))
    {
        let lacking = check::feasibility(bank, &read);
        if lacking.is_empty() {
            bank.blueprints
                .insert(read.blueprint.id.clone(), read.blueprint);
        }
        faults.extend(lacking);
    }
}
