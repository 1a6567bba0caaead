//! The save lane: one task commits saves in groups and acknowledges each after the commit. While one group is being
//! committed the next gathers in the queue, so groups grow with the load and nobody waits for a timer.

use std::collections::BTreeSet;
use std::sync::Arc;

use sea_orm::DbErr;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::db::Database;
use crate::http::metrics::Metrics;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::session::live::Live;
use crate::session::save_memory::Memory;
use crate::session::save_response::{Group, Save, SaveRefusal, Saved, head_key};
use crate::session::save_sql::Texts;

/// Saves per commit.
const GROUP_MAX: usize = 256;
/// Saves in the queue before more are refused as busy: several seconds of the heaviest load.
const QUEUE_MAX: usize = 16 * 1024;

type Outcome = Result<Saved, SaveRefusal>;

#[derive(Debug)]
struct Job {
    save: Save,
    answer: oneshot::Sender<ApiResult<Saved>>,
}

/// The entrance of the lane.
#[derive(Clone, Debug)]
pub struct SaveLane(mpsc::Sender<Job>);

impl SaveLane {
    /// Starts the lane's task. It ends when every entrance is dropped.
    pub fn start(
        db: Database,
        clock: Clock,
        key: [u8; 32],
        live: Arc<Live>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        let writer = Writer {
            db,
            clock,
            key,
            live,
            metrics,
            texts: Texts::default(),
            memory: Memory::default(),
        };
        tokio::spawn(writer.run(receiver));
        Self(sender)
    }

    /// Saves one response. When this returns `Ok`, it is committed.
    pub async fn save(&self, save: Save) -> ApiResult<Saved> {
        let busy = || ApiError::new(ErrorCode::Busy, "nothing was saved; send it again");
        let (answer, answered) = oneshot::channel();
        self.0
            .try_send(Job { save, answer })
            .map_err(|_full| busy())?;
        answered.await.map_err(|_gone| busy())?
    }
}

struct Writer {
    db: Database,
    clock: Clock,
    key: [u8; 32],
    live: Arc<Live>,
    metrics: Arc<Metrics>,
    texts: Texts,
    memory: Memory,
}

impl Writer {
    async fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(GROUP_MAX);
        while queue.recv_many(&mut jobs, GROUP_MAX).await > 0 {
            let (saves, answers): (Vec<Save>, Vec<_>) = jobs
                .drain(..)
                .map(|job: Job| (job.save, job.answer))
                .unzip();
            for (outcome, answer) in self.save_all(&saves).await.into_iter().zip(answers) {
                // Whoever has gone away asks again and gets the same receipt.
                let _gone = answer.send(outcome);
            }
        }
    }

    /// Each save of a group fails or succeeds alone: a group that the database refuses is tried one by one.
    async fn save_all(&mut self, saves: &[Save]) -> Vec<ApiResult<Saved>> {
        match self.commit(saves).await {
            Ok(outcomes) => self.told(saves, outcomes),
            Err(error) => {
                let refusal = ApiError::from(error);
                if refusal.code == ErrorCode::Busy || saves.len() < 2 {
                    return saves.iter().map(|_| Err(again(&refusal))).collect();
                }
                let mut outcomes = Vec::with_capacity(saves.len());
                for save in saves {
                    let alone = std::slice::from_ref(save);
                    match self.commit(alone).await {
                        Ok(outcome) => outcomes.extend(self.told(alone, outcome)),
                        Err(error) => outcomes.push(Err(error.into())),
                    }
                }
                outcomes
            }
        }
    }

    fn told(&self, saves: &[Save], outcomes: Vec<Outcome>) -> Vec<ApiResult<Saved>> {
        let acknowledged = || {
            saves
                .iter()
                .zip(&outcomes)
                .filter(|(_, outcome)| outcome.is_ok())
        };
        self.metrics
            .note_saves_acknowledged(acknowledged().count() as u64);
        self.live.note_acknowledged(
            acknowledged().map(|(save, _)| save.session_id),
            self.clock.now_ms(),
        );
        outcomes
            .into_iter()
            .map(|outcome| outcome.map_err(ApiError::from))
            .collect()
    }

    /// Commits a group, if need be in a second attempt: with the first it may turn out that a session has moved on since
    /// it was remembered, for example because it was extended.
    async fn commit(&mut self, saves: &[Save]) -> Result<Vec<Outcome>, DbErr> {
        match self.attempt(saves).await {
            Err(DbErr::RecordNotUpdated) => self.attempt(saves).await,
            done => done,
        }
    }

    /// Reads what is not remembered, decides, writes and commits. After an error nothing is remembered of the sessions.
    async fn attempt(&mut self, saves: &[Save]) -> Result<Vec<Outcome>, DbErr> {
        let mut group = self.memory.recall(saves);
        let outcomes = self.write(saves, &mut group).await;
        match outcomes {
            Ok(_) => self.memory.learn(group),
            Err(_) => self.memory.forget(saves),
        }
        outcomes
    }

    async fn write(&mut self, saves: &[Save], group: &mut Group) -> Result<Vec<Outcome>, DbErr> {
        let tx = self.db.begin().await?;
        let ids = unknown(saves, |save| {
            (!group.logs.contains_key(&save.session_id)).then_some(save.session_id)
        });
        self.texts.read_logs(&tx, &ids, group).await?;
        let keys = unknown(saves, |save| {
            let key = head_key(save);
            (!group.heads.contains_key(&key)).then_some(key)
        });
        self.texts.read_heads(&tx, &keys, group).await?;
        let keys = unknown(saves, |save| group.may_be_stored(save));
        self.texts.read_stored(&tx, &keys, group).await?;
        let now = self.clock.now_ms();
        let outcomes = saves
            .iter()
            .map(|save| group.decide(&self.key, save, now))
            .collect();
        if group.events.is_empty() && group.new_heads.is_empty() {
            tx.rollback().await?;
        } else {
            self.texts.write(&tx, group).await?;
            tx.commit().await?;
        }
        Ok(outcomes)
    }
}

/// What must be read for some of the saves: each once, in order.
fn unknown<K: Ord>(saves: &[Save], key: impl Fn(&Save) -> Option<K>) -> Vec<K> {
    let keys: BTreeSet<K> = saves.iter().filter_map(key).collect();
    keys.into_iter().collect()
}

fn again(refusal: &ApiError) -> ApiError {
    ApiError::new(refusal.code, refusal.detail.clone())
}
