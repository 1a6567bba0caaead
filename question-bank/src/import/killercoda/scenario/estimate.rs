//! Difficulty and time, which authors write as free text.

use serde_json::Value;

/// Share of candidates who are expected to solve a task of this difficulty.
pub(super) fn facility(difficulty: Option<&Value>) -> f64 {
    let difficulty = difficulty.and_then(Value::as_str).unwrap_or_default();
    match difficulty.to_lowercase() {
        text if text.contains("begin") || text.contains("easy") => 0.7,
        text if text.contains("adv") || text.contains("hard") || text.contains("expert") => 0.4,
        _ => 0.55,
    }
}

/// The time of a scenario: `10 minutes`, `15-20 min`, `1 hour`, or a number of minutes.
pub(super) fn seconds(time: &Value) -> Option<u32> {
    let text = match time {
        Value::String(text) => text.to_lowercase(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let most: u32 = numbers.filter_map(|number| number.parse().ok()).max()?;
    let unit = match () {
        () if text.contains("hour") || text.ends_with('h') => 3600,
        () if text.contains("sec") => 1,
        () => 60,
    };
    most.checked_mul(unit)
        .filter(|time| (1..=86_400).contains(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("10 minutes", Some(600)),
            ("15-20 min", Some(1200)),
            ("1 hour", Some(3600)),
            ("90 sec", Some(90)),
            ("12", Some(720)),
            ("a while", None),
            ("99999999999 minutes", None),
            ("0 minutes", None),
        ] {
            assert_eq!(seconds(&Value::from(text)), expected, "{text}");
        }
        assert_eq!(seconds(&Value::from(5)), Some(300));
    }
}
