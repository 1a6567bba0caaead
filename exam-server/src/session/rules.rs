//! What may happen to a session, as pure functions: [`decide`] says what a command leads to, [`State::apply`] what an
//! event makes of the state. Routes, sweeper, proctor commands and tests all go through them.

use crate::ids::{FormId, SignInId};
pub use crate::session::state::{EndReason, Event, SessionState, State, deadline_ms};

/// How long after the end a response is still taken in, apart, for a person to decide.
pub const LATE_WINDOW_MS: i64 = 60 * 60 * 1000;

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
    /// Begin a lab anew, or go back to what it was at a moment.
    ResetLab {
        epoch: i64,
        entry_id: String,
        checkpoint_at_ms: Option<i64>,
        /// The lab had failed: it is no wish of the candidate's.
        is_repair: bool,
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
        (
            Command::ResetLab {
                epoch,
                entry_id,
                checkpoint_at_ms,
                is_repair,
            },
            Running,
        ) => {
            state.is_current(epoch)?;
            state.in_time(now_ms)?;
            append(Event::LabReset {
                entry_id,
                checkpoint_at_ms,
                is_repair,
            })
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

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
