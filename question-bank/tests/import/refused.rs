//! Everything that can be wrong with a folder, with its place.

use question_bank::{ImportContent, ImportFile};

use super::{course, file, import, scenario, with, with_index};

#[test]
fn what_cannot_be_imported_is_refused_with_its_place() {
    let large = ImportContent::TooLarge {
        bytes: 1 << 30,
        max: 524_288,
    };
    let special = |path: &str, content: ImportContent| ImportFile {
        path: path.to_owned(),
        content,
    };
    let item = |paths: &[&str]| {
        let items: Vec<String> = paths
            .iter()
            .map(|p| format!("{{\"path\": \"{p}\"}}"))
            .collect();
        file(
            "structure.json",
            format!("{{\"items\": [\n{}\n]}}", items.join(",\n")).as_bytes(),
        )
    };
    let mut wrong = Vec::new();
    let mut deep = course();
    let mut folder = String::new();
    for _ in 0..40 {
        deep = with(
            deep,
            file(
                &format!("{folder}structure.json"),
                br#"{"items": [{"path": "d"}]}"#,
            ),
        );
        folder.push_str("d/");
    }
    for (files, fault) in [
        (
            vec![],
            "index.json:1:1: missing_file: the folder has no scenario",
        ),
        (
            vec![file("README.md", b"x")],
            "index.json:1:1: missing_file: the folder has no scenario",
        ),
        (
            vec![file("a/index.yaml", b"x")],
            "index.json:1:1: missing_file: the folder has an index.yaml",
        ),
        (
            with_index(r#""time": "5-10 minutes","#, r#""time": "#),
            "index.json:6:",
        ),
        (
            with_index(r#""steps": ["#, r#""steps": [ 7,"#),
            "index.json:8:",
        ),
        (
            with_index(r#""title": "Tidy up a service's files","#, ""),
            "index.json:21:1: bad_json: missing field `title`",
        ),
        (
            with(
                scenario(),
                file("index.json", "[".repeat(100_000).as_bytes()),
            ),
            "index.json:1:",
        ),
        (
            with(scenario(), file("index.json", b"{\"title\": \"a\xff")),
            "index.json:1:13: invalid_utf8",
        ),
        (
            with(scenario(), file("step1.md", b"ok\n\xc3\xa9 \xff")),
            "step1.md:2:3: invalid_utf8",
        ),
        (
            with(scenario(), file("prepare.sh", b"echo a\nb\0c")),
            "prepare.sh:2:2: bad_value",
        ),
        (
            with_index(r#""prepare.sh""#, r#""../../etc/passwd""#),
            "index.json:7:50: path_outside",
        ),
        (
            with_index(r#""prepare.sh""#, r#""/etc/passwd""#),
            "index.json:7:50: path_outside",
        ),
        (
            with_index(r#""check.sh""#, r#""../prepare.sh""#),
            "index.json:16:19: path_outside",
        ),
        (with_index(r#""~/""#, r#""/a\u0000b""#), "index.json:16:"),
        (
            with(scenario(), special("step1.md", ImportContent::Link)),
            "step1.md:1:1: path_outside",
        ),
        (
            with(scenario(), special("assets/check.sh", ImportContent::Link)),
            "assets/check.sh:1:1: path_outside",
        ),
        (
            with(scenario(), special("assets/conf/x", ImportContent::Special)),
            "assets/conf/x:1:1: unexpected_file",
        ),
        (
            with(scenario(), special("assets/conf/x", large)),
            "assets/conf/x:1:1: too_large: the file has 1073741824 bytes; at most 524288",
        ),
        (
            with(
                with(scenario(), file("assets/conf/x", &[0; 400_000])),
                file("assets/conf/y", &[0; 400_000]),
            ),
            "index.json:15:19: too_large: all assets together do not fit",
        ),
        (
            with(scenario(), file("prepare.sh", &[b'x'; 1_100_000])),
            "index.json:1:1: too_large: the task's `setup` would have",
        ),
        (
            with(
                with_index(
                    r#""steps": ["#,
                    &format!(r#""steps": [{}"#, r#"{"verify": "prepare.sh"},"#.repeat(9)),
                ),
                file("prepare.sh", &[b'x'; 500_000]),
            ),
            "index.json:6:3: too_large: its texts and scripts have more than",
        ),
        (
            with(course(), item(&["."])),
            "structure.json:2:10: course_cycle",
        ),
        (
            with(
                course(),
                file("more/structure.json", br#"{"items": [{"path": ".."}]}"#),
            ),
            "more/structure.json:1:21: course_cycle",
        ),
        (
            with(course(), item(&["files", "../x"])),
            "structure.json:3:10: path_outside",
        ),
        (
            with(course(), item(&["nothing"])),
            "structure.json:2:10: missing_file",
        ),
        (
            with(course(), item(&["files", "files"])),
            "files/index.json:1:1: duplicate_id",
        ),
        (
            with(course(), item(&["more", "more"])),
            "structure.json:2:10: duplicate_id",
        ),
        (
            deep,
            "d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/structure.json:1:21: too_deep",
        ),
        (
            vec![
                file("a b/index.json", b"{\"title\": \"1\"}"),
                file("a-b/index.json", b"{\"title\": \"2\"}"),
            ],
            "a-b/index.json:1:1: duplicate_id: `a b` and `a-b` would both be the task `a-b`",
        ),
        (
            vec![file("\u{65e5}/index.json", b"{\"title\": \"1\"}")],
            "\u{65e5}/index.json:1:1: bad_id",
        ),
    ] {
        let faults = import(&files).err().unwrap_or_default();
        if faults.len() != 1 || !faults[0].starts_with(fault) {
            wrong.push(format!("{fault}\n  is {faults:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
