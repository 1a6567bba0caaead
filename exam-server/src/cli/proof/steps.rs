//! The steps of a solution: parts that begin with a line `# step: CHECK ..` and name the checks that depend on them.

use std::collections::BTreeSet;

use question_bank::CheckInstance;

const MARK: &str = "# step:";

/// One step left out.
#[derive(Debug, PartialEq, Eq)]
pub struct Without {
    /// The number of the step, from 1.
    pub number: usize,
    /// The solution without it.
    pub script: String,
    /// The checks that it names.
    pub names: BTreeSet<String>,
}

/// The solution without each of its steps in turn; nothing if it names none. What stands before the first step is in all
/// of them.
pub fn each_left_out(solution: &str) -> Vec<Without> {
    let lines: Vec<&str> = solution.split_inclusive('\n').collect();
    let starts: Vec<usize> = (0..lines.len())
        .filter(|line| lines[*line].trim_start().starts_with(MARK))
        .collect();
    let without = |(index, start): (usize, &usize)| {
        let end = starts.get(index + 1).copied().unwrap_or(lines.len());
        let names = lines[*start].trim().trim_start_matches(MARK);
        Without {
            number: index + 1,
            script: lines[..*start]
                .iter()
                .chain(&lines[end..])
                .copied()
                .collect(),
            names: names.split_whitespace().map(str::to_owned).collect(),
        }
    };
    starts.iter().enumerate().map(without).collect()
}

/// The checks that fail when these do: they and all that require them.
pub fn with_dependents(names: &BTreeSet<String>, checks: &[CheckInstance]) -> BTreeSet<String> {
    let mut all = names.clone();
    loop {
        let before = all.len();
        for check in checks {
            if check
                .requires
                .iter()
                .any(|required| all.contains(required.as_str()))
            {
                all.insert(check.id.to_string());
            }
        }
        if all.len() == before {
            return all;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_left_out_once() {
        let solution = "set -e\n# step: a b\none\n  # step: c\ntwo\nthree\n";
        let found = each_left_out(solution);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].script, "set -e\n  # step: c\ntwo\nthree\n");
        assert_eq!(found[0].names, ["a".to_owned(), "b".to_owned()].into());
        assert_eq!(found[1].script, "set -e\n# step: a b\none\n");
        assert_eq!(each_left_out("true\n"), []);
    }
}
