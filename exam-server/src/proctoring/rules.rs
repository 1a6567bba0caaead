//! Seat codes as pure rules.

use serde::Serialize;
use utoipa::ToSchema;

/// Wrong codes before a seat is locked. Revealing a new code unlocks it.
pub const TRIES_MAX: i32 = 5;
/// How long a code holds.
pub const CODE_LIFETIME_MS: i64 = 10 * 60 * 1000;

/// The code of a seat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeatCode {
    pub hmac: Option<String>,
    pub expires_at_ms: Option<i64>,
    pub used_at_ms: Option<i64>,
    pub failed_tries: i32,
}

/// How a seat's code is, for the proctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    None,
    Revealed,
    Used,
    Expired,
    Locked,
}

/// Why a code does not admit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    #[error("the seat is locked after {TRIES_MAX} wrong codes; ask the proctor for a new code")]
    Locked,
    #[error("check the code and type it again")]
    Wrong { tries_left: i32 },
    #[error("this code belongs to another seat; check that you sit at yours")]
    OtherSeat { tries_left: i32 },
    #[error("the code has expired; ask the proctor for a new one")]
    Expired,
    #[error("the code has been used; ask the proctor for a new one")]
    Used,
}

impl CodeRefusal {
    /// Whether the try counts towards the lock. A seat's own code tells nothing to whoever guesses.
    pub const fn is_counted(self) -> bool {
        matches!(self, Self::Wrong { .. } | Self::OtherSeat { .. })
    }
}

impl SeatCode {
    /// Whether the code with this HMAC admits now.
    pub fn judge(
        &self,
        hmac: &str,
        is_of_another_seat: bool,
        now_ms: i64,
    ) -> Result<(), CodeRefusal> {
        if self.failed_tries >= TRIES_MAX {
            return Err(CodeRefusal::Locked);
        }
        if self.hmac.as_deref() != Some(hmac) {
            let tries_left = TRIES_MAX - self.failed_tries - 1;
            return Err(match is_of_another_seat {
                true => CodeRefusal::OtherSeat { tries_left },
                false => CodeRefusal::Wrong { tries_left },
            });
        }
        if self.used_at_ms.is_some() {
            return Err(CodeRefusal::Used);
        }
        if self.is_expired(now_ms) {
            return Err(CodeRefusal::Expired);
        }
        Ok(())
    }

    /// How the code is now.
    pub fn state(&self, now_ms: i64) -> CodeState {
        if self.failed_tries >= TRIES_MAX {
            CodeState::Locked
        } else if self.hmac.is_none() {
            CodeState::None
        } else if self.used_at_ms.is_some() {
            CodeState::Used
        } else if self.is_expired(now_ms) {
            CodeState::Expired
        } else {
            CodeState::Revealed
        }
    }

    fn is_expired(&self, now_ms: i64) -> bool {
        self.expires_at_ms.is_none_or(|expires| now_ms > expires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_a_code() {
        let revealed = SeatCode {
            hmac: Some("right".to_owned()),
            expires_at_ms: Some(100),
            used_at_ms: None,
            failed_tries: 0,
        };
        let used = SeatCode {
            used_at_ms: Some(50),
            ..revealed.clone()
        };
        let nearly = SeatCode {
            failed_tries: 4,
            ..revealed.clone()
        };
        let locked = SeatCode {
            failed_tries: 5,
            ..revealed.clone()
        };
        let none = SeatCode::default();
        use CodeRefusal::{Expired, Locked, OtherSeat, Used, Wrong};
        for (code, given, other, now, expected) in [
            (&revealed, "right", false, 100, Ok(())),
            (&revealed, "right", false, 101, Err(Expired)),
            (&revealed, "wrong", false, 0, Err(Wrong { tries_left: 4 })),
            (
                &revealed,
                "wrong",
                true,
                0,
                Err(OtherSeat { tries_left: 4 }),
            ),
            (&nearly, "wrong", false, 0, Err(Wrong { tries_left: 0 })),
            (&nearly, "right", false, 0, Ok(())),
            (&used, "right", false, 0, Err(Used)),
            (&used, "right", false, 101, Err(Used)),
            (&locked, "right", false, 0, Err(Locked)),
            (&none, "right", false, 0, Err(Wrong { tries_left: 4 })),
        ] {
            assert_eq!(code.judge(given, other, now), expected);
        }
        assert_eq!(none.state(0), CodeState::None);
        assert_eq!(revealed.state(0), CodeState::Revealed);
        assert_eq!(revealed.state(101), CodeState::Expired);
        assert_eq!(used.state(101), CodeState::Used);
        assert_eq!(locked.state(0), CodeState::Locked);
    }
}
