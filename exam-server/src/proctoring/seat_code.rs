//! Seat codes: ten characters of Crockford's base 32 (50 bits), written XXXXX-XXXXX and read with the usual slips.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::audit::hex;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 10;

/// The code of ten random bytes. Five bits of each are used, so every character is equally likely.
pub fn from_random(bytes: [u8; LENGTH]) -> String {
    let mut code = String::with_capacity(LENGTH + 1);
    for (index, byte) in bytes.iter().enumerate() {
        if index == LENGTH / 2 {
            code.push('-');
        }
        let letter = ALPHABET.get(usize::from(byte & 31)).copied();
        code.push(char::from(letter.unwrap_or(b'0')));
    }
    code
}

/// The code as it is compared: without hyphens and spaces, in capitals, and with O, I and L read as the digits.
pub fn normalize(code: &str) -> String {
    code.chars()
        .filter(|letter| letter.is_alphanumeric())
        .take(LENGTH + 1)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// What is stored of a code.
pub fn hmac(key: &[u8; 32], code: &str) -> String {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(normalize(code).as_bytes());
            hex(&mac.finalize().into_bytes())
        }
        // HMAC takes keys of any length.
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_hand_do_not_matter() {
        let code = from_random([0, 1, 31, 32, 33, 255, 10, 20, 16, 17]);
        assert_eq!(code, "01Z01-ZAMGH");
        let key = [3; 32];
        for typed in ["01Z01-ZAMGH", "o1zoi zamgh", " OLZ0l--ZAMGH "] {
            assert_eq!(hmac(&key, typed), hmac(&key, &code), "{typed}");
        }
        for wrong in ["01Z01-ZAMGG", "01Z01-ZAMGHH", "", "01Z01ZAMG"] {
            assert_ne!(hmac(&key, wrong), hmac(&key, &code), "{wrong}");
        }
        assert_ne!(hmac(&[4; 32], &code), hmac(&key, &code));
    }
}
