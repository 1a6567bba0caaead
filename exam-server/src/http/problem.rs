//! Every refusal is a problem document (RFC 9457). This is the only place where an error becomes a response.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use sea_orm::DbErr;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What went wrong, as software reads it. Closed: a client can switch over all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    NotFound,
    BadRequest,
    TooLarge,
    CrossSiteRequest,
    UnknownHost,
    NotSignedIn,
    WrongCredentials,
    TooManyTries,
    WrongState,
    SeatCodeWrong,
    SeatCodeExpired,
    SeatCodeUsed,
    SeatCodeOtherSeat,
    SeatLocked,
    LabsNotReady,
    NotOffered,
    FileChanged,
    FileRefused,
    StaleEpoch,
    OldRevision,
    RevisionConflict,
    SessionClosed,
    LateResponse,
    UnknownEntry,
    BadResponse,
    MissingResponses,
    BadToken,
    FormInfeasible,
    LabUnavailable,
    AlreadyDecided,
    Busy,
    Internal,
}

impl ErrorCode {
    /// The HTTP status of the code.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownEntry => StatusCode::NOT_FOUND,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::CrossSiteRequest
            | Self::SeatCodeWrong
            | Self::SeatCodeExpired
            | Self::SeatCodeUsed
            | Self::SeatCodeOtherSeat => StatusCode::FORBIDDEN,
            Self::UnknownHost => StatusCode::MISDIRECTED_REQUEST,
            Self::NotSignedIn | Self::WrongCredentials | Self::BadToken => StatusCode::UNAUTHORIZED,
            Self::TooManyTries => StatusCode::TOO_MANY_REQUESTS,
            Self::SeatLocked => StatusCode::LOCKED,
            Self::WrongState
            | Self::LabsNotReady
            | Self::NotOffered
            | Self::FileChanged
            | Self::FileRefused
            | Self::StaleEpoch
            | Self::OldRevision
            | Self::RevisionConflict
            | Self::SessionClosed
            | Self::LateResponse
            | Self::MissingResponses
            | Self::FormInfeasible
            | Self::AlreadyDecided => StatusCode::CONFLICT,
            Self::BadResponse => StatusCode::UNPROCESSABLE_ENTITY,
            Self::LabUnavailable | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code in words, for people who read the document itself.
    pub const fn title(self) -> &'static str {
        match self {
            Self::NotFound => "There is nothing here, or it is not yours",
            Self::BadRequest => "The request cannot be read",
            Self::TooLarge => "The request is too large",
            Self::CrossSiteRequest => "The request came from another site",
            Self::UnknownHost => "The server does not answer under this name",
            Self::NotSignedIn => "You are not signed in",
            Self::WrongCredentials => "The name or the password is wrong",
            Self::TooManyTries => "Too many tries; wait a little",
            Self::WrongState => "The session is not in the state for this",
            Self::SeatCodeWrong => "The seat code is wrong",
            Self::SeatCodeExpired => "The seat code has expired",
            Self::SeatCodeUsed => "The seat code has been used",
            Self::SeatCodeOtherSeat => "The seat code belongs to another seat",
            Self::SeatLocked => "The seat is locked after too many wrong codes",
            Self::LabsNotReady => "The labs are still being prepared",
            Self::NotOffered => "The exam does not offer this",
            Self::FileChanged => "The file was changed meanwhile",
            Self::FileRefused => "The file cannot be opened here",
            Self::StaleEpoch => "The session has moved to another tab or device",
            Self::OldRevision => "A newer revision of this response is stored",
            Self::RevisionConflict => "This revision is stored with another content",
            Self::SessionClosed => "The session has ended",
            Self::LateResponse => "The response came after the deadline",
            Self::UnknownEntry => "The form has no such entry",
            Self::BadResponse => "The response does not fit the item",
            Self::MissingResponses => "Some responses have not arrived",
            Self::BadToken => "The token is not accepted",
            Self::FormInfeasible => "No form can be drawn from the bank",
            Self::LabUnavailable => "The lab cannot be reached",
            Self::AlreadyDecided => "This has been decided already",
            Self::Busy => "The server is busy; nothing was changed",
            Self::Internal => "The server failed",
        }
    }
}

/// A refusal on its way to the client.
#[derive(Debug)]
pub struct ApiError {
    /// The code.
    pub code: ErrorCode,
    /// What, where, and what to do now. Never sent for `internal`.
    pub detail: String,
    /// Further members of the document, such as the revision that is stored.
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// Names the refused request in the document and in the log, so that a person can report it.
    request_id: Uuid,
}

/// The document, as the OpenAPI description shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A URI reference of the kind of problem.
    #[schema(example = "/problems/stale_epoch")]
    pub r#type: String,
    pub title: String,
    pub status: u16,
    pub code: ErrorCode,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Names the refused request in the server's log
    pub request_id: Uuid,
    #[serde(flatten)]
    #[schema(additional_properties, value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl ApiError {
    /// A refusal with its explanation.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            extra: serde_json::Map::new(),
            request_id: Uuid::now_v7(),
        }
    }

    /// Not there, or not the caller's.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("no such {what}"))
    }

    /// A fault of ours: logged with its cause here, told to the client without it.
    pub fn internal(context: &str, cause: &dyn std::fmt::Display) -> Self {
        let error = Self::new(ErrorCode::Internal, String::new());
        tracing::error!(request_id = %error.request_id, context, cause = %cause, "internal error");
        error
    }

    /// Adds a member to the document.
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.title(), self.detail)
    }
}

impl std::error::Error for ApiError {}

impl From<DbErr> for ApiError {
    /// A database that is locked or out of connections is busy, not broken: the client keeps its data and tries again.
    fn from(error: DbErr) -> Self {
        let text = error.to_string();
        if matches!(error, DbErr::ConnectionAcquire(_)) || text.contains("database is locked") {
            let busy = Self::new(
                ErrorCode::Busy,
                "the database did not answer in time; try again",
            );
            tracing::warn!(request_id = %busy.request_id, cause = %text, "database busy");
            return busy;
        }
        Self::internal("database", &error)
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        Self::internal("stored document", &error)
    }
}

impl From<crate::random::NoRandomness> for ApiError {
    fn from(error: crate::random::NoRandomness) -> Self {
        Self::internal("randomness", &error)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.code.status();
        let code = serde_json::to_value(self.code).unwrap_or_default();
        let problem = Problem {
            r#type: format!("/problems/{}", code.as_str().unwrap_or("internal")),
            title: self.code.title().to_owned(),
            status: status.as_u16(),
            code: self.code,
            detail: self.detail.clone(),
            request_id: self.request_id,
            extra: self.extra.clone(),
        };
        tracing::info!(request_id = %self.request_id, code = code.as_str(), "refused");
        let mut response = HttpResponse::build(status);
        if self.code == ErrorCode::Busy {
            response.insert_header(("Retry-After", "2"));
        }
        response
            .content_type("application/problem+json")
            .body(serde_json::to_string(&problem).unwrap_or_default())
    }
}

/// What handlers return.
pub type ApiResult<T> = Result<T, ApiError>;
