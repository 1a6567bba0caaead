//! What is done to a lab: one operation at a time, in the order they came.

use super::*;
use task_protocol::{CheckOutcome, FileRefusal, Outcome, ScriptOutput};

impl Labs {
    pub(super) async fn create(&self, lab_id: LabId, spec: LabSpec) -> Result<LabView, CallError> {
        check_spec(&spec)?;
        let (lab, turn) = self.enter_table(lab_id, spec)?;
        let Some(_turn) = turn else {
            // Somebody else makes it or has made it; this call waits for the same end.
            let _turn = lab.turn.lock().await;
            return Ok(lab.view(&*self.driver));
        };
        self.start(&lab, None).await;
        Ok(lab.view(&*self.driver))
    }

    /// The lab of this id; with the first turn in it when it is new.
    fn enter_table(
        &self,
        lab_id: LabId,
        spec: LabSpec,
    ) -> Result<(Arc<Lab>, Option<tokio::sync::OwnedMutexGuard<()>>), CallError> {
        let image_digest = self.driver.image_digest(&spec.image);
        let mut table = locked(&self.table);
        if table.is_stopping {
            return Err(CallError::Stopping);
        }
        if let Some(lab) = table.labs.get(&lab_id) {
            if lab.spec != spec {
                return Err(CallError::LabExists { lab_id });
            }
            return Ok((Arc::clone(lab), None));
        }
        if table.labs.len() >= usize::try_from(self.labs_max).unwrap_or(usize::MAX) {
            return Err(CallError::TooManyLabs {
                labs_max: self.labs_max,
            });
        }
        let turn = Arc::new(tokio::sync::Mutex::new(()));
        // Nobody else knows it yet.
        let first_turn = Arc::clone(&turn).try_lock_owned().ok();
        let image_digest = image_digest.map_err(call_error)?;
        let recording = Recording::begin(&self.recordings, &lab_id)
            .map_err(|error| call_error(SandboxError::system("recording")(error)))?;
        let lab = Arc::new(Lab {
            image_digest,
            progress: Mutex::new(Progress {
                state: LabState::Preparing,
                detail: None,
                resets: 0,
                start_ms: None,
            }),
            terminals: spec
                .hosts
                .iter()
                .map(|host| {
                    let new = |number| {
                        let tape = recording.tape(host, number);
                        Terminal::new(Arc::clone(&self.driver), &lab_id, host, tape)
                    };
                    (1..=spec.terminals).map(new).collect()
                })
                .collect(),
            turn,
            recording,
            is_opened: AtomicBool::new(false),
            lab_id: lab_id.clone(),
            spec,
        });
        table.labs.insert(lab_id, Arc::clone(&lab));
        Ok((lab, first_turn))
    }

    /// Starts the lab's sandbox; its state tells how that went.
    async fn start(&self, lab: &Arc<Lab>, checkpoint: Option<u32>) {
        let begin = Instant::now();
        let (driver, lab_id, spec) = (
            Arc::clone(&self.driver),
            lab.lab_id.clone(),
            lab.spec.clone(),
        );
        let started = blocking(move || driver.start(&lab_id, &spec, checkpoint)).await;
        match started {
            Ok(()) => {
                locked(&lab.progress).start_ms = Some(milliseconds(begin.elapsed()));
                lab.enter(LabState::Ready, None);
                tracing::info!(lab_id = %lab.lab_id, elapsed = ?begin.elapsed(), "lab ready");
                let driver = Arc::clone(&self.driver);
                // Nobody waits for it.
                drop(tokio::task::spawn_blocking(move || driver.replenish()));
            }
            Err(error) => {
                tracing::warn!(lab_id = %lab.lab_id, %error, "lab failed");
                lab.enter(LabState::Failed, Some(error.to_string()));
            }
        }
    }

    async fn stop(&self, lab: &Arc<Lab>) {
        lab.suspend_terminals().await;
        let (driver, lab_id) = (Arc::clone(&self.driver), lab.lab_id.clone());
        let stopped = blocking(move || {
            driver.stop(&lab_id);
            Ok(())
        });
        if let Err(error) = stopped.await {
            tracing::warn!(lab_id = %lab.lab_id, %error, "lab not stopped");
        }
    }

    pub(super) async fn reset(
        &self,
        lab_id: &LabId,
        checkpoint: Option<u32>,
    ) -> Result<LabView, CallError> {
        let lab = self.lab(lab_id)?;
        let _turn = lab.turn.lock().await;
        match lab.state() {
            LabState::Ready | LabState::Failed => {}
            state => return Err(CallError::WrongState { state }),
        }
        if let Some(checkpoint) = checkpoint {
            let known = self.driver.checkpoints(lab_id);
            if !known.iter().any(|known| known.number == checkpoint) {
                return Err(CallError::UnknownCheckpoint { checkpoint });
            }
        }
        lab.enter(LabState::Resetting, None);
        locked(&lab.progress).resets += 1;
        match checkpoint {
            None => lab.mark("reset"),
            Some(number) => lab.mark(&format!("back to checkpoint {number}")),
        }
        self.stop(&lab).await;
        self.start(&lab, checkpoint).await;
        if lab.state() == LabState::Ready {
            for terminal in lab.terminals.iter().flatten() {
                terminal.resume();
            }
        }
        Ok(lab.view(&*self.driver))
    }

    /// Keeps the files of a lab as they are now.
    pub(super) async fn take_checkpoint(&self, lab_id: &LabId) -> Result<LabView, CallError> {
        let lab = self.lab(lab_id)?;
        let _turn = lab.turn.lock().await;
        match lab.state() {
            LabState::Ready => {}
            state => return Err(CallError::WrongState { state }),
        }
        let (driver, id) = (Arc::clone(&self.driver), lab_id.clone());
        let taken = blocking(move || driver.take_checkpoint(&id)).await;
        let checkpoint = taken.map_err(call_error)?;
        lab.mark(&format!("checkpoint {}", checkpoint.number));
        Ok(lab.view(&*self.driver))
    }

    /// Takes a checkpoint of every lab that somebody works in. Labs on which that does not work are
    /// left as they are.
    pub async fn take_checkpoints(&self) {
        let labs: Vec<_> = locked(&self.table).labs.values().cloned().collect();
        for lab in labs {
            if lab.is_opened.load(Ordering::Relaxed)
                && lab.state() == LabState::Ready
                && let Err(error) = self.take_checkpoint(&lab.lab_id).await
            {
                tracing::debug!(%error, lab_id = %lab.lab_id, "no checkpoint");
            }
        }
    }

    pub(super) async fn destroy(&self, lab_id: &LabId) {
        let Ok(lab) = self.lab(lab_id) else {
            return;
        };
        let _turn = lab.turn.lock().await;
        lab.enter(LabState::Ended, None);
        self.stop(&lab).await;
        self.driver.forget_checkpoints(lab_id);
        lab.end_terminals();
        let mut table = locked(&self.table);
        // Two calls may have waited for their turn.
        if table
            .labs
            .get(lab_id)
            .is_some_and(|known| Arc::ptr_eq(known, &lab))
        {
            table.labs.remove(lab_id);
        }
    }

    pub(super) async fn run_script(
        &self,
        lab_id: &LabId,
        host: String,
        script: String,
        env: BTreeMap<String, String>,
        timeout_ms: u32,
    ) -> Result<ScriptOutput, CallError> {
        let lab = self.lab(lab_id)?;
        let _turn = lab.turn.lock().await;
        match lab.state() {
            LabState::Ready => {}
            state => return Err(CallError::WrongState { state }),
        }
        let (driver, lab_id) = (Arc::clone(&self.driver), lab_id.clone());
        let timeout = Duration::from_millis(timeout_ms.into());
        blocking(move || driver.run_script(&lab_id, &host, &script, &env, timeout))
            .await
            .map_err(call_error)
    }

    /// Does something with the files of a host.
    pub(super) async fn with_files<T: Send + 'static>(
        &self,
        lab_id: &LabId,
        host: String,
        work: impl FnOnce(&Files) -> Result<T, FileRefusal> + Send + 'static,
    ) -> Result<T, CallError> {
        let lab = self.lab(lab_id)?;
        // A lab must not go away under the hands of who reads in it.
        let _turn = lab.turn.lock().await;
        match lab.state() {
            LabState::Ready => {}
            state => return Err(CallError::WrongState { state }),
        }
        let (driver, lab_id) = (Arc::clone(&self.driver), lab_id.clone());
        let done = blocking(move || Ok(work(&driver.files(&lab_id, &host)?))).await;
        done.map_err(call_error)?
            .map_err(|reason| CallError::File { reason })
    }

    pub(super) async fn grade(
        &self,
        lab_id: &LabId,
        job_id: JobId,
        work: Work,
    ) -> Result<GradeReport, CallError> {
        if let Some(report) = self.kept_report(&job_id) {
            return Ok(report);
        }
        let Ok(lab) = self.lab(lab_id) else {
            return self.resume_grading(lab_id, job_id, work).await;
        };
        let _turn = lab.turn.lock().await;
        // The same job may have been asked for twice at once.
        if let Some(report) = self.kept_report(&job_id) {
            return Ok(report);
        }
        match lab.state() {
            LabState::Ready => {}
            LabState::Failed => {
                return match self.resume_grading(lab_id, job_id, work).await {
                    Ok(report) => {
                        lab.enter(LabState::Ended, None);
                        Ok(report)
                    }
                    Err(CallError::UnknownLab { .. }) => Err(CallError::WrongState {
                        state: LabState::Failed,
                    }),
                    Err(error) => Err(error),
                };
            }
            state => return Err(CallError::WrongState { state }),
        }
        lab.enter(LabState::Ended, None);
        lab.mark("handed in");
        lab.suspend_terminals().await;
        lab.end_terminals();
        let (driver, graded_id) = (Arc::clone(&self.driver), lab_id.clone());
        let report = blocking(move || driver.grade(&graded_id, &job_id, &work)).await;
        match report.map_err(call_error) {
            Ok(mut report) => {
                let finished = Finished::of(&self.recordings, lab_id);
                let labels: Vec<_> = report.outcomes.iter().map(label_of).collect();
                if let Err(error) = finished.mark(&lab.recording, &labels) {
                    tracing::warn!(%error, %lab_id, "the outcomes are not on the tapes");
                }
                report.recordings = finished.views();
                self.driver.forget_checkpoints(lab_id);
                self.keep_report(&report)?;
                Ok(report)
            }
            Err(error) => {
                lab.enter(LabState::Failed, Some(error.to_string()));
                Err(error)
            }
        }
    }

    /// Finishes a grading whose lab is gone, because this runner or one before it was interrupted.
    async fn resume_grading(
        &self,
        lab_id: &LabId,
        job_id: JobId,
        work: Work,
    ) -> Result<GradeReport, CallError> {
        let driver = Arc::clone(&self.driver);
        let report = blocking(move || driver.resume_grading(&job_id, &work)).await;
        let report = report.map_err(call_error)?;
        let report = report.filter(|report| report.lab_id == *lab_id);
        let report = report.ok_or_else(|| CallError::UnknownLab {
            lab_id: lab_id.clone(),
        })?;
        self.keep_report(&report)?;
        Ok(report)
    }

    /// Grades once more what a graded lab left; the report of then stays as it is.
    pub(super) async fn regrade(
        &self,
        job_id: JobId,
        checks: Vec<CheckSpec>,
    ) -> Result<GradeReport, CallError> {
        let work = Work {
            checks,
            foreign_tokens: Vec::new(),
        };
        let (driver, job) = (Arc::clone(&self.driver), job_id.clone());
        let report = blocking(move || driver.resume_grading(&job, &work)).await;
        report
            .map_err(call_error)?
            .ok_or(CallError::UnknownJob { job_id })
    }

    /// Lets no new lab in and, unless they are to be kept, ends all.
    pub async fn shut_down(&self, keeps_labs: bool) {
        let lab_ids: Vec<_> = {
            let mut table = locked(&self.table);
            table.is_stopping = true;
            table.labs.keys().cloned().collect()
        };
        if !keeps_labs {
            for lab_id in lab_ids {
                self.destroy(&lab_id).await;
            }
        }
    }
}

/// An outcome as a marker.
fn label_of(outcome: &CheckOutcome) -> String {
    let word = match outcome.outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Broken => "broken",
    };
    format!("check {}: {word}", outcome.check_id)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SandboxError> + Send + 'static,
) -> Result<T, SandboxError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| {
            Err(SandboxError::system("work on a lab")(
                std::io::Error::other(error),
            ))
        })
}
