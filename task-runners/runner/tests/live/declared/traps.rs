//! What candidates who are root can put in the way of a declared check. None of it may pass, and
//! none of it may leave the check undecided.

use super::Cases;
use crate::grading::check;

#[test]
fn traps_in_place_of_files_are_failed_checks() {
    let work = r#"
        ln -s /etc/shadow /srv/shadow; ln -s ../../../../../etc/passwd /srv/climb
        echo mine > /etc/passwd.mine; ln -s /etc/hostname /srv/host; echo candidate > /etc/hostname
        ln -s /srv/circle /srv/circle; ln -s /proc/1/environ /srv/proc; ln -s /task/lib.sh /srv/task
        ln -s /capture/nonce /srv/nonce; mkfifo /srv/fifo /srv/fifo.json; mknod /srv/device c 1 5 || true
        truncate -s 1G /srv/huge; cp /srv/fifo /srv/none 2> /dev/null & kill $! 2> /dev/null
        truncate -s 1G /srv/huge.yaml
        mkdir $'/srv/usr\n' /srv/two; ln -s /usr /srv/usr; ln -s $'usr\n/.' /srv/newline
        printf 'a\nb\n' > $'/srv/two/x\ny'; ln -s $'x\ny' /srv/two/link
        mkdir -p /srv/git/.git; ln -s /usr /srv/git/.git/objects
        mkfifo /srv/git/.git/HEAD
        printf 'root:x:500:0::/:\n' > /etc/passwd; printf x > /srv/owned; chown 500:0 /srv/owned
        printf 'hidd\xffen word\n' > /srv/binary; printf 'hid\0den\n' > /srv/nul; printf '80\0\n' > /srv/eighty
        printf '.*\n' > /srv/stars
    "#;
    let mut cases = Cases::new();
    // Links lead to the candidate's own files.
    cases.pass("content = { path = '/srv/host', equals = 'candidate' }");
    cases.pass("content = { path = '/srv/two/link', equals = \"a\\nb\" }");
    cases.pass("content = { path = '/srv/stars', equals = '.*' }");
    let content = |path: &str| format!("content = {{ path = '{path}', matches = ['.'] }}");
    cases.fail(
        "content = { path = '/srv/climb', matches = ['^daemon:'] }",
        "no line of /srv/climb",
    );
    cases.fail(&content("/srv/circle"), "/srv/circle: ");
    cases.fail(&content("/srv/proc"), "/srv/proc: ");
    cases.fail(&content("/srv/task"), "/srv/task: ");
    cases.fail(&content("/srv/nonce"), "/srv/nonce: ");
    cases.fail(&content("/srv/fifo"), "a FIFO");
    cases.fail(&content("/srv/huge"), "1073741824 bytes");
    cases.fail("file = { path = '/srv/huge', sha256 = '0000000000000000000000000000000000000000000000000000000000000000' }", "1073741824 bytes");
    cases.fail("file = { path = '/srv/fifo', type = 'file' }", "a FIFO");
    cases.fail(
        "file = { path = '/srv/newline', type = 'directory' }",
        "/srv/newline: ",
    );
    cases.fail(
        "file = { path = '/srv/newline/bin/bash' }",
        "does not exist",
    );
    cases.fail(
        "file = { path = '/srv/circle', type = 'directory' }",
        "/srv/circle: ",
    );
    cases.fail("file = { path = '/srv/owned', owner = 'root' }", "(500)");
    cases.fail(
        "value = { path = '/srv/fifo.json', pointer = 'a', equals = '1' }",
        "a FIFO",
    );
    cases.fail(
        "value = { path = '/srv/huge.yaml', pointer = 'a', absent = true }",
        "1073741824 bytes",
    );
    cases.fail(
        "git = { path = '/srv/git', commits_at_least = '1' }",
        "no Git repository",
    );
    // Nor does a judge of one's own get out of the lab by a name whose end a capture drops.
    let judge = "d=$(lab_path /srv/newline) && [ -d \"$d\" ] && pass \"$(ls \"$d\")\"; fail 'a directory' none";
    cases.fail.push((check("captured", judge), "none"));
    // What could hide a line is not taken for a file without it.
    cases.fail(
        "content = { path = '/srv/binary', lacks = ['hidd.en'] }",
        "not UTF-8",
    );
    cases.fail("content = { path = '/srv/nul', lacks = ['hidden'] }", "NUL");
    cases.fail(
        "content = { path = '/srv/eighty', equals = '80' }",
        "/srv/eighty is: 80",
    );
    // A pattern is read as a pattern, and a text as a text.
    cases.fail("content = { path = '/srv/stars', equals = '.?' }", ".*");
    cases.fail(
        "content = { path = '/srv/stars', matches = ['^\\.\\*$', '-e'] }",
        "no line",
    );
    cases.hold("true", work);
}

#[test]
fn hostile_data_is_a_failed_check_within_its_time() {
    let work = r#"
        cd /srv
        python3 - <<'X'
# A bomb of aliases, one of merges, one of depth, and numbers that take for ever.
text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
for n in range(1, 12):
    text += "a%d: &a%d [%s]\n" % (n, n, ", ".join(["*a%d" % (n - 1)] * 10))
open("bomb.yaml", "w").write(text)
text = "b0: &b0 {k: v}\n"
for n in range(1, 25):
    text += "b%d: &b%d {<<: [%s]}\n" % (n, n, ", ".join(["*b%d" % (n - 1)] * 10))
open("merge.yaml", "w").write(text)
open("deep.json", "w").write("[" * 300000)
open("deep.yaml", "w").write("[" * 200000)
open("deep.toml", "w").write("a = " + "[" * 300000)
open("long.json", "w").write('{"a": ' + "9" * 500000 + "}")
open("nul.json", "w").write('{"a": "80\\u0000", "b": "\\ud800", "c": "x\\nok", "n": NaN}')
open("nul2.json", "w").write('{"a": "80\\u0000", "b": "\\ud800", "c": "x\\nok", "e": 1e999}')
open("loop.yaml", "w").write("a: &a [*a]\n")
open("object.yaml", "w").write("a: !!python/object/apply:os.system ['touch /tmp/owned']\n")
open("many.json", "w").write("[" + ",".join("1" for _ in range(200000)) + "]")
open("evil.ini", "w").write("[a]\n" * 50000 + "x\n")
X
        mkdir bin; printf 'raise SystemExit(print("string\\n1\\nwithin\\nowned"))' > yaml.py
        mkdir -p /usr/lib/python3/dist-packages/yaml; cp yaml.py /usr/lib/python3/dist-packages/yaml/__init__.py
        printf 'a: 1\n' > plain.yaml
        git init -q -b main repo; cd repo; echo a > a; git add a
        git -c user.name=x -c user.email=x@x commit -qm 'real'
        head -c 3000000 /dev/zero > zero; git add zero; git -c user.name=x -c user.email=x@x commit -qm big
        git config core.fsmonitor 'touch /tmp/owned'; git config core.pager 'echo pass'
        printf 'x\n' > .git/objects/info/commit-graph; mkdir -p .git/refs/replace
        for n in $(seq 200); do printf 'broken' > .git/refs/heads/b$n; done
        # A graph of commits that gives the one of `other` a parent.
        git init -q -b main /srv/forged; cd /srv/forged
        git -c user.name=x -c user.email=x@x commit -q --allow-empty -m one; git checkout -q --orphan other
        git -c user.name=x -c user.email=x@x commit -q --allow-empty -m two; git commit-graph write --reachable
        chmod +w .git/objects/info/commit-graph
        python3 - <<'X'
import struct, subprocess
def name(ref):
    return bytes.fromhex(subprocess.check_output(["git", "rev-parse", ref], text=True).strip())
path = ".git/objects/info/commit-graph"
data = bytearray(open(path, "rb").read())
chunks = {bytes(data[n:n + 4]): struct.unpack(">Q", data[n + 4:n + 12])[0] for n in range(8, 8 + 12 * data[6], 12)}
names = sorted([name("main"), name("other")])
parent = chunks[b"CDAT"] + 36 * names.index(name("other")) + 20
data[parent:parent + 4] = struct.pack(">I", names.index(name("main")))
open(path, "wb").write(data)
X
        [ "$(git rev-list --count other)" = 2 ]
    "#;
    let value = |path: &str, rest: &str| format!("value = {{ path = '/srv/{path}', {rest} }}");
    let mut cases = Cases::new();
    cases.pass(&value("plain.yaml", "pointer = 'a', equals = '1'"));
    cases.pass("git = { path = '/srv/repo', branch = 'main', commits_at_least = '2' }");
    cases.fail(
        &value("bomb.yaml", "pointer = 'a11', equals = 'x'"),
        "too large or too deep",
    );
    cases.fail(
        &value("merge.yaml", "pointer = 'b24.k', equals = 'v'"),
        "cannot be read as yaml",
    );
    cases.fail(
        &value("deep.json", "pointer = 'a', absent = true"),
        "cannot be read as json",
    );
    cases.fail(
        &value("deep.yaml", "pointer = 'a', absent = true"),
        "cannot be read as yaml",
    );
    cases.fail(
        &value("deep.toml", "pointer = 'a', absent = true"),
        "cannot be read as toml",
    );
    cases.fail(
        &value("long.json", "pointer = 'a', at_least = '1'"),
        "cannot be read as json",
    );
    cases.fail(
        &value("nul.json", "pointer = 'a', equals = '80'"),
        "cannot be read as json",
    );
    cases.fail(
        &value("nul2.json", "pointer = 'a', equals = '80'"),
        "a is 80",
    );
    cases.fail(&value("nul2.json", "pointer = 'b', equals = ''"), "b is ");
    cases.fail(
        &value("nul2.json", "pointer = 'c', matches = ['^ok$']"),
        "more than one line",
    );
    cases.fail(
        &value("nul2.json", "pointer = 'e', at_least = '1'"),
        "e is inf",
    );
    cases.fail(
        &value("loop.yaml", "pointer = 'a', equals = 'x'"),
        "too large or too deep",
    );
    cases.fail(
        &value("object.yaml", "pointer = 'a', equals = '0'"),
        "cannot be read as yaml",
    );
    cases.fail(&value("many.json", "length = '3'"), "too large or too deep");
    cases.fail(
        &value("evil.ini", "pointer = 'a.y', equals = ''"),
        "has no a.y",
    );
    cases.fail(
        "git = { path = '/srv/repo', contains_file = { path = 'zero' } }",
        "3000000 bytes",
    );
    cases.fail(
        "git = { path = '/srv/repo', branch = 'b7', commits_at_least = '1' }",
        "no branch b7",
    );
    cases.fail(
        "git = { path = '/srv/forged', branch = 'other', commits_at_least = '2' }",
        "commits of other: 1",
    );
    cases.hold("true", work);
}

#[test]
fn a_slow_search_is_a_failed_check() {
    // Lines as long as the bound, for patterns that invite to try every place again.
    let work = "head -c 1000000 /dev/zero | tr '\\0' a > /srv/line
        printf '{\"a\": \"%s\"}' \"$(head -c 60000 /dev/zero | tr '\\0' a)\" > /srv/line.json";
    let mut cases = Cases::new();
    cases.fail(
        "content = { path = '/srv/line', matches = ['(a|aa)+\\b(a*)*b', '(a*)*c$'] }",
        "no line",
    );
    cases.fail(
        "content = { path = '/srv/line', equals = 'a' }",
        "/srv/line is: aaa",
    );
    cases.fail(
        "value = { path = '/srv/line.json', pointer = 'a', matches = ['^(a+)+b$'] }",
        "a is aaa",
    );
    // Whatever is slow: the tools end before the judge's own time does.
    let judge =
        ". /task/declared.sh\nexpect 'an end' 1\nbounded sleep 60 || refuse 'too slow'\ndecide";
    cases.fail.push((check("slow", judge), "too slow"));
    cases.hold("true", work);
}
