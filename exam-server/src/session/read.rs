//! Queries for the candidate's screens.

use question_bank::Blueprint;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::entity::{exam, exam_session, room, score, seat, time_adjustment};
use crate::exam::paper::PaperSectionKind;
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::SessionId;
use crate::lab::{self, LabState};
use crate::scoring::result::ResultState;
use crate::session::rules::{EndReason, SessionState, State};

/// A session in the candidate's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionSummary {
    pub session_id: SessionId,
    pub exam_title: String,
    pub certification_title: String,
    pub state: SessionState,
    pub time_limit_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered_at_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at_ms: Option<i64>,
    pub result_state: ResultState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
}

/// A session before, during and after the exam, without the paper.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    pub session_id: SessionId,
    pub exam_title: String,
    pub candidate_name: String,
    pub state: SessionState,
    pub room_name: String,
    pub seat_label: String,
    pub time_limit_ms: i64,
    pub sections: Vec<SectionSummary>,
    pub cut_score_percent: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_ms: Option<i64>,
    pub epoch: i64,
    pub is_prepared: bool,
    pub labs_ready: usize,
    /// Labs that could not be prepared; they are tried again, and the proctor sees it
    pub labs_failed: usize,
    pub labs_total: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    pub server_time_ms: i64,
    pub adjustments: Vec<Adjustment>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SectionSummary {
    pub id: String,
    pub title: String,
    pub kind: PaperSectionKind,
    pub count: u32,
    pub weight_percent: u32,
    pub minimum_percent: u32,
}

/// A change of the deadline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Adjustment {
    pub kind: String,
    pub delta_ms: i64,
    pub reason: String,
    pub at_ms: i64,
}

/// The candidate's sessions, newest first.
pub async fn list(app: &App, candidate: &SignedIn) -> ApiResult<Vec<SessionSummary>> {
    let rows = exam_session::Entity::find()
        .filter(exam_session::COLUMN.candidate_id.eq(candidate.account_id))
        .order_by_desc(exam_session::Column::CreatedAtMs)
        .all(app.db.reader())
        .await?;
    let exams = exam::Entity::find()
        .filter(exam::Column::Id.is_in(rows.iter().map(|row| row.exam_id)))
        .all(app.db.reader())
        .await?;
    let scores = score::Entity::find()
        .filter(score::Column::SessionId.is_in(rows.iter().map(|row| row.id)))
        .filter(score::COLUMN.is_final.eq(true))
        .order_by_asc(score::Column::Number)
        .all(app.db.reader())
        .await?;
    let summary = |row: &exam_session::Model| {
        let exam = exams.iter().find(|exam| exam.id == row.exam_id);
        let exam = exam.ok_or_else(|| ApiError::internal("exam of a session", &row.id))?;
        let certification: Option<question_bank::Certification> = exam
            .certification
            .as_deref()
            .map(serde_json::from_str)
            .transpose()?;
        let state = State::of(row)?;
        let score = scores.iter().rfind(|score| score.session_id == row.id);
        Ok(SessionSummary {
            session_id: row.id,
            exam_title: exam.title.clone(),
            certification_title: certification.map(|one| one.title).unwrap_or_default(),
            state: state.phase,
            time_limit_ms: row.time_limit_ms,
            entered_at_ms: row.entered_at_ms,
            started_at_ms: row.started_at_ms,
            ended_at_ms: row.ended_at_ms,
            result_state: match state.phase {
                SessionState::Graded => ResultState::Released,
                SessionState::Submitted => ResultState::Pending,
                _ => ResultState::None,
            },
            passed: score
                .filter(|_| state.phase == SessionState::Graded)
                .map(|score| score.is_passed),
        })
    };
    rows.iter().map(summary).collect()
}

/// A session of the candidate. The caller has found its row by the candidate.
pub async fn view(
    app: &App,
    candidate: &SignedIn,
    row: &exam_session::Model,
) -> ApiResult<SessionView> {
    let db = app.db.reader();
    let exam = exam::Entity::find_by_id(row.exam_id).one(db).await?;
    let exam = exam.ok_or_else(|| ApiError::not_found("exam"))?;
    let blueprint: Blueprint = serde_json::from_str(&exam.blueprint)?;
    let seat = seat::Entity::find()
        .filter(seat::COLUMN.session_id.eq(row.id))
        .one(db)
        .await?;
    let room = match &seat {
        Some(seat) => room::Entity::find_by_id(seat.room_id).one(db).await?,
        None => None,
    };
    let adjustments = time_adjustment::Entity::find()
        .filter(time_adjustment::COLUMN.session_id.eq(row.id))
        .order_by_asc(time_adjustment::Column::AtMs)
        .all(db)
        .await?;
    let labs = lab::views(app, row.id).await?;
    let labs_in = |state| labs.values().filter(|lab| lab.state == state).count();
    let state = State::of(row)?;
    let now = app.clock.now_ms();
    Ok(SessionView {
        session_id: row.id,
        exam_title: exam.title,
        candidate_name: candidate.name.clone(),
        state: state.phase,
        room_name: room.map(|room| room.name).unwrap_or_default(),
        seat_label: seat.map(|seat| seat.label).unwrap_or_default(),
        time_limit_ms: row.time_limit_ms,
        sections: blueprint.sections.iter().map(section).collect(),
        cut_score_percent: blueprint.cut_score_percent,
        remaining_ms: state.remaining_ms(now),
        epoch: row.epoch,
        is_prepared: row.form_id.is_some(),
        labs_ready: labs_in(LabState::Ready),
        labs_failed: labs_in(LabState::Failed),
        labs_total: labs.len(),
        end_reason: state.end_reason,
        server_time_ms: now,
        adjustments: adjustments
            .into_iter()
            .map(|row| Adjustment {
                kind: row.kind,
                delta_ms: row.delta_ms,
                reason: row.reason,
                at_ms: row.at_ms,
            })
            .collect(),
    })
}

fn section(section: &question_bank::BlueprintSection) -> SectionSummary {
    SectionSummary {
        id: section.id.to_string(),
        title: section.title.clone(),
        kind: section.kind.into(),
        count: section.count,
        weight_percent: section.weight_percent,
        minimum_percent: section.minimum_percent,
    }
}
