//! The ids of rows: UUID version 7 behind one type per table, so that a seat's id cannot be passed where a session's is meant.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id; its first 48 bits are the time, so that rows sort by age.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        // sea-orm asks every primary key for this; ours never come from a counter.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

id!(
    /// A person who can sign in.
    AccountId
);
id!(
    /// One signing in of one person to one area.
    SignInId
);
id!(
    /// An exam on offer: a blueprint version, its rooms and its sessions.
    ExamId
);
id!(
    /// A room of an exam.
    RoomId
);
id!(
    /// A seat in a room.
    SeatId
);
id!(
    /// One candidate sits one form.
    SessionId
);
id!(
    /// A drawn form.
    FormId
);
id!(
    /// A lab: the sandbox of one task in one session.
    LabId
);
id!(
    /// A change of a session's deadline.
    AdjustmentId
);
id!(
    /// An issued certificate. It is random (version 4), because it must not be guessed.
    CredentialId
);
