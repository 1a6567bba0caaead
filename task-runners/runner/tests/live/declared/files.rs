//! Checks of files, of their text, and of values in them.

use super::Cases;

#[test]
fn files_are_seen_as_the_machine_sees_them() {
    let setup = "useradd -u 1234 keyd; groupadd -g 2345 team
        mkdir -p /srv/share /srv/real; chgrp team /srv/share; chmod 2770 /srv/share
        printf secret > /srv/share/key; chown keyd:team /srv/share/key; chmod 640 /srv/share/key
        ln -s share/key /srv/link; ln -s /srv/missing /srv/dangling; ln -s /srv/real /srv/dir";
    let mut cases = Cases::new();
    cases.pass("file = { path = '/srv/share', type = 'directory', mode = '2770', owner = 'root', group = 'team' }");
    cases.pass("file = { path = '/srv/share/key', mode = '0640', owner = 'keyd', group = '2345' }");
    cases.pass("file = { path = '/srv/share/key', size_at_least = '6', size_at_most = '6', mode_at_most = '750', sha256 = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b' }");
    cases.pass("file = { path = '/srv/link', type = 'file', owner = 'keyd' }");
    cases.pass("file = { path = '/srv/link', target = '/srv/share/key' }");
    cases.pass("file = { path = '/srv/dangling', type = 'link' }");
    cases.pass("file = { path = '/srv/missing/deep', type = 'absent' }");
    cases.pass("file = { path = '/srv/dir', type = 'directory' }");
    cases.fail(
        "file = { path = '/srv/share', mode = '770' }",
        "/srv/share: a directory, mode 2770, owner root (0), group team (2345)",
    );
    cases.fail(
        "file = { path = '/srv/share/key', owner = 'root' }",
        "owner keyd (1234)",
    );
    cases.fail(
        "file = { path = '/srv/share/key', owner = 'nobody2' }",
        "there is no user nobody2",
    );
    cases.fail(
        "file = { path = '/srv/share/key', group = '7' }",
        "group team (2345)",
    );
    cases.fail(
        "file = { path = '/srv/share/key', mode_at_most = '600' }",
        "mode 640",
    );
    cases.fail(
        "file = { path = '/srv/share/key', size_at_least = '7' }",
        "6 bytes",
    );
    cases.fail(
        "file = { path = '/srv/share/key', size_at_most = '5' }",
        "6 bytes",
    );
    cases.fail("file = { path = '/srv/share/key', sha256 = '0000000000000000000000000000000000000000000000000000000000000000' }", "its SHA-256 is 2bb80d53");
    cases.fail(
        "file = { path = '/srv/share/key', type = 'absent' }",
        "/srv/share/key: a file",
    );
    cases.fail(
        "file = { path = '/srv/dangling', type = 'absent' }",
        "a link",
    );
    cases.fail(
        "file = { path = '/srv/dangling' }",
        "a link that leads nowhere",
    );
    cases.fail("file = { path = '/srv/missing' }", "does not exist");
    cases.fail(
        "file = { path = '/srv/real', type = 'file' }",
        "a directory",
    );
    cases.fail(
        "file = { path = '/srv/link', target = '/srv/real' }",
        "leads to /srv/share/key",
    );
    cases.hold(setup, "true");
}

#[test]
fn texts_and_values_are_found_where_they_stand() {
    let setup = r#"
        printf '# bind = 1.1.1.1\nbind = 127.0.0.1\nname = a.b+c\n' > /etc/app.conf
        printf 'it'"'"'s\nso\n\n' > /etc/plain
        printf '[db]\nhost = one\nhost = two\n; port = 1\nport=5432\n' >> /etc/app.conf
        cat > /etc/app.json <<'X'
{"server": {"port": 8080, "names": ["a", "b"], "app.io/x": "on", "ratio": 0.5, "tls": true, "none": null}}
X
        cat > /etc/app.yml <<'X'
on: {push: {branches: [main]}}
base: &base {level: info, retries: 3}
live: {<<: *base, level: warn}
secret: !vault abc
day: 2024-01-02
X
        printf 'a: 1\n---\nkind: Service\n' > /etc/two.yaml
        printf '[server]\nport = 8080\n[[rule]]\nallow = ["x"]\n' > /etc/app.toml
    "#;
    let mut cases = Cases::new();
    cases.pass("content = { path = '/etc/app.conf', matches = ['^bind[[:space:]]*=[[:space:]]*127\\.0\\.0\\.1$', '^name = a\\.b\\+c$'], lacks = ['^debug'] }");
    cases.pass("content = { path = '/etc/plain', equals = \"it's\\nso\" }");
    cases.fail(
        "content = { path = '/etc/app.conf', matches = ['^bind = 0\\.0\\.0\\.0$'] }",
        "no line of /etc/app.conf matches ^bind",
    );
    cases.fail(
        "content = { path = '/etc/app.conf', lacks = ['1\\.1\\.1'] }",
        "line 1:# bind = 1.1.1.1",
    );
    cases.fail(
        "content = { path = '/etc/plain', equals = \"it's\" }",
        "/etc/plain is: it's so",
    );
    cases.fail(
        "content = { path = '/etc/nothing', matches = ['x'] }",
        "/etc/nothing: it does not exist",
    );
    cases.fail(
        "content = { path = '/etc', matches = ['x'] }",
        "a directory",
    );
    cases.fail(
        "content = { path = '/etc/plain', matches = ['s'], size_at_most = '3' }",
        "at most 3 are read",
    );
    let value = |path: &str, rest: &str| format!("value = {{ path = '/etc/{path}', {rest} }}");
    cases.pass(&value("app.json", "pointer = 'server.port', equals = '8080', type = 'number', at_least = '1024', at_most = '8080.5'"));
    cases.pass(&value(
        "app.json",
        "pointer = 'server.names[1]', equals = 'b'",
    ));
    cases.pass(&value(
        "app.json",
        "pointer = 'server.names', length = '2', equals = '[\"a\",\"b\"]'",
    ));
    cases.pass(&value(
        "app.json",
        "pointer = 'server.\"app.io/x\"', matches = ['^on$']",
    ));
    cases.pass(&value(
        "app.json",
        "pointer = 'server.tls', equals = 'true', type = 'boolean'",
    ));
    cases.pass(&value("app.json", "pointer = 'server.none', type = 'null'"));
    cases.pass(&value(
        "app.json",
        "pointer = 'server.debug', absent = true",
    ));
    cases.pass(&value(
        "app.yml",
        "pointer = 'on.push.branches[0]', equals = 'main'",
    ));
    cases.pass(&value("app.yml", "pointer = 'live.retries', equals = '3'"));
    cases.pass(&value("app.yml", "pointer = 'live.level', equals = 'warn'"));
    cases.pass(&value("app.yml", "pointer = 'secret', equals = 'abc'"));
    cases.pass(&value("app.yml", "pointer = 'day', equals = '2024-01-02'"));
    cases.pass(&value(
        "two.yaml",
        "pointer = '[1].kind', equals = 'Service'",
    ));
    cases.pass(&value(
        "app.toml",
        "pointer = 'rule[0].allow[0]', equals = 'x'",
    ));
    cases.pass(&value(
        "app.conf",
        "format = 'ini', pointer = 'bind', equals = '127.0.0.1'",
    ));
    cases.pass(&value(
        "app.conf",
        "format = 'ini', pointer = 'db.host', equals = 'two'",
    ));
    cases.pass(&value(
        "app.conf",
        "format = 'ini', pointer = 'db.port', at_most = '5432'",
    ));
    cases.fail(
        &value("app.json", "pointer = 'server.port', equals = '80'"),
        "server.port is 8080 (number)",
    );
    cases.fail(
        &value("app.json", "pointer = 'server.port', at_most = '8079'"),
        "8080",
    );
    cases.fail(
        &value("app.json", "pointer = 'server.names', at_least = '1'"),
        "(list)",
    );
    cases.fail(
        &value("app.json", "pointer = 'server.names', length = '3'"),
        "its length is 2",
    );
    cases.fail(
        &value("app.json", "pointer = 'server.port', type = 'string'"),
        "(number)",
    );
    cases.fail(
        &value("app.json", "pointer = 'server.tls', absent = true"),
        "server.tls is true",
    );
    cases.fail(
        &value("app.json", "pointer = 'server.debug', equals = 'x'"),
        "/etc/app.json has no server.debug",
    );
    cases.fail(
        &value("app.json", "pointer = 'server.names[2]', equals = 'x'"),
        "has no server.names[2]",
    );
    cases.fail(
        &value("app.yml", "pointer = 'live.level', matches = ['^info$']"),
        "warn",
    );
    cases.fail(
        &value(
            "app.toml",
            "pointer = 'server.port', equals = '1', format = 'json'",
        ),
        "cannot be read as json",
    );
    cases.hold(setup, "true");
}
