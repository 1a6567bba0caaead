//! Pages and what is made of them.

use super::*;

#[test]
fn blocks_and_code_that_run_are_the_commands() {
    let page = "Make it:\n\n```plain\nmkdir /srv/a\ncd /srv/a\n```{{exec}}\n\nthen `touch b`{{execute}} and \
                `ls`{{copy}}.\n\n- in a list\n  ```sh\n  if true; then\n    echo c\n  fi\n  ``` {{exec}}\n";
    let text = read(page);
    assert_eq!(
        text.commands,
        [
            "mkdir /srv/a\ncd /srv/a",
            "touch b",
            "if true; then\n  echo c\nfi"
        ]
    );
    assert_eq!(text.shown_commands, 3);
    assert!(!text.statement.contains("{{"), "{}", text.statement);
    assert!(
        text.statement
            .contains("```plain\nmkdir /srv/a\ncd /srv/a\n```\n")
    );
    assert!(text.statement.contains("then `touch b` and `ls`."));
    assert_eq!(text.losses, Vec::<String>::new());
}

#[test]
fn solutions_are_commands_that_the_candidate_does_not_read() {
    for page in [
        "Do it.\n\n### Solution\n\nLike this: `a`{{exec}}\n\n```\nb\n```{{exec}}\n",
        "Do it.\n<details>\n<summary>Show the Solution</summary>\n\n`a`{{exec}}\n\n```\nb\n```{{exec}}\n</details>\n",
        "Do it.\n<details><summary>Answer</summary>`a`{{exec}} `b`{{exec}}</details>\n",
    ] {
        let text = read(&format!("{page}\n# Next\n\nRead on.\n"));
        assert_eq!(text.commands, ["a", "b"], "{page}");
        assert_eq!(text.shown_commands, 0, "{page}");
        assert!(text.has_hidden_solution, "{page}");
        let words: Vec<&str> = text.statement.split_whitespace().collect();
        assert_eq!(words.join(" "), "Do it. # Next Read on.", "{page}");
    }
}

#[test]
fn hints_stay() {
    let text = read("<details>\n<summary>Tip</summary>\nLook at `man ls`.\n</details>\n");
    assert!(text.statement.contains("Look at `man ls`.") && !text.has_hidden_solution);
}

#[test]
fn what_a_script_or_the_lab_cannot_do_is_a_loss() {
    for (page, loss) in [
        ("`x`{{exec interrupt}}", "interrupts"),
        ("`x`{{execute T2}}", "terminal T2"),
        ("`x`{{execute HOST2}}", "machine HOST2"),
        ("`x`{{execute no-newline}}", "waits for Enter"),
        ("`x.yaml`{{open}}", "editor"),
        ("[here]({{TRAFFIC_HOST1_80}})", "port"),
        ("go to {{TRAFFIC_SELECTOR}}", "not known"),
        ("https://[[HOST_SUBDOMAIN]]-80.example.com", "localhost"),
        ("![scheme](./assets/a.png)", "pictures"),
    ] {
        let text = read(page);
        assert_eq!(text.losses.len(), 1, "{page}: {:?}", text.losses);
        assert!(text.losses[0].contains(loss), "{page}: {:?}", text.losses);
    }
    let text = read("```\ncurl {{TRAFFIC_HOST1_8080}}/x\n```{{exec}}");
    assert_eq!(text.commands, ["curl http://localhost:8080/x"]);
}

#[test]
fn braces_that_are_no_marker_stay_in_commands() {
    let text = read("```\necho '{{.State}}' \"${a[@]}\"\n```{{exec}}\n");
    assert_eq!(text.commands, ["echo '{{.State}}' \"${a[@]}\""]);
}

#[test]
fn a_block_without_end_goes_on_to_the_end_of_the_page() {
    let text = read("```\na\nb {{exec\n");
    assert!(text.commands.is_empty());
    assert!(
        text.statement.ends_with("a\nb {{exec\n```\n"),
        "{}",
        text.statement
    );
}
