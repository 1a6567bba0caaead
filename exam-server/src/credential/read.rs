//! Queries for certificates.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::entity::credential;
use crate::http::problem::ApiResult;
use crate::ids::{CredentialId, SessionId};

/// Where a certificate is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CertificateLink {
    /// Its verification page.
    pub url: String,
    pub valid_until_ms: i64,
}

/// The certificate that a session earned. The caller has made sure that the session is the reader's.
pub async fn of_session(app: &App, session_id: SessionId) -> ApiResult<Option<CertificateLink>> {
    let row = credential::Entity::find()
        .filter(credential::COLUMN.session_id.eq(session_id))
        .one(app.db.reader())
        .await?;
    Ok(row.map(|row| CertificateLink {
        url: page_url(app.signer.issuer(), row.id),
        valid_until_ms: row.valid_until_ms,
    }))
}

/// The token of a certificate. Anybody may ask, for an id that cannot be guessed.
pub async fn token(app: &App, id: CredentialId) -> ApiResult<Option<String>> {
    let row = credential::Entity::find_by_id(id)
        .one(app.db.reader())
        .await?;
    Ok(row.map(|row| row.token))
}

/// The verification page of a certificate.
pub fn page_url(issuer: &str, id: CredentialId) -> String {
    format!("{issuer}/verify/{id}")
}
