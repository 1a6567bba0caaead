//! What may happen to a session, as pure functions: [`decide`] says what a command leads to, [`State::apply`] what an
//! event makes of the state. Routes, sweeper, proctor commands and tests all go through them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{FormId, SignInId};

/// How long after the end a response is still taken in, apart, for a person to decide.
pub const LATE_WINDOW_MS: i64 = 60 * 60 * 1000;

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

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Enter the waiting room with a drawn form.
    Enter {
        form_id: FormId,
    },
    Start {
        sign_in_id: SignInId,
    },
    /// Go on in another tab or on another device.
    TakeOver {
        sign_in_id: SignInId,
    },
    /// Store a response. `epochs` are those of the request and of its token; the time is that of its arrival.
    Save {
        epochs: [i64; 2],
    },
    ResetLab {
        epoch: i64,
        entry_id: String,
    },
    /// Use a lab's terminal.
    UseLab {
        epoch: i64,
    },
    Adjust {
        kind: String,
        delta_ms: i64,
        reason: String,
    },
    Finish {
        epoch: i64,
    },
    /// A proctor's end.
    End {
        reason: String,
    },
    /// The sweeper's end.
    Expire,
    /// The score is final.
    Grade,
    /// Something to remember in the timeline.
    Note {
        text: String,
    },
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

/// What a command leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is so already; asking again changes nothing.
    Already,
    /// This happens.
    Append(Event),
    /// The response may become the current one.
    Store,
    /// The response is kept apart.
    StoreLate,
    /// Allowed, and nothing to remember.
    Allowed,
}

/// Why a command is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not in this state.
    #[error("the session is {}", .0.name())]
    WrongState(SessionState),
    /// Another tab or device has taken over.
    #[error("the session is at epoch {0}")]
    StaleEpoch(i64),
    /// The session has ended, or its time is over.
    #[error("the session has ended")]
    Closed,
    /// The deadline has not passed.
    #[error("the deadline has not passed")]
    NotYet,
}

/// What the command leads to in this state at this time.
pub fn decide(state: &State, command: Command, now_ms: i64) -> Result<Decision, Refusal> {
    use SessionState::{Graded, Registered, Running, Submitted, Waiting};
    let wrong = Err(Refusal::WrongState(state.phase));
    match (command, state.phase) {
        (Command::Enter { form_id }, Registered) => append(Event::Entered { form_id }),
        (Command::Enter { .. }, Waiting) => Ok(Decision::Already),
        (Command::Start { sign_in_id }, Waiting) => append(Event::Started { sign_in_id }),
        (Command::TakeOver { sign_in_id }, Running) => {
            state.in_time(now_ms)?;
            append(Event::TakenOver { sign_in_id })
        }
        (Command::Save { .. }, Registered | Waiting) => wrong,
        (Command::Save { epochs }, Running | Submitted | Graded) => state.admit(epochs, now_ms),
        (Command::ResetLab { epoch, entry_id }, Running) => {
            state.is_current(epoch)?;
            state.in_time(now_ms)?;
            append(Event::LabReset { entry_id })
        }
        (Command::UseLab { epoch }, Running) => {
            state.is_current(epoch)?;
            state.in_time(now_ms)?;
            Ok(Decision::Allowed)
        }
        (
            Command::ResetLab { .. } | Command::UseLab { .. } | Command::TakeOver { .. },
            Submitted | Graded,
        ) => Err(Refusal::Closed),
        (
            Command::Adjust {
                kind,
                delta_ms,
                reason,
            },
            Registered | Waiting | Running,
        ) => append(Event::Adjusted {
            kind,
            delta_ms,
            reason,
        }),
        (Command::Finish { epoch }, Running) => match state.is_over(now_ms) {
            true => state.expire(),
            false => {
                state.is_current(epoch)?;
                append(Event::Submitted {
                    reason: EndReason::Candidate,
                    ended_at_ms: now_ms,
                    note: String::new(),
                })
            }
        },
        (Command::Finish { .. } | Command::Expire | Command::Grade, Graded)
        | (Command::Finish { .. } | Command::Expire, Submitted) => Ok(Decision::Already),
        (Command::End { reason }, Running) => match state.is_over(now_ms) {
            true => state.expire(),
            false => append(Event::Submitted {
                reason: EndReason::Proctor,
                ended_at_ms: now_ms,
                note: reason,
            }),
        },
        (Command::Expire, Running) => match state.is_over(now_ms) {
            true => state.expire(),
            false => Err(Refusal::NotYet),
        },
        (Command::Grade, Submitted) => append(Event::Graded {}),
        (Command::Note { text }, _) => append(Event::Noted { text }),
        (
            Command::Enter { .. }
            | Command::Start { .. }
            | Command::TakeOver { .. }
            | Command::ResetLab { .. }
            | Command::UseLab { .. }
            | Command::Adjust { .. }
            | Command::Finish { .. }
            | Command::End { .. }
            | Command::Expire
            | Command::Grade,
            _,
        ) => wrong,
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every arm of `decide` reads alike"
)]
fn append(event: Event) -> Result<Decision, Refusal> {
    Ok(Decision::Append(event))
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

    fn is_over(&self, now_ms: i64) -> bool {
        self.deadline_at_ms()
            .is_some_and(|deadline| now_ms > deadline)
    }

    fn in_time(&self, now_ms: i64) -> Result<(), Refusal> {
        if self.is_over(now_ms) {
            Err(Refusal::Closed)
        } else {
            Ok(())
        }
    }

    fn is_current(&self, epoch: i64) -> Result<(), Refusal> {
        if self.epoch == epoch {
            Ok(())
        } else {
            Err(Refusal::StaleEpoch(self.epoch))
        }
    }

    /// The end at the deadline, however much later it is noticed.
    fn expire(&self) -> Result<Decision, Refusal> {
        append(Event::Submitted {
            reason: EndReason::Deadline,
            ended_at_ms: self.deadline_at_ms().unwrap_or_default(),
            note: String::new(),
        })
    }

    fn admit(&self, epochs: [i64; 2], received_at_ms: i64) -> Result<Decision, Refusal> {
        for epoch in epochs {
            self.is_current(epoch)?;
        }
        // A candidate who handed in has seen that everything arrived; time and proctor may end a session while a
        // response is on its way.
        if self.end_reason == Some(EndReason::Candidate) {
            return Err(Refusal::Closed);
        }
        let end = self.ended_at_ms.or(self.deadline_at_ms());
        let end = end.unwrap_or_default();
        if self.phase == SessionState::Running && received_at_ms <= end {
            Ok(Decision::Store)
        } else if received_at_ms <= end.saturating_add(LATE_WINDOW_MS) {
            Ok(Decision::StoreLate)
        } else {
            Err(Refusal::Closed)
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

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
