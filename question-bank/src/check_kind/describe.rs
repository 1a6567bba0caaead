//! Says in words what a declaration wants, for the candidate who did not meet it.

use crate::check_kind::{
    CheckKind, ContentFacts, Declared, FileFacts, GitFacts, HttpFacts, OutputFacts, ValueFacts,
};

/// How much of one text is shown.
const SHOWN_CHARS_MAX: usize = 200;
/// How long the whole may be; a verdict keeps no more.
const WANTED_CHARS_MAX: usize = 900;

impl Declared {
    /// What was wanted.
    pub(super) fn wanted(&self) -> String {
        let wanted = match (&self.expected, &self.kind) {
            (Some(expected), _) => expected.clone(),
            (None, CheckKind::File(facts)) => file(facts),
            (None, CheckKind::Content(facts)) => content(facts),
            (None, CheckKind::Value(facts)) => value(facts),
            (None, CheckKind::Git(facts)) => git(facts),
            (None, CheckKind::Http(facts)) => http(facts),
            (None, CheckKind::Port(state)) => format!("the port is {state}"),
            (None, CheckKind::Output(facts)) => output(facts),
            (None, CheckKind::Undamaged(_)) => {
                "nothing else changed, nothing writable for everybody, no new set-uid program"
                    .to_owned()
            }
        };
        wanted.chars().take(WANTED_CHARS_MAX).collect()
    }
}

/// Facts in the order in which they are looked at.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn say(&mut self, before: &str, text: Option<&String>, after: &str) {
        if let Some(text) = text {
            self.0.push(format!("{before}{}{after}", shown(text)));
        }
    }

    fn text(&mut self, what: &str, equals: Option<&String>, matches: &[String], lacks: &[String]) {
        self.say(&format!("{what}is: "), equals, "");
        for pattern in matches {
            self.say(
                &format!("{what}has a line that matches "),
                Some(pattern),
                "",
            );
        }
        for pattern in lacks {
            self.say(
                &format!("{what}has no line that matches "),
                Some(pattern),
                "",
            );
        }
    }

    fn about(self, what: &str) -> String {
        if self.0.is_empty() {
            what.to_owned()
        } else {
            format!("{what}: {}", self.0.join(", "))
        }
    }
}

fn shown(text: &str) -> String {
    let mut shown: String = text.trim_end().chars().take(SHOWN_CHARS_MAX).collect();
    if shown.len() < text.trim_end().len() {
        shown.push_str(" ..");
    }
    shown
}

fn file(facts: &FileFacts) -> String {
    let mut words = Words::default();
    match facts.r#type.as_deref() {
        Some("absent") => words.0.push("absent".to_owned()),
        Some("any") | None => {}
        Some(type_) => words.0.push(format!("a {type_}")),
    }
    words.say("a link to ", facts.target.as_ref(), "");
    words.say("mode ", facts.mode.as_ref(), "");
    words.say("mode at most ", facts.mode_at_most.as_ref(), "");
    words.say("owner ", facts.owner.as_ref(), "");
    words.say("group ", facts.group.as_ref(), "");
    words.say("at least ", facts.size_at_least.as_ref(), " bytes");
    words.say("at most ", facts.size_at_most.as_ref(), " bytes");
    words.say("SHA-256 ", facts.sha256.as_ref(), "");
    if words.0.is_empty() {
        words.0.push("it exists".to_owned());
    }
    words.about(&facts.path)
}

fn content(facts: &ContentFacts) -> String {
    let mut words = Words::default();
    words.text("", facts.equals.as_ref(), &facts.matches, &facts.lacks);
    words.say("at most ", facts.size_at_most.as_ref(), " bytes");
    words.about(&facts.path)
}

fn value(facts: &ValueFacts) -> String {
    let mut words = Words::default();
    if facts.absent {
        words.0.push("absent".to_owned());
    }
    words.say("a ", facts.r#type.as_ref(), "");
    words.say("is ", facts.equals.as_ref(), "");
    for pattern in &facts.matches {
        words.say("matches ", Some(pattern), "");
    }
    words.say("length ", facts.length.as_ref(), "");
    words.say("at least ", facts.at_least.as_ref(), "");
    words.say("at most ", facts.at_most.as_ref(), "");
    let pointer = facts.pointer.as_deref().unwrap_or("the value");
    words.about(&format!("{pointer} in {}", facts.path))
}

fn git(facts: &GitFacts) -> String {
    let mut words = Words::default();
    let subject = facts.head_subject_matches.as_ref();
    words.say("a newest commit that matches ", subject, "");
    let count = facts.commits_at_least.as_ref();
    words.say("at least ", count, " commits");
    if let [older, newer] = facts.is_ancestor.as_slice() {
        words.0.push(format!("{older} in the history of {newer}"));
    }
    if let Some(blob) = &facts.contains_file {
        words.0.push(format!("with {}", blob.path));
        let what = format!("{} ", blob.path);
        words.text(&what, blob.equals.as_ref(), &blob.matches, &blob.lacks);
    }
    let branch = facts.branch.as_deref().unwrap_or("HEAD");
    words.about(&format!("{branch} of {}", facts.path))
}

fn http(facts: &HttpFacts) -> String {
    let mut words = Words::default();
    words.say("status ", facts.status.as_ref(), "");
    for (name, pattern) in &facts.headers {
        words.say(&format!("header {name} matches "), Some(pattern), "");
    }
    if let Some(body) = &facts.body {
        words.text(
            "the body ",
            body.equals.as_ref(),
            &body.matches,
            &body.lacks,
        );
    }
    words.about("an answer")
}

fn output(facts: &OutputFacts) -> String {
    let mut words = Words::default();
    words.say("exit status ", facts.exit.as_ref(), "");
    for (what, text) in [("stdout ", &facts.stdout), ("stderr ", &facts.stderr)] {
        if let Some(text) = text {
            words.text(what, text.equals.as_ref(), &text.matches, &text.lacks);
        }
    }
    words.0.join(", ")
}
