//! Secret randomness, from the operating system. Rules never call this: they get seeds as arguments.

use rand::TryRng;
use rand::rngs::SysRng;

/// The operating system gave no random bytes; nothing secret can be made.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

/// Random bytes for keys, seeds and tokens.
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    match SysRng.try_fill_bytes(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(NoRandomness),
    }
}
