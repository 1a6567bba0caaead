//! Pointers: where a value is in structured data.

/// One step into a map or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(u32),
}

/// The steps of a pointer such as `a.b[0]."c.d"`, or why it is none.
pub(super) fn steps(pointer: &str) -> Result<Vec<Step>, &'static str> {
    let mut steps = Vec::new();
    let mut rest = pointer;
    loop {
        let is_first = steps.is_empty();
        rest = if let Some(inside) = rest.strip_prefix('[') {
            let (number, rest) = inside
                .split_once(']')
                .ok_or("has a bracket that does not close")?;
            let is_plain = number.bytes().all(|b| b.is_ascii_digit());
            let index = number.parse().ok().filter(|_| is_plain);
            steps.push(Step::Index(index.ok_or("has an index that is no number")?));
            rest
        } else {
            let key = match rest.strip_prefix('.') {
                Some(key) if !is_first => key,
                None if is_first => rest,
                _ => return Err("has a step that is neither a key nor an index"),
            };
            let (key, rest) = key_of(key)?;
            steps.push(Step::Key(key.to_owned()));
            rest
        };
        if rest.is_empty() {
            return Ok(steps);
        }
    }
}

fn key_of(text: &str) -> Result<(&str, &str), &'static str> {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside
                .split_once(quote)
                .ok_or("has a quote that does not close");
        }
    }
    let is_end = |c: char| matches!(c, '.' | '[');
    let (key, rest) = text.split_at(text.find(is_end).unwrap_or(text.len()));
    if key.is_empty() {
        return Err("has an empty step");
    }
    if key.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ']')) {
        return Err("has a key that needs quotes");
    }
    Ok((key, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_indices_are_steps() {
        let key = |key: &str| Step::Key(key.to_owned());
        let expected = [
            key("a"),
            key("b-c"),
            Step::Index(0),
            Step::Index(12),
            key("d.e f"),
            key("g"),
        ];
        assert_eq!(steps("a.b-c[0][12].\"d.e f\".g").unwrap(), expected);
        let remote = [key("remote \"origin\""), key("url")];
        assert_eq!(steps("'remote \"origin\"'.url").unwrap(), remote);
        assert_eq!(steps("[3].x").unwrap(), [Step::Index(3), key("x")]);
        assert_eq!(steps("/etc/x").unwrap(), [key("/etc/x")]);
    }

    #[test]
    fn anything_else_is_refused() {
        for pointer in [
            "",
            ".",
            ".a",
            "a.",
            "a..b",
            "a[",
            "a[]",
            "a[x]",
            "a[-1]",
            "a[+1]",
            "a[0]b",
            "a b",
            "\"a",
            "a\"b\"",
            "\"a\"b",
            "a[99999999999]",
            "a]",
        ] {
            assert!(steps(pointer).is_err(), "{pointer}");
        }
    }
}
