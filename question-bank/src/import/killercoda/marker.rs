//! What stands in two braces behind code: `{{exec}}`, `{{copy}}` and their older spellings.

/// What a marker says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Marker {
    /// The code is run at a click; with what a script cannot do.
    Run(Vec<String>),
    /// The code is shown only.
    Show,
    /// Opens a file in the editor.
    Open,
    /// A port of the machine, as an address for the browser.
    Port(String),
    /// No marker that is known.
    Unknown,
}

impl Marker {
    /// Reads what stands between the braces.
    pub(super) fn read(text: &str) -> Self {
        let mut words = text.split_whitespace();
        match words.next().unwrap_or_default() {
            "exec" | "execute" | "exeute" | "excute" => Self::Run(words.filter_map(lost).collect()),
            "" | "copy" | "ecopy" => Self::Show,
            "open" => Self::Open,
            word => match word.strip_prefix("TRAFFIC_HOST") {
                Some(rest) => match rest.split_once('_') {
                    Some((_, port)) if port.parse::<u16>().is_ok() => Self::Port(port.to_owned()),
                    _ => Self::Unknown,
                },
                None => Self::Unknown,
            },
        }
    }
}

/// Why a word behind `exec` cannot be kept; none if nothing is lost.
fn lost(word: &str) -> Option<String> {
    match word {
        "T1" | "HOST1" | "host01" => None,
        "interrupt" | "ctrl-seq" => Some(format!(
            "`{word}` interrupts the command before; the solution is a script and waits for its end"
        )),
        "no-newline" => Some("`no-newline` waits for Enter; the solution runs it".to_owned()),
        _ if word.starts_with('T') => Some(format!(
            "a command for terminal {word} runs in the only shell of the solution"
        )),
        _ if word.to_ascii_lowercase().starts_with("host") => Some(format!(
            "a command for the machine {word} runs in the only machine of the lab"
        )),
        _ => Some(format!("`{word}` of a command is not known")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_misspelt_markers_are_read() {
        for text in ["exec", "execute", " execute HOST1 ", "exeute", "execute T1"] {
            assert_eq!(Marker::read(text), Marker::Run(Vec::new()), "{text}");
        }
        for text in ["copy", "ecopy", ""] {
            assert_eq!(Marker::read(text), Marker::Show, "{text}");
        }
        for text in ["exec interrupt", "execute T2", "execute HOST2"] {
            assert!(
                matches!(Marker::read(text), Marker::Run(lost) if lost.len() == 1),
                "{text}"
            );
        }
        assert_eq!(
            Marker::read("TRAFFIC_HOST1_8080"),
            Marker::Port("8080".to_owned())
        );
        for text in ["TRAFFIC_HOST1_99999", "TRAFFIC_SELECTOR", "name"] {
            assert_eq!(Marker::read(text), Marker::Unknown, "{text}");
        }
    }
}
