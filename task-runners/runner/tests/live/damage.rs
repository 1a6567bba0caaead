//! What was changed beside the work.

use task_protocol::{Call, CallResult, CheckSpec, JobId, LabState, Outcome};

use crate::runner::{Runner, lab_id, spec};

fn check(id: &str, judge: &str) -> CheckSpec {
    CheckSpec {
        id: id.to_owned(),
        host: "lab".to_owned(),
        judge_script: format!(
            ". /task/lib.sh\n. /task/declared.sh\nexpect 'nothing else changed' 5\n{judge}\ndecide\n"
        ),
        run: None,
        probe: None,
        requires: Vec::new(),
        follows: Vec::new(),
        timeout_ms: 10_000,
    }
}

/// What two checks come to after some work: one that allows /srv, one that allows /etc too.
fn outcomes(work: &str, goes_back: bool) -> Option<Vec<(Outcome, String)>> {
    let runner = Runner::start()?;
    let mut calls = runner.connect();
    let setup = "mkdir -p /srv/app; echo one > /srv/app/conf; echo 'root:x' > /etc/appusers";
    assert_eq!(calls.create("one", &spec(setup)).state, LabState::Ready);
    assert_eq!(calls.script("one", work).exit_code, Some(0));
    if goes_back {
        let lab = lab_id("one");
        calls.call(Call::TakeCheckpoint { lab_id: lab }).unwrap();
        let call = Call::ResetLab {
            lab_id: lab_id("one"),
            checkpoint: Some(1),
        };
        calls.call(call).unwrap();
    }
    let call = Call::GradeLab {
        lab_id: lab_id("one"),
        job_id: JobId::new("job").unwrap(),
        checks: vec![
            check("srv", "undamaged '/srv/*'"),
            check("etc", "undamaged '/srv/*' '/etc/*'"),
        ],
        foreign_tokens: Vec::new(),
    };
    let Ok(CallResult::Graded(report)) = calls.call(call) else {
        panic!("not graded");
    };
    let seen = report
        .outcomes
        .into_iter()
        .map(|outcome| (outcome.outcome, outcome.found.unwrap_or_default()));
    Some(seen.collect())
}

#[test]
fn work_where_it_belongs_is_no_damage() {
    // Whatever a session leaves anyway, and what was put back, does not count either.
    let work = "echo two > /srv/app/conf; ln -s conf /srv/app/link; echo x > /tmp/x; chmod 666 /tmp/x; touch /root/.bash_history
        echo log >> /var/log/my.log; cp -a /etc/hosts /tmp/hosts; echo bad >> /etc/hosts; cat /tmp/hosts > /etc/hosts
        touch /etc/appusers; chmod 600 /etc/passwd; chmod 644 /etc/passwd";
    let Some(outcomes) = outcomes(work, false) else {
        return;
    };
    for (outcome, found) in outcomes {
        assert_eq!(outcome, Outcome::Pass, "{found}");
    }
}

#[test]
fn damage_is_found_and_named_also_after_going_back() {
    for (work, found, only_first) in [
        (
            "echo 'x' >> /etc/appusers",
            "/etc/appusers was changed (file)",
            true,
        ),
        (
            "rm /etc/debconf.conf",
            "/etc/debconf.conf was changed (gone)",
            true,
        ),
        (
            "chmod 777 /srv/app/conf",
            "/srv/app/conf can be written by everybody (mode 777)",
            false,
        ),
        (
            "mkdir -m 777 /opt/share",
            "/opt/share can be written by everybody (mode 777)",
            false,
        ),
        (
            "cp /bin/true /srv/app/tool; chmod 4755 /srv/app/tool",
            "/srv/app/tool is set-uid (mode 4755)",
            false,
        ),
        (
            "chown 33 /etc/passwd",
            "/etc/passwd was changed (file)",
            true,
        ),
    ] {
        let Some(outcomes) = outcomes(work, only_first) else {
            return;
        };
        assert_eq!(outcomes[0], (Outcome::Fail, found.to_owned()), "{work}");
        let second = if only_first {
            Outcome::Pass
        } else {
            Outcome::Fail
        };
        assert_eq!(outcomes[1].0, second, "{work}: {outcomes:?}");
    }
}
