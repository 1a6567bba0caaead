//! The state of a session and the events that make it. The state follows from the log: [`State::apply`] is the only way.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{FormId, SignInId};

/// Where a session is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// The candidate has a seat.
    Registered,
    /// The candidate is in the waiting room; the form is drawn.
    Waiting,
    /// The clock runs.
    Running,
    /// Handed in, by whomever.
    Submitted,
    /// The score is final.
    Graded,
}

impl SessionState {
    /// All states, in the order of a session's life.
    pub const ALL: [Self; 5] = [
        Self::Registered,
        Self::Waiting,
        Self::Running,
        Self::Submitted,
        Self::Graded,
    ];

    /// The name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Submitted => "submitted",
            Self::Graded => "graded",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The candidate handed in.
    Candidate,
    /// The time was over.
    Deadline,
    /// A proctor ended it.
    Proctor,
}

impl EndReason {
    /// The name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Deadline => "deadline",
            Self::Proctor => "proctor",
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Candidate, Self::Deadline, Self::Proctor]
            .into_iter()
            .find(|reason| reason.name() == name)
    }
}

/// Everything about a session that rules ask for. The row holds the same; both follow from the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub phase: SessionState,
    /// Which tab or device may save: a take-over raises it. Zero before the start.
    pub epoch: i64,
    pub time_limit_ms: i64,
    /// The sum of the signed adjustments.
    pub adjustment_ms: i64,
    pub form_id: Option<FormId>,
    pub entered_at_ms: Option<i64>,
    pub started_at_ms: Option<i64>,
    pub ended_at_ms: Option<i64>,
    pub end_reason: Option<EndReason>,
    /// The sign-in that sits the session.
    pub sign_in_id: Option<SignInId>,
}

/// The one computation of a deadline: from the start, the base limit and the signed adjustments.
pub const fn deadline_ms(started_at_ms: i64, time_limit_ms: i64, adjustment_ms: i64) -> i64 {
    started_at_ms
        .saturating_add(time_limit_ms)
        .saturating_add(adjustment_ms)
}

/// What happened. Responses are events too; they change no state and are written by the save lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub enum Event {
    Entered {
        form_id: FormId,
    },
    Started {
        sign_in_id: SignInId,
    },
    Response {
        options: Vec<String>,
        is_flagged: bool,
    },
    TakenOver {
        sign_in_id: SignInId,
    },
    Adjusted {
        kind: String,
        delta_ms: i64,
        reason: String,
    },
    LabReset {
        entry_id: String,
        /// The moment that it went back to; none: its beginning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checkpoint_at_ms: Option<i64>,
        /// Because the lab had failed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_repair: bool,
    },
    Submitted {
        reason: EndReason,
        ended_at_ms: i64,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    Graded {},
    Noted {
        text: String,
    },
}

impl State {
    /// A session as it is made.
    pub const fn registered(time_limit_ms: i64) -> Self {
        Self {
            phase: SessionState::Registered,
            epoch: 0,
            time_limit_ms,
            adjustment_ms: 0,
            form_id: None,
            entered_at_ms: None,
            started_at_ms: None,
            ended_at_ms: None,
            end_reason: None,
            sign_in_id: None,
        }
    }

    /// The state after the event, which happened at `at_ms`.
    pub fn apply(mut self, event: &Event, at_ms: i64) -> Self {
        match event {
            Event::Entered { form_id } => {
                self.phase = SessionState::Waiting;
                self.form_id = Some(*form_id);
                self.entered_at_ms = Some(at_ms);
            }
            Event::Started { sign_in_id } => {
                self.phase = SessionState::Running;
                self.epoch += 1;
                self.started_at_ms = Some(at_ms);
                self.sign_in_id = Some(*sign_in_id);
            }
            Event::TakenOver { sign_in_id } => {
                self.epoch += 1;
                self.sign_in_id = Some(*sign_in_id);
            }
            Event::Adjusted { delta_ms, .. } => {
                self.adjustment_ms = self.adjustment_ms.saturating_add(*delta_ms);
            }
            Event::Submitted {
                reason,
                ended_at_ms,
                ..
            } => {
                self.phase = SessionState::Submitted;
                self.ended_at_ms = Some(*ended_at_ms);
                self.end_reason = Some(*reason);
            }
            Event::Graded {} => self.phase = SessionState::Graded,
            Event::Response { .. } | Event::LabReset { .. } | Event::Noted { .. } => {}
        }
        self
    }

    /// When the time is over; none before the start.
    pub fn deadline_at_ms(&self) -> Option<i64> {
        self.started_at_ms
            .map(|started| deadline_ms(started, self.time_limit_ms, self.adjustment_ms))
    }

    /// How much time is left of a running session.
    pub fn remaining_ms(&self, now_ms: i64) -> Option<i64> {
        match self.phase {
            SessionState::Running => self
                .deadline_at_ms()
                .map(|deadline| deadline.saturating_sub(now_ms).max(0)),
            _ => None,
        }
    }
}

impl Event {
    /// The kind and the body as the log holds them.
    pub fn parts(&self) -> serde_json::Result<(String, String)> {
        let value = serde_json::to_value(self)?;
        let kind = value["kind"].as_str().unwrap_or_default().to_owned();
        Ok((kind, value["body"].to_string()))
    }

    /// The event of a kind and a body.
    pub fn from_parts(kind: &str, body: &str) -> serde_json::Result<Self> {
        let body: serde_json::Value = serde_json::from_str(body)?;
        serde_json::from_value(serde_json::json!({"kind": kind, "body": body}))
    }
}
