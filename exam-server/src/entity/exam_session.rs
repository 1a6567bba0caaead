//! One candidate sits one form. The row is the head of the session's log (`session_event`): everything in it follows from the log.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, ExamId, FormId, SessionId, SignInId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exam_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub exam_id: ExamId,
    pub candidate_id: AccountId,
    pub session_number: i32,
    pub state: String,
    pub epoch: i64,
    pub form_id: Option<FormId>,
    pub time_limit_ms: i64,
    pub adjustment_ms: i64,
    pub created_at_ms: i64,
    pub entered_at_ms: Option<i64>,
    pub started_at_ms: Option<i64>,
    pub deadline_at_ms: Option<i64>,
    pub ended_at_ms: Option<i64>,
    pub end_reason: Option<String>,
    pub started_sign_in_id: Option<SignInId>,
    pub log_seq: i64,
    pub log_hash: String,
    pub revision: i64,
}

impl ActiveModelBehavior for ActiveModel {}
