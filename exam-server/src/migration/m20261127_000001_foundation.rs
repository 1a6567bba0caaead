//! The first schema: accounts, banks, exams, rooms, sessions with their log, labs, scores, certificates, audit.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, string, string_null, text, text_null, uuid,
    uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indices() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// A table with a primary key over the first `key` columns.
fn table(name: &'static str, key: usize, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut primary = Index::create();
    for column in columns.iter().take(key) {
        primary.col(Alias::new(column.get_column_name()));
    }
    let mut table = Table::create();
    table.table(Alias::new(name));
    for column in columns {
        table.col(column);
    }
    table.primary_key(&mut primary).take()
}

fn index(table: &'static str, columns: &[&'static str], is_unique: bool) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .table(Alias::new(table))
        .name(format!("ix_{table}_{}", columns.join("_")));
    for column in columns {
        index.col(Alias::new(*column));
    }
    if is_unique {
        index.unique();
    }
    index.take()
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "account",
            1,
            vec![
                uuid("id"),
                string("login"),
                string("name"),
                text("password_hash"),
                big_integer("created_at_ms"),
                big_integer_null("disabled_at_ms"),
            ],
        ),
        table("account_role", 2, vec![uuid("account_id"), string("role")]),
        table(
            "sign_in",
            1,
            vec![
                uuid("id"),
                uuid("account_id"),
                string("area"),
                string("token_hash"),
                big_integer("created_at_ms"),
                big_integer("expires_at_ms"),
                big_integer_null("revoked_at_ms"),
            ],
        ),
        table(
            "bank",
            1,
            vec![
                string("id"),
                string("title"),
                big_integer("version"),
                big_integer("loaded_at_ms"),
            ],
        ),
        table(
            "item_version",
            1,
            vec![
                string("digest"),
                string("bank_id"),
                string("item_id"),
                string("domain"),
                string("kind"),
                text("body"),
                text("source"),
                big_integer("created_at_ms"),
                boolean("is_current"),
            ],
        ),
        table(
            "task_version",
            1,
            vec![
                string("digest"),
                string("bank_id"),
                string("task_id"),
                string("domain"),
                text("body"),
                big_integer("created_at_ms"),
                boolean("is_current"),
            ],
        ),
        table(
            "exam",
            1,
            vec![
                uuid("id"),
                string("title"),
                string("bank_id"),
                string("blueprint_id"),
                text("blueprint"),
                string_null("certification_id"),
                text_null("certification"),
                big_integer("created_at_ms"),
            ],
        ),
        table("room", 1, vec![uuid("id"), uuid("exam_id"), string("name")]),
        table("room_proctor", 2, vec![uuid("room_id"), uuid("account_id")]),
        table(
            "seat",
            1,
            vec![
                uuid("id"),
                uuid("room_id"),
                string("label"),
                uuid("session_id"),
                string_null("code_hmac"),
                big_integer_null("code_expires_at_ms"),
                big_integer_null("code_used_at_ms"),
                integer("failed_tries"),
                big_integer("revision"),
            ],
        ),
        table(
            "exam_session",
            1,
            vec![
                uuid("id"),
                uuid("exam_id"),
                uuid("candidate_id"),
                integer("session_number"),
                string("state"),
                big_integer("epoch"),
                uuid_null("form_id"),
                big_integer("time_limit_ms"),
                big_integer("adjustment_ms"),
                big_integer("created_at_ms"),
                big_integer_null("entered_at_ms"),
                big_integer_null("started_at_ms"),
                big_integer_null("deadline_at_ms"),
                big_integer_null("ended_at_ms"),
                string_null("end_reason"),
                uuid_null("started_sign_in_id"),
                big_integer("log_seq"),
                string("log_hash"),
                big_integer("revision"),
            ],
        ),
        table(
            "session_event",
            2,
            vec![
                uuid("session_id"),
                big_integer("seq"),
                big_integer("at_ms"),
                string("kind"),
                string("actor"),
                big_integer("epoch"),
                string_null("entry_id"),
                big_integer_null("response_revision"),
                big_integer_null("client_at_ms"),
                boolean("is_late"),
                text("body"),
                string("hash"),
            ],
        ),
        table(
            "response_head",
            2,
            vec![
                uuid("session_id"),
                string("entry_id"),
                big_integer("seq"),
                big_integer("revision"),
                big_integer("epoch"),
                boolean("is_answered"),
                boolean("is_flagged"),
            ],
        ),
        table(
            "time_adjustment",
            1,
            vec![
                uuid("id"),
                uuid("session_id"),
                string("kind"),
                big_integer("delta_ms"),
                uuid("by_account_id"),
                big_integer("at_ms"),
                text("reason"),
                uuid_null("reverses_id"),
            ],
        ),
        table(
            "form",
            1,
            vec![
                uuid("id"),
                uuid("exam_id"),
                uuid("candidate_id"),
                text("body"),
                big_integer("created_at_ms"),
            ],
        ),
        table("form_seed", 1, vec![uuid("form_id"), string("seed")]),
        table(
            "lab",
            1,
            vec![
                uuid("id"),
                uuid("session_id"),
                string("entry_id"),
                string("task_digest"),
                string("state"),
                text_null("detail"),
                string_null("snapshot_digest"),
                text_null("report"),
                big_integer("created_at_ms"),
                big_integer("updated_at_ms"),
                big_integer("revision"),
            ],
        ),
        table(
            "check_outcome",
            3,
            vec![
                uuid("session_id"),
                string("entry_id"),
                string("check_id"),
                string("outcome"),
                big_integer("points"),
                text_null("expected"),
                text_null("found"),
                text_null("detail"),
                big_integer("at_ms"),
                string_null("decided_outcome"),
                uuid_null("decided_by"),
                big_integer_null("decided_at_ms"),
                text_null("decision_reason"),
                big_integer("revision"),
            ],
        ),
        table(
            "score",
            2,
            vec![
                uuid("session_id"),
                integer("number"),
                boolean("is_final"),
                boolean("is_passed"),
                big_integer("total_millipercent"),
                text("body"),
                big_integer("scored_at_ms"),
            ],
        ),
        table(
            "signing_key",
            1,
            vec![
                string("kid"),
                string("purpose"),
                string("algorithm"),
                text("public_jwk"),
                string("state"),
                big_integer("created_at_ms"),
            ],
        ),
        table(
            "credential",
            1,
            vec![
                uuid("id"),
                uuid("session_id"),
                uuid("holder_id"),
                string("certification_id"),
                string("kid"),
                text("token"),
                text("body"),
                big_integer("valid_from_ms"),
                big_integer("valid_until_ms"),
                big_integer("issued_at_ms"),
            ],
        ),
        table(
            "audit_event",
            1,
            vec![
                big_integer("seq"),
                big_integer("at_ms"),
                string("actor"),
                string("action"),
                string("object"),
                text("detail"),
                string("previous_hash"),
                string("hash"),
            ],
        ),
    ]
}

fn indices() -> Vec<IndexCreateStatement> {
    vec![
        index("account", &["login"], true),
        index("sign_in", &["token_hash"], true),
        index("seat", &["session_id"], true),
        index("seat", &["code_hmac"], false),
        index("credential", &["session_id"], true),
        // Only late responses: with an index over all events every save would write one more page.
        index(
            "session_event",
            &["session_id", "entry_id", "epoch", "response_revision"],
            true,
        )
        .and_where(Expr::col("is_late"))
        .take(),
        index("exam_session", &["state", "deadline_at_ms"], false),
        index("exam_session", &["candidate_id"], false),
        index(
            "exam_session",
            &["exam_id", "candidate_id", "session_number"],
            true,
        ),
        index("item_version", &["bank_id", "item_id"], false),
        index("task_version", &["bank_id", "task_id"], false),
        index("seat", &["room_id", "label"], true),
        index("time_adjustment", &["session_id"], false),
        index("form", &["candidate_id"], false),
        index("lab", &["session_id", "entry_id"], true),
        index("check_outcome", &["outcome"], false),
        index("room", &["exam_id"], false),
        index("credential", &["holder_id"], false),
    ]
}
