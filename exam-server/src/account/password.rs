//! Passwords: Argon2id with the parameters that OWASP asks for (19 MiB, 2 passes, 1 lane).

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use tokio::sync::Semaphore;

/// Hashing takes tens of milliseconds and 19 MiB; more at once than processors would only starve the exams that run.
static PERMITS: Semaphore = Semaphore::const_new(2);

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct HashError;

fn argon2() -> Argon2<'static> {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19 * 1024, 2, 1, None).unwrap_or_default(),
    )
}

/// Hashes a password into a PHC string.
pub async fn hash(password: String) -> Result<String, HashError> {
    let _permit = PERMITS.acquire().await.map_err(|_closed| HashError)?;
    tokio::task::spawn_blocking(move || {
        argon2()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
    })
    .await
    .map_err(|_panicked| HashError)?
    .map_err(|_refused| HashError)
}

/// Whether the password fits the PHC string. For a missing account pass `None`: it takes the same time.
pub async fn verify(password: String, phc: Option<String>) -> bool {
    let Ok(_permit) = PERMITS.acquire().await else {
        return false;
    };
    tokio::task::spawn_blocking(move || match phc {
        Some(phc) => PasswordHash::new(&phc).is_ok_and(|parsed| {
            argon2()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        }),
        None => {
            let _same_time = argon2().hash_password(password.as_bytes());
            false
        }
    })
    .await
    .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_verifies() {
        let phc = hash("correct horse".to_owned()).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse".to_owned(), Some(phc.clone())).await);
        assert!(!verify("correct horsE".to_owned(), Some(phc)).await);
        assert!(!verify("correct horse".to_owned(), None).await);
        assert!(!verify("correct horse".to_owned(), Some("not a hash".to_owned())).await);
    }
}
