//! Makes an exam, its rooms, and the sessions of its candidates.

use question_bank::{Bank, BlueprintId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, Set,
};

use crate::audit;
use crate::entity::{exam, exam_session, room, room_proctor, seat};
use crate::ids::{AccountId, ExamId, RoomId, SeatId, SessionId};
use crate::session::chain::GENESIS;
use crate::session::rules::SessionState;

/// Why an exam could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The blueprint is not in the bank.
    #[error("the bank has no blueprint `{0}`")]
    UnknownBlueprint(BlueprintId),
    /// The exam is not there.
    #[error("there is no such exam")]
    UnknownExam,
    /// Blueprint or certification cannot be stored, or not be read again.
    #[error("the blueprint cannot be stored")]
    Json(#[from] serde_json::Error),
    /// The database refused.
    #[error("the exam cannot be stored")]
    Database(#[from] DbErr),
}

/// What an exam is made from.
#[derive(Clone, Copy, Debug)]
pub struct NewExam<'a> {
    pub title: &'a str,
    pub bank: &'a Bank,
    pub blueprint: &'a BlueprintId,
    pub now_ms: i64,
}

/// Makes an exam from a blueprint of the bank. It leads to the certification only if that one names just this blueprint:
/// practice, or a part of the exam, earns no certificate.
pub async fn create(tx: &DatabaseTransaction, new: NewExam<'_>) -> Result<ExamId, CreateError> {
    let blueprint = new.bank.blueprints.get(new.blueprint);
    let blueprint =
        blueprint.ok_or_else(|| CreateError::UnknownBlueprint(new.blueprint.clone()))?;
    let certification = new.bank.certifications.get(&blueprint.certification);
    let certification = certification.filter(|one| one.blueprint.as_ref() == Some(&blueprint.id));
    let id = ExamId::new();
    exam::ActiveModel {
        id: Set(id),
        title: Set(new.title.to_owned()),
        bank_id: Set(new.bank.id.to_string()),
        blueprint_id: Set(blueprint.id.to_string()),
        blueprint: Set(serde_json::to_string(blueprint)?),
        certification_id: Set(certification.map(|one| one.id.to_string())),
        certification: Set(certification.map(serde_json::to_string).transpose()?),
        created_at_ms: Set(new.now_ms),
    }
    .insert(tx)
    .await?;
    let detail = serde_json::json!({"blueprint": blueprint.id}).to_string();
    let object = id.to_string();
    audit::record(tx, new.now_ms, "server", "exam_created", &object, &detail).await?;
    Ok(id)
}

/// Adds a room with its proctors.
pub async fn add_room(
    tx: &DatabaseTransaction,
    exam_id: ExamId,
    name: &str,
    proctors: &[AccountId],
) -> Result<RoomId, CreateError> {
    let id = RoomId::new();
    room::ActiveModel {
        id: Set(id),
        exam_id: Set(exam_id),
        name: Set(name.to_owned()),
    }
    .insert(tx)
    .await?;
    for account_id in proctors {
        room_proctor::ActiveModel {
            room_id: Set(id),
            account_id: Set(*account_id),
        }
        .insert(tx)
        .await?;
    }
    Ok(id)
}

/// Who sits where.
#[derive(Clone, Copy, Debug)]
pub struct Registration<'a> {
    pub exam_id: ExamId,
    pub candidate_id: AccountId,
    pub room_id: RoomId,
    pub seat_label: &'a str,
    pub now_ms: i64,
}

/// Registers a candidate: a session and a seat for it.
pub async fn register(
    tx: &DatabaseTransaction,
    registration: Registration<'_>,
) -> Result<SessionId, CreateError> {
    let Registration {
        exam_id,
        candidate_id,
        now_ms,
        ..
    } = registration;
    let exam = exam::Entity::find_by_id(exam_id).one(tx).await?;
    let exam = exam.ok_or(CreateError::UnknownExam)?;
    let blueprint: question_bank::Blueprint = serde_json::from_str(&exam.blueprint)?;
    let earlier = exam_session::Entity::find()
        .filter(exam_session::COLUMN.exam_id.eq(exam_id))
        .filter(exam_session::COLUMN.candidate_id.eq(candidate_id))
        .count(tx)
        .await?;
    let id = SessionId::new();
    exam_session::ActiveModel {
        id: Set(id),
        exam_id: Set(exam_id),
        candidate_id: Set(candidate_id),
        session_number: Set(i32::try_from(earlier).unwrap_or(i32::MAX).saturating_add(1)),
        state: Set(SessionState::Registered.name().to_owned()),
        epoch: Set(0),
        form_id: Set(None),
        time_limit_ms: Set(i64::try_from(blueprint.time_limit_ms()).unwrap_or(i64::MAX)),
        adjustment_ms: Set(0),
        created_at_ms: Set(now_ms),
        entered_at_ms: Set(None),
        started_at_ms: Set(None),
        deadline_at_ms: Set(None),
        ended_at_ms: Set(None),
        end_reason: Set(None),
        started_sign_in_id: Set(None),
        log_seq: Set(0),
        log_hash: Set(GENESIS.to_owned()),
        revision: Set(1),
    }
    .insert(tx)
    .await?;
    seat::ActiveModel {
        id: Set(SeatId::new()),
        room_id: Set(registration.room_id),
        label: Set(registration.seat_label.to_owned()),
        session_id: Set(id),
        code_hmac: Set(None),
        code_expires_at_ms: Set(None),
        code_used_at_ms: Set(None),
        failed_tries: Set(0),
        revision: Set(1),
    }
    .insert(tx)
    .await?;
    let detail = serde_json::json!({"candidate": candidate_id, "exam": exam_id}).to_string();
    let object = id.to_string();
    audit::record(
        tx,
        now_ms,
        "server",
        "candidate_registered",
        &object,
        &detail,
    )
    .await?;
    Ok(id)
}
