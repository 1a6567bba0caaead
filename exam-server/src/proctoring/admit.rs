//! Using a seat code up, in the transaction of what it admits to.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use crate::app::App;
use crate::audit;
use crate::entity::{exam_session, seat};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::proctoring::rules::{CodeRefusal, SeatCode, TRIES_MAX};
use crate::proctoring::seat_code;
use crate::session::rules::Event;
use crate::session::store::{CANDIDATE, append};

impl From<&seat::Model> for SeatCode {
    fn from(row: &seat::Model) -> Self {
        Self {
            hmac: row.code_hmac.clone(),
            expires_at_ms: row.code_expires_at_ms,
            used_at_ms: row.code_used_at_ms,
            failed_tries: row.failed_tries,
        }
    }
}

impl From<CodeRefusal> for ApiError {
    fn from(refusal: CodeRefusal) -> Self {
        let code = match refusal {
            CodeRefusal::Locked => ErrorCode::SeatLocked,
            CodeRefusal::Wrong { .. } => ErrorCode::SeatCodeWrong,
            CodeRefusal::OtherSeat { .. } => ErrorCode::SeatCodeOtherSeat,
            CodeRefusal::Expired => ErrorCode::SeatCodeExpired,
            CodeRefusal::Used => ErrorCode::SeatCodeUsed,
        };
        let error = Self::new(code, refusal.to_string());
        match refusal {
            CodeRefusal::Wrong { tries_left } | CodeRefusal::OtherSeat { tries_left } => {
                error.with("tries_left", tries_left)
            }
            CodeRefusal::Locked | CodeRefusal::Expired | CodeRefusal::Used => error,
        }
    }
}

/// Uses the seat code of a session up. When it is refused, the caller commits all the same: a wrong try counts and is
/// remembered.
pub async fn admit(
    tx: &DatabaseTransaction,
    app: &App,
    row: exam_session::Model,
    code: &str,
) -> ApiResult<(exam_session::Model, Option<ApiError>)> {
    let now = app.clock.now_ms();
    let seat = seat::Entity::find()
        .filter(seat::COLUMN.session_id.eq(row.id))
        .one(tx)
        .await?;
    let seat = seat.ok_or_else(|| ApiError::not_found("seat"))?;
    let hmac = seat_code::hmac(&app.secrets.seat, code);
    let is_of_another_seat = seat::Entity::find()
        .filter(seat::COLUMN.code_hmac.eq(hmac.as_str()))
        .filter(seat::COLUMN.id.ne(seat.id))
        .count(tx)
        .await?
        > 0;
    match SeatCode::from(&seat).judge(&hmac, is_of_another_seat, now) {
        Ok(()) => {
            let used = seat::Model {
                code_used_at_ms: Some(now),
                failed_tries: 0,
                ..seat
            };
            update(tx, &used).await?;
            Ok((row, None))
        }
        Err(refusal) if refusal.is_counted() => {
            let tried = seat::Model {
                failed_tries: seat.failed_tries + 1,
                ..seat
            };
            update(tx, &tried).await?;
            let tries = tried.failed_tries;
            let detail = serde_json::json!({"tries": tries}).to_string();
            let actor = row.candidate_id.to_string();
            let object = tried.id.to_string();
            audit::record(tx, now, &actor, "seat_code_refused", &object, &detail).await?;
            let text = format!("a wrong seat code was typed ({tries} of {TRIES_MAX})");
            let row = append(tx, app, row, &Event::Noted { text }, CANDIDATE).await?;
            Ok((row, Some(refusal.into())))
        }
        Err(refusal) => Ok((row, Some(refusal.into()))),
    }
}

/// Compare-and-set of a seat's code; `seat.revision` is the one that was read.
pub async fn update(tx: &DatabaseTransaction, seat: &seat::Model) -> ApiResult<()> {
    use seat::Column;
    let done: Result<_, DbErr> = seat::Entity::update_many()
        .col_expr(Column::CodeHmac, Expr::value(seat.code_hmac.clone()))
        .col_expr(
            Column::CodeExpiresAtMs,
            Expr::value(seat.code_expires_at_ms),
        )
        .col_expr(Column::CodeUsedAtMs, Expr::value(seat.code_used_at_ms))
        .col_expr(Column::FailedTries, Expr::value(seat.failed_tries))
        .col_expr(Column::Revision, Expr::value(seat.revision + 1))
        .filter(seat::COLUMN.id.eq(seat.id))
        .filter(seat::COLUMN.revision.eq(seat.revision))
        .exec(tx)
        .await;
    if done?.rows_affected == 1 {
        Ok(())
    } else {
        Err(ApiError::new(
            ErrorCode::Busy,
            "the seat changed at the same moment; try again",
        ))
    }
}
