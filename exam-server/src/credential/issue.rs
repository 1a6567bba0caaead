//! Issues a certificate for a passed session.

use question_bank::{Certification, Form, FormScore, ScoreState};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set,
};
use serde_json::json;
use uuid::{Builder, Uuid};

use crate::app::App;
use crate::audit;
use crate::credential::document::{self, Achievement, AlignedDomain, Credential, Issuer};
use crate::credential::rules::{Second, valid_until};
use crate::entity::credential;
use crate::ids::{AccountId, CredentialId, SessionId};
use crate::random::{self, NoRandomness};

/// What a certificate is issued for.
#[derive(Clone, Copy, Debug)]
pub struct Award<'a> {
    pub session_id: SessionId,
    pub holder_id: AccountId,
    pub certification: &'a Certification,
    pub exam_title: &'a str,
    pub score: &'a FormScore,
    pub form: &'a Form,
    pub at_ms: i64,
}

/// Why no certificate was issued.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The score is not final or not passed.
    #[error("only a final, passed score earns a certificate")]
    NotPassed,
    /// The dates lie outside the calendar.
    #[error("the certificate would end outside the calendar")]
    Calendar,
    /// The key refused.
    #[error("the certificate cannot be signed")]
    Signature(#[from] jsonwebtoken::errors::Error),
    /// No randomness for the ids.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The database refused.
    #[error("the certificate cannot be stored")]
    Database(#[from] DbErr),
}

/// Issues the certificate inside the caller's transaction. A session that has one keeps it.
pub async fn issue(
    tx: &DatabaseTransaction,
    app: &App,
    award: Award<'_>,
) -> Result<CredentialId, CredentialError> {
    if award.score.state != ScoreState::Final || award.score.passed != Some(true) {
        return Err(CredentialError::NotPassed);
    }
    let issued = credential::Entity::find()
        .filter(credential::COLUMN.session_id.eq(award.session_id))
        .one(tx)
        .await?;
    if let Some(issued) = issued {
        return Ok(issued.id);
    }
    let valid_from = Second::of_ms(award.at_ms);
    let valid_until = valid_until(valid_from, award.certification.valid_years)
        .ok_or(CredentialError::Calendar)?;
    let bank = &app.bank.bank;
    let domains = domains(award.form, &bank.domains);
    let (measures, results) = document::measures(award.score, &domains)
        .into_iter()
        .map(|(measure, reached)| (measure.clone(), (measure.id, reached)))
        .unzip();
    let id = random_uuid()?;
    let claims = document::claims(&Credential {
        id,
        subject_id: random_uuid()?,
        issuer: Issuer {
            url: app.signer.issuer(),
            name: &app.config.issuer_name,
        },
        achievement: Achievement {
            certification: award.certification,
            language: &bank.language,
            framework: &bank.title,
            domains,
            measures,
        },
        exam_title: award.exam_title,
        results,
        valid_from,
        valid_until,
    })
    .ok_or(CredentialError::Calendar)?;
    let token = app.signer.sign(&claims)?;
    let kid = &app.signer.active().thumbprint;
    let certification_id = award.certification.id.to_string();
    let detail =
        json!({"certification": certification_id, "kid": kid, "session": award.session_id});
    credential::ActiveModel {
        id: Set(CredentialId(id)),
        session_id: Set(award.session_id),
        holder_id: Set(award.holder_id),
        certification_id: Set(certification_id),
        kid: Set(kid.clone()),
        token: Set(token),
        body: Set(claims.to_string()),
        valid_from_ms: Set(valid_from.ms()),
        valid_until_ms: Set(valid_until.ms()),
        issued_at_ms: Set(award.at_ms),
    }
    .insert(tx)
    .await?;
    let (object, detail) = (id.to_string(), detail.to_string());
    audit::record(
        tx,
        award.at_ms,
        "server",
        "credential_issued",
        &object,
        &detail,
    )
    .await?;
    Ok(CredentialId(id))
}

/// The domains that the form examined, in the bank's order; one that the bank has lost since is named by its id.
fn domains(form: &Form, known: &[question_bank::Domain]) -> Vec<AlignedDomain> {
    let mut examined: Vec<_> = form.items().map(|item| &item.domain).collect();
    examined.extend(form.tasks().map(|task| &task.domain));
    examined.sort();
    examined.dedup();
    let mut domains: Vec<AlignedDomain> = known
        .iter()
        .filter(|domain| examined.contains(&&domain.id))
        .map(AlignedDomain::from)
        .collect();
    for id in examined {
        if !known.iter().any(|domain| &domain.id == id) {
            domains.push(AlignedDomain {
                id: id.to_string(),
                title: id.to_string(),
                description: String::new(),
            });
        }
    }
    domains
}

/// A random id: it must not be guessed, and its making must not tell when it was made.
fn random_uuid() -> Result<Uuid, NoRandomness> {
    Ok(Builder::from_random_bytes(random::bytes()?).into_uuid())
}
