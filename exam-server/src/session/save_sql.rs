//! The SQL of the save lane. Each text is for a fixed number of rows and is made once, so that the database prepares a
//! handful of statements and not one per group size.

use std::collections::HashMap;
use std::fmt::Write;

use sea_orm::sea_query::{PostgresQueryBuilder, QueryBuilder, SqliteQueryBuilder, Value};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};

use crate::entity::exam_session;
use crate::ids::SessionId;
use crate::session::save_response::{Group, Head, HeadKey, Log, ResponseKey, Stored};

/// Rows per statement.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// A statement over rows of values: the text before and behind them, what every row begins with, and how many values it
/// has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Form {
    before: &'static str,
    constants: &'static str,
    behind: &'static str,
    columns: usize,
}

const HEADS: Form = Form {
    before: "WITH v(session_id, entry_id) AS (VALUES ",
    constants: "",
    behind: ") SELECT h.session_id, h.entry_id, h.seq, h.revision, h.epoch, h.is_answered, h.is_flagged FROM v \
         JOIN response_head h ON h.session_id = v.session_id AND h.entry_id = v.entry_id",
    columns: 2,
};

/// Late responses are few and have an index of their own; all others are found as what an entry's head points to.
const LATE: Form = Form {
    before: "WITH v(session_id, entry_id, epoch, revision) AS (VALUES ",
    constants: "",
    behind: ") SELECT e.session_id, e.entry_id, e.epoch, e.response_revision, e.seq, e.at_ms, e.hash, e.is_late, e.body \
         FROM v JOIN session_event e ON e.session_id = v.session_id AND e.entry_id = v.entry_id AND e.epoch = v.epoch \
         AND e.response_revision = v.revision WHERE e.is_late",
    columns: 4,
};

const CURRENT: Form = Form {
    before: "WITH v(session_id, seq) AS (VALUES ",
    constants: "",
    behind: ") SELECT e.session_id, e.entry_id, e.epoch, e.response_revision, e.seq, e.at_ms, e.hash, e.is_late, e.body \
         FROM v JOIN session_event e ON e.session_id = v.session_id AND e.seq = v.seq",
    columns: 2,
};

const MOVE: Form = Form {
    before: "WITH v(id, was_seq, seq, hash) AS (VALUES ",
    constants: "",
    behind: ") UPDATE exam_session SET log_seq = v.seq, log_hash = v.hash, revision = revision + 1 FROM v \
         WHERE exam_session.id = v.id AND exam_session.log_seq = v.was_seq",
    columns: 4,
};

const INSERT: Form = Form {
    before: "INSERT INTO session_event (kind, actor, session_id, seq, at_ms, epoch, entry_id, response_revision, \
         client_at_ms, is_late, body, hash) VALUES ",
    constants: "'response','candidate',",
    behind: "",
    columns: 10,
};

const POINT: Form = Form {
    before: "INSERT INTO response_head (session_id, entry_id, seq, revision, epoch, is_answered, is_flagged) VALUES ",
    constants: "",
    behind: " ON CONFLICT (session_id, entry_id) DO UPDATE SET seq = excluded.seq, revision = excluded.revision, \
         epoch = excluded.epoch, is_answered = excluded.is_answered, is_flagged = excluded.is_flagged",
    columns: 7,
};

/// The texts made so far.
#[derive(Debug, Default)]
pub struct Texts(HashMap<(Form, usize), String>);

impl Texts {
    fn text(&mut self, backend: DbBackend, form: Form, rows: usize) -> String {
        // SQLite looks a numbered placeholder up by its name with every binding; one without a number costs nothing.
        let (placeholder, is_numbered) = match backend {
            DbBackend::Sqlite => SqliteQueryBuilder.placeholder(),
            _ => PostgresQueryBuilder.placeholder(),
        };
        let make = || {
            let mut text = form.before.to_owned();
            for row in 0..rows {
                text.push_str(if row == 0 { "(" } else { ",(" });
                text.push_str(form.constants);
                for column in 0..form.columns {
                    let separator = if column == 0 { "" } else { "," };
                    let number = row * form.columns + column + 1;
                    let _infallible = match is_numbered {
                        true => write!(text, "{separator}{placeholder}{number}"),
                        false => write!(text, "{separator}{placeholder}"),
                    };
                }
                text.push(')');
            }
            text.push_str(form.behind);
            text
        };
        self.0.entry((form, rows)).or_insert_with(make).clone()
    }

    /// The statements for these rows.
    fn statements<R>(
        &mut self,
        tx: &DatabaseTransaction,
        form: Form,
        rows: &[R],
        values: impl Fn(&R, &mut Vec<Value>),
    ) -> Vec<Statement> {
        let backend = tx.get_database_backend();
        let mut statements = Vec::new();
        let mut rest = rows;
        for size in SIZES {
            while rest.len() >= size {
                let (chunk, others) = rest.split_at(size);
                rest = others;
                let mut bound = Vec::with_capacity(size * form.columns);
                for row in chunk {
                    values(row, &mut bound);
                }
                let text = self.text(backend, form, size);
                statements.push(Statement::from_sql_and_values(backend, text, bound));
            }
        }
        statements
    }

    /// The sessions of a group, locked in the order of their ids so that two servers cannot wait for one another.
    pub async fn read_logs(
        &mut self,
        tx: &DatabaseTransaction,
        ids: &[SessionId],
        group: &mut Group,
    ) -> Result<(), DbErr> {
        let Some(&last) = ids.last() else {
            return Ok(());
        };
        // Padded with an id that is there already, for the same few texts.
        let mut padded = ids.to_vec();
        padded.resize(ids.len().next_power_of_two(), last);
        let rows = exam_session::Entity::find()
            .filter(exam_session::Column::Id.is_in(padded))
            .order_by_asc(exam_session::Column::Id)
            .lock_exclusive()
            .all(tx)
            .await?;
        for row in rows {
            let state = crate::session::rules::State::of(&row)
                .map_err(|error| DbErr::Custom(error.to_string()))?;
            group.logs.insert(
                row.id,
                Log {
                    state,
                    seq: row.log_seq,
                    hash: row.log_hash,
                },
            );
        }
        Ok(())
    }

    /// The current responses under these keys.
    pub async fn read_heads(
        &mut self,
        tx: &DatabaseTransaction,
        keys: &[HeadKey],
        group: &mut Group,
    ) -> Result<(), DbErr> {
        group
            .heads
            .extend(keys.iter().map(|key| (key.clone(), None)));
        let statements = self.statements(tx, HEADS, keys, |(session, entry), values| {
            values.extend([session.0.into(), entry.as_str().into()]);
        });
        for statement in statements {
            for row in tx.query_all_raw(statement).await? {
                let key = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                group.heads.insert(
                    key,
                    Some(Head {
                        seq: row.try_get_by_index(2)?,
                        revision: row.try_get_by_index(3)?,
                        epoch: row.try_get_by_index(4)?,
                        is_answered: row.try_get_by_index(5)?,
                        is_flagged: row.try_get_by_index(6)?,
                    }),
                );
            }
        }
        Ok(())
    }

    /// The responses under these keys, if they are current or late. An older one does not matter any more: a newer one
    /// is stored. Heads must have been read.
    pub async fn read_stored(
        &mut self,
        tx: &DatabaseTransaction,
        keys: &[ResponseKey],
        group: &mut Group,
    ) -> Result<(), DbErr> {
        let mut statements = self.statements(tx, LATE, keys, |key, values| {
            let (session, entry, epoch, revision) = key;
            values.extend([
                session.0.into(),
                entry.as_str().into(),
                (*epoch).into(),
                (*revision).into(),
            ]);
        });
        let current: Vec<_> = keys.iter().filter_map(|key| group.current(key)).collect();
        let found = self.statements(tx, CURRENT, &current, |(session, seq), values| {
            values.extend([session.0.into(), (*seq).into()]);
        });
        statements.extend(found);
        for statement in statements {
            for row in tx.query_all_raw(statement).await? {
                let key = (
                    row.try_get_by_index(0)?,
                    row.try_get_by_index(1)?,
                    row.try_get_by_index(2)?,
                    row.try_get_by_index(3)?,
                );
                group.stored.insert(
                    key,
                    Stored {
                        seq: row.try_get_by_index(4)?,
                        at_ms: row.try_get_by_index(5)?,
                        hash: row.try_get_by_index(6)?,
                        is_late: row.try_get_by_index(7)?,
                        body: row.try_get_by_index(8)?,
                    },
                );
            }
        }
        Ok(())
    }

    /// Writes what the group decided: rows moved, events appended, heads pointed.
    ///
    /// # Errors
    /// [`DbErr::RecordNotUpdated`] if a log does not end any more where the group found it.
    pub async fn write(&mut self, tx: &DatabaseTransaction, group: &Group) -> Result<(), DbErr> {
        let mut moves: Vec<_> = group.touched.iter().collect();
        moves.sort();
        let logs = &group.logs;
        let statements = self.statements(tx, MOVE, &moves, |(session, was_seq), values| {
            let log = logs.get(*session);
            values.extend([
                session.0.into(),
                (**was_seq).into(),
                log.map_or(0, |log| log.seq).into(),
                log.map_or("", |log| log.hash.as_str()).into(),
            ]);
        });
        let mut moved = 0;
        for statement in statements {
            moved += tx.execute_raw(statement).await?.rows_affected();
        }
        if moved != moves.len() as u64 {
            return Err(DbErr::RecordNotUpdated);
        }
        let statements = self.statements(tx, INSERT, &group.events, |event, values| {
            values.extend([
                event.session_id.0.into(),
                event.seq.into(),
                event.at_ms.into(),
                event.epoch.into(),
                event.entry_id.as_str().into(),
                event.revision.into(),
                event.client_at_ms.into(),
                event.is_late.into(),
                event.body.as_str().into(),
                event.hash.as_str().into(),
            ]);
        });
        for statement in statements {
            tx.execute_raw(statement).await?;
        }
        let heads: Vec<_> = group.new_heads.iter().collect();
        let statements = self.statements(tx, POINT, &heads, |((session, entry), head), values| {
            values.extend([
                session.0.into(),
                entry.as_str().into(),
                head.seq.into(),
                head.revision.into(),
                head.epoch.into(),
                head.is_answered.into(),
                head.is_flagged.into(),
            ]);
        });
        for statement in statements {
            tx.execute_raw(statement).await?;
        }
        Ok(())
    }
}
