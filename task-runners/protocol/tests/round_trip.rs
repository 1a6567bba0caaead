//! Whatever is encoded comes out the same, however the stream is cut; rubbish never panics.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use task_protocol::{
    Call, CallError, CallResult, CheckOutcome, CheckSpec, ClientMessage, Decoder, Frame,
    GradeReport, JobId, LabId, LabLimits, LabSpec, LabState, LabView, Outcome, Probe, Refusal,
    RunSpec, RunnerMessage, TerminalSize, encode_bytes, encode_message,
};

fn lab_id() -> impl Strategy<Value = LabId> {
    "[a-z0-9][a-z0-9-]{0,63}".prop_map(|text| LabId::new(text).unwrap())
}

fn job_id() -> impl Strategy<Value = JobId> {
    "[a-z0-9][a-z0-9-]{0,63}".prop_map(|text| JobId::new(text).unwrap())
}

fn size() -> impl Strategy<Value = TerminalSize> {
    (any::<u16>(), any::<u16>()).prop_map(|(columns, rows)| TerminalSize::new(columns, rows))
}

fn env() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map("PARAM_[A-Z]{1,8}", any::<String>(), 0..4)
}

fn spec() -> impl Strategy<Value = LabSpec> {
    (
        any::<String>(),
        any::<String>(),
        env(),
        any::<u32>(),
        1_u32..64,
    )
        .prop_map(|(task_id, setup, env, memory_mib, cpus)| LabSpec {
            task_id,
            image: "base".to_owned(),
            hosts: vec!["lab".to_owned(), "db".to_owned()],
            boot: setup.clone(),
            setup,
            env,
            limits: LabLimits {
                memory_mib,
                cpus: f64::from(cpus) / 4.0,
                ..LabLimits::default()
            },
            terminals: 2,
            setup_timeout_ms: 60_000,
        })
}

fn probe() -> impl Strategy<Value = Probe> {
    prop_oneof![
        (any::<u16>(), any::<String>(), any::<Option<String>>())
            .prop_map(|(port, path, host)| Probe::Http { port, path, host }),
        any::<u16>().prop_map(|port| Probe::Tcp { port }),
    ]
}

fn check() -> impl Strategy<Value = CheckSpec> {
    (
        any::<String>(),
        prop::option::of((any::<String>(), any::<u32>())),
        prop::option::of(probe()),
        prop::collection::vec(any::<String>(), 0..3),
        any::<u32>(),
    )
        .prop_map(|(id, run, probe, requires, timeout_ms)| CheckSpec {
            judge_script: format!("pass {id}"),
            host: "lab".to_owned(),
            id,
            run: run.map(|(script, timeout_ms)| RunSpec { script, timeout_ms }),
            probe,
            follows: requires.clone(),
            requires,
            timeout_ms,
        })
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        Just(Call::Describe),
        Just(Call::ListLabs),
        (lab_id(), spec()).prop_map(|(lab_id, instance)| Call::CreateLab {
            lab_id,
            instance: Box::new(instance)
        }),
        lab_id().prop_map(|lab_id| Call::InspectLab { lab_id }),
        (lab_id(), any::<Option<u32>>())
            .prop_map(|(lab_id, checkpoint)| Call::ResetLab { lab_id, checkpoint }),
        lab_id().prop_map(|lab_id| Call::TakeCheckpoint { lab_id }),
        lab_id().prop_map(|lab_id| Call::DestroyLab { lab_id }),
        (lab_id(), any::<String>(), env(), any::<u32>()).prop_map(
            |(lab_id, script, env, timeout_ms)| Call::RunScript {
                lab_id,
                host: "lab".to_owned(),
                script,
                env,
                timeout_ms
            }
        ),
        (lab_id(), job_id(), prop::collection::vec(check(), 0..4)).prop_map(
            |(lab_id, job_id, checks)| Call::GradeLab {
                lab_id,
                foreign_tokens: vec![job_id.to_string()],
                job_id,
                checks
            }
        ),
        (job_id(), prop::collection::vec(check(), 0..4))
            .prop_map(|(job_id, checks)| Call::Regrade { job_id, checks }),
        lab_id().prop_map(|lab_id| Call::ListRecordings { lab_id }),
        (lab_id(), any::<u8>(), any::<u64>()).prop_map(|(lab_id, terminal, offset)| {
            Call::ReadRecording {
                lab_id,
                host: "lab".to_owned(),
                terminal,
                offset,
            }
        }),
    ]
}

fn client_message() -> impl Strategy<Value = ClientMessage> {
    prop_oneof![
        any::<u32>().prop_map(|version| ClientMessage::Hello { version }),
        (any::<u64>(), call()).prop_map(|(id, call)| ClientMessage::Call { id, call }),
        (lab_id(), any::<u8>(), size()).prop_map(|(lab_id, terminal, size)| {
            ClientMessage::Attach {
                lab_id,
                host: "lab".to_owned(),
                terminal,
                size,
            }
        }),
        (lab_id(), any::<u16>()).prop_map(|(lab_id, port)| ClientMessage::Forward {
            lab_id,
            host: "lab".to_owned(),
            port,
        }),
        size().prop_map(|size| ClientMessage::Resize { size }),
        any::<u64>().prop_map(|bytes| ClientMessage::Ack { bytes }),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Pass),
        Just(Outcome::Fail),
        Just(Outcome::Broken)
    ]
}

fn result() -> impl Strategy<Value = Result<CallResult, CallError>> {
    prop_oneof![
        (lab_id(), any::<Option<String>>(), any::<u32>()).prop_map(|(lab_id, detail, resets)| {
            Ok(CallResult::Lab(LabView {
                lab_id,
                task_id: "t".to_owned(),
                state: LabState::Failed,
                detail,
                image_digest: "0".to_owned(),
                resets,
                checkpoints: Vec::new(),
                start_ms: Some(1),
            }))
        }),
        (
            job_id(),
            lab_id(),
            prop::collection::vec((any::<String>(), outcome()), 0..4)
        )
            .prop_map(|(job_id, lab_id, outcomes)| {
                Ok(CallResult::Graded(GradeReport {
                    job_id,
                    lab_id,
                    snapshot_digest: "0".to_owned(),
                    image_digest: "1".to_owned(),
                    foreign_tokens: Vec::new(),
                    recordings: Vec::new(),
                    outcomes: outcomes
                        .into_iter()
                        .map(|(check_id, outcome)| CheckOutcome {
                            found: Some(check_id.clone()),
                            check_id,
                            outcome,
                            expected: None,
                            detail: None,
                            duration_ms: 1,
                        })
                        .collect(),
                    snapshot_ms: 1,
                    total_ms: 2,
                }))
            }),
        Just(Ok(CallResult::Destroyed)),
        lab_id().prop_map(|lab_id| Err(CallError::UnknownLab { lab_id })),
        any::<String>().prop_map(|detail| Err(CallError::Sandbox { detail })),
        Just(Err(CallError::Stopping)),
    ]
}

fn runner_message() -> impl Strategy<Value = RunnerMessage> {
    prop_oneof![
        (any::<u32>(), any::<String>())
            .prop_map(|(version, runner_id)| RunnerMessage::Welcome { version, runner_id }),
        any::<String>().prop_map(|detail| RunnerMessage::Refused(Refusal::Protocol { detail })),
        (any::<u64>(), result()).prop_map(|(id, result)| RunnerMessage::Reply { id, result }),
        Just(RunnerMessage::Attached),
        Just(RunnerMessage::Exited),
        Just(RunnerMessage::Replaced),
    ]
}

/// Pushes the stream in pieces and takes out all frames.
fn decode<M: serde::de::DeserializeOwned>(stream: &[u8], piece_length: usize) -> Vec<Frame<M>> {
    let mut decoder = Decoder::new();
    let mut frames = Vec::new();
    for piece in stream.chunks(piece_length) {
        decoder.push(piece);
        while let Some(frame) = decoder.next_frame().unwrap() {
            frames.push(frame);
        }
    }
    frames
}

proptest! {
    #[test]
    fn client_messages(messages in prop::collection::vec(client_message(), 1..4), piece in 1_usize..64) {
        let stream: Vec<u8> = messages.iter().flat_map(|m| encode_message(m).unwrap()).collect();
        let frames = decode::<ClientMessage>(&stream, piece);
        prop_assert_eq!(frames, messages.into_iter().map(Frame::Message).collect::<Vec<_>>());
    }

    #[test]
    fn runner_messages_between_bytes(
        message in runner_message(),
        bytes in prop::collection::vec(any::<u8>(), 1..2000),
        piece in 1_usize..64,
    ) {
        let mut stream = encode_bytes(&bytes);
        stream.extend(encode_message(&message).unwrap());
        stream.extend(encode_bytes(&bytes));
        let frames = decode::<RunnerMessage>(&stream, piece);
        prop_assert_eq!(
            frames,
            vec![Frame::Bytes(bytes.clone()), Frame::Message(message), Frame::Bytes(bytes)]
        );
    }

    #[test]
    fn rubbish_never_panics(stream in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut decoder = Decoder::<ClientMessage>::new();
        decoder.push(&stream);
        while let Ok(Some(_)) = decoder.next_frame() {}
    }
}
