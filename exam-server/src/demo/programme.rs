//! The people, the exam and the seats of the demo. A second start finds them and adds only what is missing.

use question_bank::BlueprintId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::account::create::{NewAccount, create as create_account};
use crate::account::{Role, password};
use crate::app::App;
use crate::entity::{account, exam, exam_session, room, seat};
use crate::exam::{NewExam, Registration, add_room, create as create_exam, register};
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::{AccountId, ExamId, RoomId, SessionId};
use crate::session::SessionState;

/// The password of every sample person. The demo listens on the loopback address unless told otherwise.
pub const PASSWORD: &str = "assay-demo";

/// Candidates in the order in which they get seats. Each sits once: forms never repeat what somebody has seen, and a bank
/// is only so large.
const CANDIDATES: [(&str, &str); 10] = [
    ("ada", "Ada Moreau"),
    ("bilal", "Bilal Haddad"),
    ("chiara", "Chiara Romano"),
    ("daniel", "Daniel Novak"),
    ("efua", "Efua Mensah"),
    ("farah", "Farah Aziz"),
    ("goran", "Goran Kovac"),
    ("hana", "Hana Sato"),
    ("ines", "Ines Duarte"),
    ("jonas", "Jonas Weber"),
];
/// Candidates who have a seat and have not sat yet, after each start.
const SEATS: usize = 4;
const FINISHED_CANDIDATE: (&str, &str) = ("noor", "Noor Haddad");

/// What the demo works with.
#[derive(Clone, Copy, Debug)]
pub struct Programme {
    pub exam: ExamId,
    pub room: RoomId,
    pub proctor: AccountId,
    pub examiner: AccountId,
}

fn failed(error: impl std::fmt::Display) -> ApiError {
    ApiError::internal("demo", &error)
}

/// The exam of the blueprint, with its room and staff.
pub async fn prepare(app: &App, blueprint: &str) -> ApiResult<Programme> {
    let proctor = person(app, "proctor", "Petra Lindqvist", &[Role::Proctor]).await?;
    let examiner = person(app, "examiner", "Emil Okafor", &[Role::Examiner]).await?;
    person(app, "admin", "Alma Reyes", &[Role::Admin]).await?;
    let blueprint = BlueprintId::new(blueprint).map_err(failed)?;
    let known = exam::Entity::find()
        .filter(exam::Column::BlueprintId.eq(blueprint.as_str()))
        .order_by_asc(exam::Column::CreatedAtMs)
        .one(app.db.reader())
        .await?;
    if let Some(exam) = known {
        let room = room::Entity::find()
            .filter(room::Column::ExamId.eq(exam.id))
            .one(app.db.reader())
            .await?
            .ok_or_else(|| failed("the exam has no room"))?;
        return Ok(Programme {
            exam: exam.id,
            room: room.id,
            proctor,
            examiner,
        });
    }
    let title = app
        .bank
        .bank
        .blueprints
        .get(&blueprint)
        .map(|blueprint| &*blueprint.title);
    let now_ms = app.clock.now_ms();
    let tx = app.db.begin().await?;
    let new = NewExam {
        title: title.unwrap_or_default(),
        bank: &app.bank.bank,
        blueprint: &blueprint,
        now_ms,
    };
    let exam = create_exam(&tx, new).await.map_err(failed)?;
    let room = add_room(&tx, exam, "Room 1", &[proctor])
        .await
        .map_err(failed)?;
    tx.commit().await?;
    Ok(Programme {
        exam,
        room,
        proctor,
        examiner,
    })
}

/// The candidates whose sessions are not over. The next people of the list get seats, until all have sat the exam.
pub async fn candidates(app: &App, programme: &Programme) -> ApiResult<Vec<AccountId>> {
    let mut waiting = Vec::new();
    for (login, name) in CANDIDATES {
        if waiting.len() == SEATS {
            break;
        }
        let id = person(app, login, name, &[Role::Candidate]).await?;
        let session = exam_session::Entity::find()
            .filter(exam_session::Column::CandidateId.eq(id))
            .filter(exam_session::Column::ExamId.eq(programme.exam))
            .one(app.db.reader())
            .await?;
        match session {
            None => {
                seat_for(app, programme, id).await?;
                waiting.push(id);
            }
            Some(row) if !is_over(&row) => waiting.push(id),
            Some(_) => {}
        }
    }
    Ok(waiting)
}

fn is_over(row: &exam_session::Model) -> bool {
    [SessionState::Submitted.name(), SessionState::Graded.name()].contains(&&*row.state)
}

/// The candidate of the finished session, with a seat.
pub async fn finished_candidate(
    app: &App,
    programme: &Programme,
) -> ApiResult<(AccountId, SessionId)> {
    let (login, name) = FINISHED_CANDIDATE;
    let id = person(app, login, name, &[Role::Candidate]).await?;
    let known = exam_session::Entity::find()
        .filter(exam_session::Column::CandidateId.eq(id))
        .filter(exam_session::Column::ExamId.eq(programme.exam))
        .one(app.db.reader())
        .await?;
    match known {
        Some(row) => Ok((id, row.id)),
        None => Ok((id, seat_for(app, programme, id).await?)),
    }
}

async fn seat_for(
    app: &App,
    programme: &Programme,
    candidate_id: AccountId,
) -> ApiResult<SessionId> {
    let taken = seat::Entity::find()
        .filter(seat::Column::RoomId.eq(programme.room))
        .all(app.db.reader())
        .await?;
    let label = format!("A{}", taken.len() + 1);
    let tx = app.db.begin().await?;
    let registration = Registration {
        exam_id: programme.exam,
        candidate_id,
        room_id: programme.room,
        seat_label: &label,
        now_ms: app.clock.now_ms(),
    };
    let session = register(&tx, registration).await.map_err(failed)?;
    tx.commit().await?;
    Ok(session)
}

async fn person(app: &App, login: &str, name: &str, roles: &[Role]) -> ApiResult<AccountId> {
    let known = account::Entity::find()
        .filter(account::Column::Login.eq(login))
        .one(app.db.reader())
        .await?;
    if let Some(account) = known {
        return Ok(account.id);
    }
    let password_hash = password::hash(PASSWORD.to_owned()).await.map_err(failed)?;
    let tx = app.db.begin().await?;
    let new = NewAccount {
        login,
        name,
        password_hash: &password_hash,
        roles,
    };
    let id = create_account(&tx, app.clock.now_ms(), &new).await?;
    tx.commit().await?;
    Ok(id)
}
