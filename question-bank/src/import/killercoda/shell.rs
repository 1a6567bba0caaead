//! Shell scripts that hold other scripts and files, byte for byte.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Runs the script on its standard input with the interpreter that is given, and takes it away again.
pub(super) const RUN: &str = "run() {
  local script status=0
  script=$(mktemp)
  cat > \"$script\"
  \"$@\" \"$script\" < /dev/null || status=$?
  rm -f -- \"$script\"
  return \"$status\"
}
";

/// The call that runs a script by itself, as its own process.
pub(super) fn run(script: &str) -> String {
    let interpreter = interpreter(script);
    match is_plain(script) {
        true => {
            let end = end_word(script);
            format!("run {interpreter} <<'{end}'\n{}{end}\n", ended(script))
        }
        false => format!(
            "base64 -d <<'END' | run {interpreter}\n{}END\n",
            base64_lines(script.as_bytes())
        ),
    }
}

/// Commands as they are run in the shell of the script itself.
pub(super) fn inline(commands: &str) -> String {
    match is_plain(commands) {
        true => ended(commands),
        false => format!(
            "# Holds two braces, which would name a parameter.\n. <(base64 -d <<'END'\n{}END\n)\n",
            base64_lines(ended(commands).as_bytes())
        ),
    }
}

/// A command that writes a file.
pub(super) fn file(path: &str, content: &[u8]) -> String {
    let path = quote(path);
    format!("base64 -d > {path} <<'END'\n{}END\n", base64_lines(content))
}

/// A text as one word of the shell. No two braces stand together in it.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''").replace('{', "{''"))
}

/// Two braces would name a parameter of the task.
fn is_plain(script: &str) -> bool {
    !script.contains("{{")
}

fn ended(script: &str) -> String {
    match script.ends_with('\n') {
        true => script.to_owned(),
        false => format!("{script}\n"),
    }
}

/// A word that is no line of the script.
fn end_word(script: &str) -> String {
    let mut word = "END_OF_SCRIPT".to_owned();
    while script.lines().any(|line| line == word) {
        word.push('_');
    }
    word
}

/// The interpreter that the first line names; a script without one is bash, as it was there.
fn interpreter(script: &str) -> &str {
    let first = script.lines().next().unwrap_or_default();
    let named = first.strip_prefix("#!").map(str::trim);
    let is_harmless = |named: &&str| {
        named.starts_with('/')
            && named
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"/._- ".contains(&b))
    };
    named.filter(is_harmless).unwrap_or("bash")
}

fn base64_lines(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut lines = String::with_capacity(text.len() + text.len() / 76 + 1);
    for (n, letter) in text.chars().enumerate() {
        if n > 0 && n % 76 == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    if !lines.is_empty() {
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_cannot_end_their_here_document() {
        let script = "END_OF_SCRIPT\nEND_OF_SCRIPT_\nrm x";
        assert!(run(script).starts_with("run bash <<'END_OF_SCRIPT__'\n"));
        assert!(run(script).ends_with("rm x\nEND_OF_SCRIPT__\n"));
    }

    #[test]
    fn two_braces_never_stand_in_what_is_made() {
        for made in [
            run("docker ps --format '{{.ID}}'"),
            inline("echo {{a}}"),
            quote("a{{{b"),
            file("/x/{{y}}", b"{{"),
        ] {
            assert!(!made.contains("{{"), "{made}");
        }
        assert_eq!(quote("a'{b"), "'a'\\''{''b'");
    }

    #[test]
    fn the_first_line_names_the_interpreter() {
        for (script, interpreter) in [
            ("echo", "bash"),
            ("#!/bin/sh -e\n", "/bin/sh -e"),
            ("#! /usr/bin/env python3\nx", "/usr/bin/env python3"),
            ("#!/bin/sh; rm -rf /\n", "bash"),
            ("#!$(reboot)\n", "bash"),
        ] {
            assert_eq!(super::interpreter(script), interpreter, "{script}");
        }
    }
}
