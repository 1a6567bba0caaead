//! The text of a page: what the candidate reads, and the commands that the author offers to run.

use super::marker::Marker;

/// A page taken apart.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// What the candidate reads: without markers and without solutions.
    pub(super) statement: String,
    /// The code of the blocks that run at a click, in order.
    pub(super) commands: Vec<String>,
    /// How many of them the candidate still reads.
    pub(super) shown_commands: usize,
    /// Whether a part that gives the solution was left out of the statement.
    pub(super) has_hidden_solution: bool,
    /// What is lost.
    pub(super) losses: Vec<String>,
}

/// Where the part of a page ends that gives the solution.
enum Solution {
    /// At the end of its `<details>`; with how many are open.
    Details(usize),
    /// At the next heading of this level or above.
    Section(usize),
}

/// Names of Katacoda that stand for the address of a machine.
const ADDRESSES: [&str; 6] = [
    "[[HOST_SUBDOMAIN]]",
    "[[KATACODA_HOST]]",
    "[[KATACODA_DOMAIN]]",
    "[[HOST_IP]]",
    "[[HOST1_IP]]",
    "[[HOST2_IP]]",
];

/// Takes a page apart.
pub(super) fn read(page: &str) -> Text {
    let mut text = Text::default();
    let mut solution = None;
    let lines: Vec<&str> = page.lines().collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at + 1..).unwrap_or_default();
        if let Some(fence) = Fence::open(line) {
            let length = rest.iter().position(|line| fence.closing(line).is_some());
            let length = length.unwrap_or(rest.len());
            text.block(&fence, line, rest, length, solution.is_some());
            at += length + 2;
            continue;
        }
        at += 1;
        solution = match solution {
            Some(Solution::Details(depth)) => {
                let depth = depth + line.matches("<details").count();
                match depth.saturating_sub(line.matches("</details>").count()) {
                    0 => {
                        text.inline(line, true);
                        solution = None;
                        continue;
                    }
                    depth => Some(Solution::Details(depth)),
                }
            }
            Some(Solution::Section(level)) if heading(line).is_some_and(|(n, _)| n <= level) => {
                None
            }
            other => other,
        };
        if solution.is_none() {
            solution = begins_solution(line, rest);
            text.has_hidden_solution |= solution.is_some();
            if let Some(Solution::Details(_)) = solution
                && line.contains("</details>")
            {
                text.inline(line, true);
                solution = None;
                continue;
            }
        }
        text.inline(line, solution.is_some());
    }
    text.losses.sort();
    text.losses.dedup();
    text
}

/// Whether a line begins a part that gives the solution.
fn begins_solution(line: &str, rest: &[&str]) -> Option<Solution> {
    if line.contains("<details") {
        let until_end = std::iter::once(&line).chain(rest).take(5);
        let summary: Vec<&str> = until_end.copied().collect();
        let summary = summary.join(" ");
        let summary = summary.split("</summary>").next().unwrap_or_default();
        return gives_solution(summary).then_some(Solution::Details(1));
    }
    let (level, title) = heading(line)?;
    gives_solution(title).then_some(Solution::Section(level))
}

fn gives_solution(title: &str) -> bool {
    let title = title.to_lowercase();
    ["solution", "answer"]
        .iter()
        .any(|word| title.contains(word))
}

/// The level and the text of a heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    ((1..=6).contains(&level) && title.starts_with([' ', '\t'])).then_some((level, title.trim()))
}

/// The line that opens a block of code.
struct Fence {
    indent: usize,
    letter: char,
    length: usize,
}

impl Fence {
    fn open(line: &str) -> Option<Self> {
        let code = line.trim_start();
        let letter = code.chars().next().filter(|c| ['`', '~'].contains(c))?;
        let length = code.chars().take_while(|c| *c == letter).count();
        // A line with more of them is code inside a text.
        let is_block = length >= 3 && !code.get(length..).unwrap_or_default().contains(letter);
        is_block.then_some(Self {
            indent: line.len() - code.len(),
            letter,
            length,
        })
    }

    /// What follows the fence on the line that closes the block.
    fn closing<'l>(&self, line: &'l str) -> Option<&'l str> {
        let code = line.trim();
        let rest = code.trim_start_matches(self.letter);
        let is_closing = code.len() - rest.len() >= self.length
            && (rest.is_empty() || rest.trim_start().starts_with("{{"));
        is_closing.then_some(rest.trim_start())
    }
}

impl Text {
    /// A block of code, with the marker behind its end.
    fn block(&mut self, fence: &Fence, open: &str, rest: &[&str], length: usize, hidden: bool) {
        let code: Vec<String> = rest
            .iter()
            .take(length)
            .map(|line| self.addresses(line))
            .collect();
        let end = rest.get(length);
        let after = end.and_then(|line| fence.closing(line)).unwrap_or_default();
        let (marker, after) = match after
            .strip_prefix("{{")
            .and_then(|after| after.split_once("}}"))
        {
            Some((marker, after)) => (Some(marker), after),
            None => (None, after),
        };
        let dedented: Vec<&str> = code
            .iter()
            .map(|line| {
                let spaces = line.len() - line.trim_start_matches(' ').len();
                line.get(spaces.min(fence.indent)..).unwrap_or_default()
            })
            .collect();
        if let Some(marker) = marker {
            self.marked(marker, &dedented.join("\n"), hidden);
        }
        if !hidden {
            self.line(open);
            for line in &code {
                self.line(line);
            }
            let indent = " ".repeat(fence.indent);
            self.line(&format!(
                "{indent}{}",
                fence.letter.to_string().repeat(fence.length)
            ));
        }
        if !after.trim().is_empty() {
            self.inline(after.trim(), hidden);
        }
    }

    /// A line of text, which may hold code with markers.
    fn inline(&mut self, line: &str, hidden: bool) {
        let line = self.addresses(line);
        let mut shown = String::new();
        let mut rest = line.as_str();
        while let Some((before, marked)) = rest.split_once("{{") {
            let Some((marker, after)) = marked.split_once("}}") else {
                break;
            };
            shown.push_str(before);
            let code = before
                .trim_end()
                .strip_suffix('`')
                .and_then(|code| code.rsplit_once('`'))
                .map(|(_, code)| code);
            match code {
                Some(code) => self.marked(marker, code, hidden),
                None => {
                    self.losses
                        .push(format!("`{{ {{{marker}}}}}` is not known"));
                    shown.push_str(&format!("{{{{{marker}}}}}"));
                }
            }
            rest = after;
        }
        shown.push_str(rest);
        if line.contains("![") || line.contains("<img") {
            self.losses.push("pictures are not shown".to_owned());
        }
        if !hidden {
            self.line(&shown);
        }
    }

    /// Code with a marker.
    fn marked(&mut self, marker: &str, code: &str, hidden: bool) {
        match Marker::read(marker) {
            Marker::Run(lost) => {
                self.losses.extend(lost);
                if !code.trim().is_empty() {
                    self.commands.push(code.to_owned());
                    self.shown_commands += usize::from(!hidden);
                }
            }
            Marker::Show => {}
            Marker::Open => {
                let loss = "`open` opens a file in an editor; the candidate has terminals only";
                self.losses.push(loss.to_owned());
            }
            Marker::Port(_) | Marker::Unknown => {
                self.losses
                    .push(format!("the marker `{marker}` is not known"));
            }
        }
    }

    /// The text with the addresses of ports and machines as they are inside the lab.
    fn addresses(&mut self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, marked)) = rest.split_once("{{") {
            let Some((marker, after)) = marked.split_once("}}") else {
                break;
            };
            filled.push_str(before);
            match Marker::read(marker) {
                Marker::Port(port) => {
                    filled.push_str(&format!("http://localhost:{port}"));
                    let loss = "no port of the lab can be opened in the browser";
                    self.losses.push(loss.to_owned());
                }
                _ => filled.push_str(&format!("{{{{{marker}}}}}")),
            }
            rest = after;
        }
        filled.push_str(rest);
        for name in ADDRESSES {
            if filled.contains(name) {
                filled = filled.replace(name, "localhost");
                self.losses
                    .push(format!("`{name}` is `localhost` in the lab"));
            }
        }
        filled
    }

    fn line(&mut self, line: &str) {
        self.statement.push_str(line.trim_end());
        self.statement.push('\n');
    }
}

#[cfg(test)]
mod tests;
