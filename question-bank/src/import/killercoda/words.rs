//! What scripts do that a lab cannot, as far as their commands tell.

use super::image::BASE;

/// What a script is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Setup,
    Verify,
    Solution,
}

/// Commands that load something from a network.
const DOWNLOADS: [&str; 12] = [
    "apt",
    "apt-get",
    "yum",
    "dnf",
    "apk",
    "pip",
    "pip3",
    "npm",
    "snap",
    "go",
    "gem",
    "add-apt-repository",
];

/// Programs that our image does not have.
const ABSENT: [&str; 16] = [
    "docker",
    "docker-compose",
    "podman",
    "kubectl",
    "kubeadm",
    "helm",
    "k3s",
    "crictl",
    "minikube",
    "systemctl",
    "journalctl",
    "terraform",
    "ansible",
    "ansible-playbook",
    "tmux",
    "screen",
];

/// Commands that ask processes, which a copy of the machine does not have.
const LIVE: [&str; 12] = [
    "curl", "wget", "nc", "ss", "netstat", "ps", "pgrep", "pidof", "pstree", "service", "lsof",
    "fuser",
];

/// Commands that wait for a person.
const INTERACTIVE: [&str; 14] = [
    "vi", "vim", "nano", "emacs", "top", "htop", "less", "more", "man", "watch", "ssh", "su",
    "exit", "read",
];

/// What a script cannot do here, each in a sentence.
pub(super) fn losses(part: Part, script: &str) -> Vec<String> {
    let mut losses = Vec::new();
    let mut add = |loss: String| {
        if !losses.contains(&loss) {
            losses.push(loss);
        }
    };
    for (word, line) in commands(script) {
        let is_remote = line.contains("://")
            && !line.contains("://localhost")
            && !line.contains("://127.0.0.1");
        let is_clone =
            word == "git" && line.contains("clone") && (is_remote || line.contains("git@"));
        if DOWNLOADS.contains(&word) || is_clone || (["curl", "wget"].contains(&word) && is_remote)
        {
            add(format!("`{word}` loads from a network, and a lab has none"));
        } else if part == Part::Verify && LIVE.contains(&word) {
            add(format!(
                "`{word}` asks running processes, and the copy of the machine has none"
            ));
        }
        if ABSENT.contains(&word) {
            add(format!("the image `{BASE}` has no `{word}`"));
        }
        let is_endless = word == "tail" && line.split_whitespace().any(|word| word == "-f");
        if part == Part::Solution && (INTERACTIVE.contains(&word) || is_endless) {
            add(format!("`{word}` waits for a person or ends the solution"));
        }
        if part == Part::Verify && word == "history" {
            add("`history` is empty in a script".to_owned());
        }
    }
    if script.contains(".bash_history") {
        add("the history of the shell may not be written yet".to_owned());
    }
    if script.contains("/etc/killercoda") {
        add("there is no `/etc/killercoda` in a lab".to_owned());
    }
    losses
}

/// The commands of a shell script with their lines, roughly: what stands first behind what can end a command.
fn commands(script: &str) -> impl Iterator<Item = (&str, &str)> {
    const BEFORE: [&str; 12] = [
        "if", "then", "elif", "else", "while", "until", "do", "!", "sudo", "nohup", "time", "exec",
    ];
    script
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| {
            line.split([';', '|', '&', '(', ')', '`', '{', '}'])
                .filter_map(move |part| {
                    let is_command = |word: &&str| !BEFORE.contains(word) && !is_assignment(word);
                    let word = part.split_whitespace().find(is_command)?;
                    Some((word, line))
                })
        })
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_lab_cannot_do_is_found_where_it_is_a_command() {
        for (part, script, count) in [
            (Part::Setup, "apt-get update && apt-get install -y jq", 1),
            (Part::Setup, "DEBIAN_FRONTEND=x sudo apt install jq", 1),
            (Part::Setup, "# apt-get install\necho apt-get", 0),
            (Part::Setup, "curl -s https://example.com/x | bash", 1),
            (Part::Setup, "curl -s http://localhost:80/", 0),
            (Part::Setup, "git clone https://example.com/a.git", 1),
            (Part::Setup, "git clone /srv/a.git", 0),
            (Part::Verify, "if ! pgrep nginx; then exit 1; fi", 1),
            (Part::Verify, "[ \"$(curl -s localhost)\" = ok ]", 1),
            (Part::Verify, "history | grep ls", 1),
            (Part::Verify, "grep ls /root/.bash_history", 1),
            (
                Part::Verify,
                "docker ps && sed s/PORT/1/ /etc/killercoda/host",
                2,
            ),
            (Part::Solution, "vim /etc/fstab\ntail -f /var/log/syslog", 2),
            (Part::Solution, "ps aux\ntail -n 3 x", 0),
        ] {
            let found = losses(part, script);
            assert_eq!(found.len(), count, "{script}: {found:?}");
        }
    }
}
