//! Makes a judge of a declaration: calls of the toolbox with texts in quotes.

use crate::check_kind::pointer::{self, Step};
use crate::check_kind::{
    CheckKind, ContentFacts, Declared, FileFacts, GitFacts, HttpFacts, OutputFacts, TextFacts,
    ValueFacts,
};

/// How much of a file is read if nothing else is said.
const CONTENT_BYTES: &str = "1048576";

impl Declared {
    /// The judge. Call it on a declaration that is filled in; before that, it is what a reviewer
    /// reads. `timeout_seconds` is the time for the judge; its tools get most of it.
    #[must_use]
    pub fn script(&self, timeout_seconds: u32) -> String {
        let mut script = Script(". /task/lib.sh\n. /task/declared.sh\n".to_owned());
        let seconds = (timeout_seconds.saturating_mul(3) / 4).max(1).to_string();
        script.call("expect", &[&self.wanted(), &seconds]);
        match &self.kind {
            CheckKind::File(facts) => file(&mut script, facts),
            CheckKind::Content(facts) => content(&mut script, facts),
            CheckKind::Value(facts) => value(&mut script, facts),
            CheckKind::Git(facts) => git(&mut script, facts),
            CheckKind::Http(facts) => http(&mut script, facts),
            CheckKind::Port(state) => script.call("port_is", &[state]),
            CheckKind::Output(facts) => output(&mut script, facts),
            CheckKind::Undamaged(facts) => {
                let except: Vec<_> = facts.except.iter().map(String::as_str).collect();
                script.call("undamaged", &except);
            }
        }
        script.call("decide", &[]);
        script.0
    }
}

struct Script(String);

impl Script {
    fn call(&mut self, function: &str, arguments: &[&str]) {
        self.0.push_str(function);
        for argument in arguments {
            self.0.push(' ');
            self.0.push_str(&quoted(argument));
        }
        self.0.push('\n');
    }

    fn fact(&mut self, function: &str, argument: Option<&String>) {
        if let Some(argument) = argument {
            self.call(function, &[argument]);
        }
    }

    fn facts(&mut self, function: &str, arguments: &[String]) {
        for argument in arguments {
            self.call(function, &[argument]);
        }
    }

    fn text(&mut self, equals: Option<&String>, matches: &[String], lacks: &[String]) {
        // As `$(..)` reads a file.
        if let Some(text) = equals {
            self.call("text_equals", &[text.trim_end_matches('\n')]);
        }
        self.facts("text_matches", matches);
        self.facts("text_lacks", lacks);
    }

    fn capture(&mut self, name: &str, what: &str, facts: Option<&TextFacts>) {
        if let Some(facts) = facts {
            self.call("capture_of", &[name, what]);
            self.text(facts.equals.as_ref(), &facts.matches, &facts.lacks);
        }
    }
}

/// The text as one word for bash, whatever it holds.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

const fn root(after: bool) -> &'static str {
    if after { "/after" } else { "/lab" }
}

fn file(script: &mut Script, facts: &FileFacts) {
    let reads_content = facts.sha256.is_some();
    let type_ = match facts.r#type.as_deref() {
        Some(type_) => type_,
        None if facts.target.is_some() => "link",
        None if reads_content || facts.size_at_least.is_some() || facts.size_at_most.is_some() => {
            "file"
        }
        None => "any",
    };
    script.call("file_at", &[root(facts.after), &facts.path, type_]);
    script.fact("file_target", facts.target.as_ref());
    script.fact("file_mode", facts.mode.as_ref());
    script.fact("file_mode_at_most", facts.mode_at_most.as_ref());
    script.fact("file_owner", facts.owner.as_ref());
    script.fact("file_group", facts.group.as_ref());
    script.fact("file_size_at_least", facts.size_at_least.as_ref());
    script.fact("file_size_at_most", facts.size_at_most.as_ref());
    script.fact("file_sha256", facts.sha256.as_ref());
}

fn content(script: &mut Script, facts: &ContentFacts) {
    let bytes = facts.size_at_most.as_deref().unwrap_or(CONTENT_BYTES);
    script.call("content_at", &[root(facts.after), &facts.path, bytes]);
    script.text(facts.equals.as_ref(), &facts.matches, &facts.lacks);
}

fn value(script: &mut Script, facts: &ValueFacts) {
    let pointer = facts.pointer.as_deref();
    let steps = pointer.map(pointer::steps).and_then(Result::ok);
    let steps: Vec<String> = steps
        .unwrap_or_default()
        .into_iter()
        .map(|step| match step {
            Step::Key(key) => format!("key:{key}"),
            Step::Index(index) => format!("index:{index}"),
        })
        .collect();
    let bound = |text: &'_ Option<String>| text.clone().unwrap_or_default();
    let (least, most) = (bound(&facts.at_least), bound(&facts.at_most));
    let mut arguments = vec![
        root(facts.after),
        &facts.path,
        data_format(facts.format.as_deref(), &facts.path).unwrap_or_default(),
        pointer.unwrap_or("value"),
        &least,
        &most,
    ];
    arguments.extend(steps.iter().map(String::as_str));
    script.call("value_at", &arguments);
    if facts.absent {
        return script.call("value_absent", &[]);
    }
    script.call("value_present", &[]);
    script.fact("value_type", facts.r#type.as_ref());
    if let Some(text) = &facts.equals {
        script.call("value_equals", &[text.trim_end_matches('\n')]);
    }
    script.facts("value_matches", &facts.matches);
    script.fact("value_length", facts.length.as_ref());
    if facts.at_least.is_some() || facts.at_most.is_some() {
        script.call("value_bounds", &[]);
    }
}

fn git(script: &mut Script, facts: &GitFacts) {
    let branch = facts.branch.as_deref().unwrap_or("HEAD");
    script.call("git_at", &[root(facts.after), &facts.path, branch]);
    let subject = facts.head_subject_matches.as_ref();
    script.fact("git_subject_matches", subject);
    script.fact("git_commits_at_least", facts.commits_at_least.as_ref());
    if let [older, newer] = facts.is_ancestor.as_slice() {
        script.call("git_ancestor", &[older, newer]);
    }
    script.facts("git_history_lacks", &facts.history_lacks);
    if let Some(blob) = &facts.contains_file {
        script.call("git_file", &[&blob.path]);
        script.text(blob.equals.as_ref(), &blob.matches, &blob.lacks);
    }
}

fn http(script: &mut Script, facts: &HttpFacts) {
    script.call(
        "http_status",
        &[facts.status.as_deref().unwrap_or_default()],
    );
    for (name, pattern) in &facts.headers {
        script.call("http_header", &[name]);
        script.call("text_matches", &[pattern]);
    }
    script.capture("probe.body", "the body", facts.body.as_ref());
}

fn output(script: &mut Script, facts: &OutputFacts) {
    script.fact("output_exit", facts.exit.as_ref());
    script.capture("run.stdout", "stdout", facts.stdout.as_ref());
    script.capture("run.stderr", "stderr", facts.stderr.as_ref());
}

/// The format that is given, or that the path ends with.
pub(crate) fn data_format<'a>(given: Option<&'a str>, path: &str) -> Option<&'a str> {
    if given.is_some() {
        return given;
    }
    let (_, end) = path.rsplit_once('.')?;
    match end {
        "json" => Some("json"),
        "yaml" | "yml" => Some("yaml"),
        "toml" => Some("toml"),
        "ini" | "cfg" => Some("ini"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Values;
    use crate::check_kind::DeclarationError;

    fn values(pairs: &[(&str, &str)]) -> Values {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Values(pairs.iter().map(pair).collect())
    }

    fn declared(kind: &str) -> Declared {
        let kind = toml::from_str(kind).unwrap();
        Declared {
            kind,
            expected: None,
        }
    }

    #[test]
    fn a_value_is_never_code() {
        let evil = "a'; pass owned; echo '$(pass x)`pass y`\"\\";
        let content =
            declared("[content]\npath = '/x'\nequals = '{{evil}}'\nmatches = ['^{{evil}}$']");
        let filled = content.fill(&values(&[("evil", evil)])).unwrap();
        let script = filled.script(20);
        // Bash itself reads back what was meant.
        let read = "text_equals() { printf '%s' \"$1\"; }\n\
            text_matches() { printf '\\n%s' \"$1\"; }\ncontent_at() { :; }\nexpect() { :; }\ndecide() { :; }\n";
        let script = script.replace(". /task/lib.sh\n. /task/declared.sh\n", read);
        let output = std::process::Command::new("bash")
            .args(["-c", &script])
            .output()
            .unwrap();
        let pattern = "^a'; pass owned; echo '\\$\\(pass x\\)`pass y`\"\\\\$";
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed, format!("{evil}\n{pattern}"), "{script}");
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused() {
        let file = declared("[file]\npath = '/srv/{{x}}'\nmode = '{{mode}}'");
        let fill = |x, mode| file.fill(&values(&[("x", x), ("mode", mode)]));
        assert!(fill("a b'", "0640").is_ok());
        for (x, mode) in [("..", "640"), ("a\nb", "640"), ("a", "9"), ("a", "640; x")] {
            assert!(
                matches!(fill(x, mode), Err(DeclarationError::Unfit(_))),
                "{x} {mode}"
            );
        }
        let missing = file.fill(&values(&[("x", "a")]));
        assert!(matches!(missing, Err(DeclarationError::Template(_))));
        let git = declared("[git]\npath = '/r'\nbranch = '{{b}}'");
        for branch in ["--all", "a..b", "a@{1}", "a b", "x/../y", ""] {
            assert!(git.fill(&values(&[("b", branch)])).is_err(), "{branch}");
        }
    }

    #[test]
    fn a_script_calls_the_toolbox_for_each_fact() {
        let file = declared("[file]\npath = '/srv/x'\nmode = '2770'\ngroup = 'web'\nafter = true");
        let expected = ". /task/lib.sh\n. /task/declared.sh\n\
            expect '/srv/x: mode 2770, group web' '15'\nfile_at '/after' '/srv/x' 'any'\n\
            file_mode '2770'\nfile_group 'web'\ndecide\n";
        assert_eq!(file.script(20), expected);
        let value = declared("[value]\npath = '/a.yml'\npointer = 'a.\"b.c\"[2]'\nat_least = '3'");
        let script = value.script(20);
        let call =
            "value_at '/lab' '/a.yml' 'yaml' 'a.\"b.c\"[2]' '3' '' 'key:a' 'key:b.c' 'index:2'\n";
        assert!(script.contains(call), "{script}");
        assert!(script.contains("\nvalue_bounds\n"), "{script}");
    }
}
