//! Looks for texts that were planted in the labs of others: who has one has somebody else's work.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use aho_corasick::AhoCorasick;
use task_protocol::ForeignToken;

use super::room::Evidence;
use super::verdict::clean;

/// Shorter texts are found by chance.
const TOKEN_LENGTH_MIN: usize = 8;
/// What is looked at: files up to this size, so many of them, so deep.
const FILE_LENGTH_MAX: u64 = 4 * 1024 * 1024;
const FILES_MAX: usize = 20_000;
const DEPTH_MAX: usize = 64;
/// How many finds are reported.
const FOUND_MAX: usize = 20;

struct Search<'a> {
    tokens: AhoCorasick,
    names: &'a [&'a str],
    files: usize,
    found: Vec<ForeignToken>,
}

/// Where the tokens stand in what the candidate wrote, the same file once for each.
pub(super) fn find(evidence: &Evidence<'_>, tokens: &[String]) -> Vec<ForeignToken> {
    let long = tokens.iter().map(String::as_str);
    let names: Vec<_> = long.filter(|t| t.len() >= TOKEN_LENGTH_MIN).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let Ok(tokens) = AhoCorasick::new(&names) else {
        return Vec::new();
    };
    let mut search = Search {
        tokens,
        names: &names,
        files: 0,
        found: Vec::new(),
    };
    for host in &evidence.hosts {
        search.directory(host.name, host.snapshot, Path::new("/"), 0);
    }
    search.found.sort();
    search.found.dedup();
    search.found
}

impl Search<'_> {
    fn directory(&mut self, host: &str, place: &Path, inside: &Path, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        let entries = fs::read_dir(place).into_iter().flatten().flatten();
        for entry in entries {
            if self.files >= FILES_MAX || self.found.len() >= FOUND_MAX {
                return;
            }
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let inside = inside.join(entry.file_name());
            // Links are not followed, and nothing but files is opened.
            if kind.is_dir() {
                self.directory(host, &entry.path(), &inside, depth + 1);
            } else if kind.is_file() {
                self.files += 1;
                self.file(host, &entry.path(), &inside);
            }
        }
    }

    fn file(&mut self, host: &str, place: &Path, inside: &Path) {
        let opened = File::options()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(place);
        let mut bytes = Vec::new();
        let Ok(length) = opened.and_then(|file| file.take(FILE_LENGTH_MAX).read_to_end(&mut bytes))
        else {
            return;
        };
        for hit in self.tokens.find_iter(&bytes[..length]) {
            self.found.push(ForeignToken {
                token: self.names[hit.pattern().as_usize()].to_owned(),
                host: host.to_owned(),
                path: clean(&inside.to_string_lossy()),
            });
            if self.found.len() >= FOUND_MAX {
                return;
            }
        }
    }
}
