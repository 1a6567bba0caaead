//! Assets: files that are put into the machine before the candidate begins.

use serde_json::Value;

use super::index::Asset;
use super::shell;
use super::tree::Tree;

/// The names of the only machine.
pub(super) const HOSTS: [&str; 4] = ["host01", "host1", "client", "terminal"];

/// The files that an asset names, with their paths below its target.
pub(super) fn matching<'a>(tree: &Tree<'a>, folder: &str, pattern: &str) -> Vec<(&'a str, String)> {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let fixed = pattern.iter().take(pattern.len().saturating_sub(1));
    let fixed = fixed.take_while(|part| !part.contains('*')).count();
    tree.below(folder)
        .filter_map(|path| {
            let parts: Vec<&str> = path.split('/').collect();
            let below = parts.get(fixed..).unwrap_or_default();
            matches(&pattern, &parts).then(|| (path, below.join("/")))
        })
        .collect()
}

/// The commands that put a file in its place.
pub(super) fn commands(asset: &Asset, below: &str, bytes: &[u8]) -> String {
    let path = format!("{}/{below}", directory(&asset.target));
    let parent = path.rsplit_once('/').map_or("/", |(parent, _)| parent);
    let mut commands = format!("mkdir -p -- {}/\n", shell::quote(parent));
    commands.push_str(&shell::file(&path, bytes));
    if let Some(mode) = mode(asset) {
        commands.push_str(&format!("chmod {mode} -- {}\n", shell::quote(&path)));
    }
    commands
}

/// The argument of `chmod`, if it is one.
pub(super) fn mode(asset: &Asset) -> Option<String> {
    let mode = match &asset.chmod {
        Some(Value::String(mode)) => mode.clone(),
        Some(Value::Number(mode)) => mode.to_string(),
        _ => return None,
    };
    let is_mode = !mode.is_empty() && mode.bytes().all(|b| b"ugoarwxXst+=,-01234567".contains(&b));
    is_mode.then_some(mode)
}

/// The folder that a target means, without a slash at its end.
fn directory(target: &str) -> String {
    let target = target.trim_end_matches('/');
    match target.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/root{rest}"),
        _ if target.is_empty() || target.starts_with('/') => target.to_owned(),
        _ => format!("/root/{target}"),
    }
}

/// Whether a path fits a pattern, in which `**` is any number of folders.
fn matches(pattern: &[&str], path: &[&str]) -> bool {
    // Row by row, so that no pattern takes long.
    let mut fits = vec![false; path.len() + 1];
    if let Some(first) = fits.first_mut() {
        *first = true;
    }
    for (n, part) in pattern.iter().enumerate() {
        let mut next = vec![false; path.len() + 1];
        let is_last = n + 1 == pattern.len();
        let mut any = false;
        for at in 0..=path.len() {
            let is_before = fits.get(at).copied().unwrap_or_default();
            let fits_here = if *part == "**" {
                // At the end it stands for files too.
                let found = any || (is_before && !is_last);
                any |= is_before;
                found
            } else {
                at > 0
                    && fits.get(at - 1).copied().unwrap_or_default()
                    && path
                        .get(at - 1)
                        .is_some_and(|name| name_matches(part, name))
            };
            if let Some(next) = next.get_mut(at) {
                *next = fits_here;
            }
        }
        fits = next;
    }
    fits.last().copied().unwrap_or_default()
}

/// Whether a name fits a pattern with `*`, which takes hidden names only if they are named.
fn name_matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    if pattern.starts_with('*') && name.starts_with('.') {
        return false;
    }
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{ImportContent, ImportFile};

    fn found(pattern: &str) -> Vec<String> {
        let paths = [
            "a.sh",
            ".b",
            "app1/c.json",
            "app1/d/e.json",
            "app2/f",
            "x/y/z.txt",
        ];
        let files: Vec<ImportFile> = paths
            .iter()
            .map(|path| ImportFile {
                path: format!("s/assets/{path}"),
                content: ImportContent::Bytes(Vec::new()),
            })
            .collect();
        let tree = Tree::new(&files);
        let found = matching(&tree, "s/assets", pattern);
        found.into_iter().map(|(_, below)| below).collect()
    }

    #[test]
    fn patterns_name_files_below_their_fixed_part() {
        assert_eq!(found("a.sh"), ["a.sh"]);
        assert_eq!(found(".b"), [".b"]);
        assert_eq!(found("*"), ["a.sh"]);
        assert_eq!(found("app1/*"), ["c.json"]);
        assert_eq!(found("app1/d/e.json"), ["e.json"]);
        assert_eq!(found("app*/**/*.json"), ["app1/c.json", "app1/d/e.json"]);
        assert_eq!(found("x/**"), ["y/z.txt"]);
        assert_eq!(found("**").len(), 6);
        assert_eq!(found("**/*.*").len(), 4);
        assert_eq!(found("*.s*h*"), ["a.sh"]);
        assert!(found("nothing").is_empty() && found("a*sh*sh").is_empty());
    }

    #[test]
    fn targets_are_folders_of_the_machine() {
        for (target, folder) in [
            ("~/", "/root"),
            ("~/app/", "/root/app"),
            ("/", ""),
            ("/opt/x", "/opt/x"),
            ("app", "/root/app"),
            ("~user", "/root/~user"),
        ] {
            assert_eq!(directory(target), folder, "{target}");
        }
    }
}
