//! A stable name for a version of an item or a task.

use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// SHA-256 in hex over the canonical JSON of a value: keys in byte order, no white space.
///
/// The keys are put in order here, so neither the order of struct fields nor `serde_json`'s
/// `preserve_order` feature (which another crate may switch on) changes a digest.
pub(crate) fn digest<T: Serialize>(value: &T) -> String {
    #[expect(
        clippy::expect_used,
        reason = "the types digested here have string keys and no fallible Serialize"
    )]
    let value = serde_json::to_value(value).expect("plain data is JSON");
    let mut canonical = String::new();
    write_canonical(&value, &mut canonical);
    hex(&Sha256::digest(canonical.as_bytes()))
}

fn write_canonical(value: &serde_json::Value, out: &mut String) {
    match value {
        serde_json::Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                // Value's Display is compact JSON, which is how a key is written as well.
                let _ = write!(out, "{}:", serde_json::Value::from(key.as_str()));
                if let Some(field) = fields.get(key) {
                    write_canonical(field, out);
                }
            }
            out.push('}');
        }
        serde_json::Value::Array(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(value, out);
            }
            out.push(']');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_keys_does_not_matter_and_the_digest_is_fixed() {
        let one: serde_json::Value =
            serde_json::from_str(r#"{"b":[1,{"z":0,"a":null}],"a":"ä\n"}"#).unwrap();
        let two: serde_json::Value =
            serde_json::from_str(r#"{"a":"ä\n","b":[1,{"a":null,"z":0}]}"#).unwrap();
        let mut canonical = String::new();
        write_canonical(&one, &mut canonical);
        assert_eq!(canonical, r#"{"a":"ä\n","b":[1,{"a":null,"z":0}]}"#);
        assert_eq!(digest(&one), digest(&two));
        assert_eq!(
            digest(&serde_json::json!({})),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }
}
