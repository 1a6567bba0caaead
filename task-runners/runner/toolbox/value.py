"""Looks up one value in structured data, for declared checks: value.py FORMAT LEAST MOST STEP..

The data is on standard input and of the candidate's making, so everything is bounded; the caller
bounds time and memory. A step is `key:NAME` or `index:NUMBER`. Prints type, length, bounds (`within`,
`outside` or `none`) and then the value as text, which has the same form for all formats.
"""

import datetime
import decimal
import json
import re
import sys

BYTES_MAX = {"json": 1 << 20, "toml": 1 << 20, "ini": 1 << 20, "yaml": 256 << 10}
TEXT_MAX = 64 << 10
NODES_MAX = 10_000
DEPTH_MAX = 50


class Absent(Exception):
    """The path leads nowhere."""


def refuse_constant(name):
    raise ValueError(name + " is not JSON")


def read_json(text):
    return json.loads(text, parse_constant=refuse_constant)


def read_toml(text):
    import tomllib

    return tomllib.loads(text)


def read_yaml(text):
    # Isolated mode leaves this out; it is the image's own.
    sys.path.append("/usr/lib/python3/dist-packages")
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        """Plain data; a tag of one's own (`!vault`) does not change what stands there."""

    def untagged(loader, _tag, node):
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_mapping(node, deep=True)

    Loader.add_multi_constructor("!", untagged)
    documents = list(yaml.load_all(text, Loader=Loader))
    if len(documents) > 1:
        return documents
    return documents[0] if documents else None


def read_ini(text):
    """`key = value` below `[section]` or before the first; the last of two counts."""
    top = {}
    section = top
    for line in text.splitlines():
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        if line[0] == "[" and line[-1] == "]":
            name = line[1:-1].strip()
            if not isinstance(top.get(name), dict):
                top[name] = {}
            section = top[name]
            continue
        key, equals, value = line.partition("=")
        section[key.strip()] = value.strip() if equals else ""
    return top


READERS = {"json": read_json, "toml": read_toml, "yaml": read_yaml, "ini": read_ini}

# YAML reads the key `on` of a workflow as a truth value.
NAMES = {True: ("true", "on", "yes"), False: ("false", "off", "no")}


def names(key):
    if isinstance(key, bool):
        return NAMES[key]
    return (scalar(key),) if is_scalar(key) else ()


def step_into(value, step):
    kind, _, name = step.partition(":")
    if kind == "index":
        if isinstance(value, list) and int(name) < len(value):
            return value[int(name)]
    elif isinstance(value, dict):
        if name in value:
            return value[name]
        for key in value:
            if name in names(key):
                return value[key]
    raise Absent


def is_scalar(value):
    return not isinstance(value, (dict, list, tuple, set))


def scalar(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


class Plain:
    """Makes plain data of a value, however often YAML aliases repeat it, within bounds."""

    def __init__(self):
        self.nodes = 0

    def of(self, value, depth=0):
        self.nodes += 1
        if self.nodes > NODES_MAX or depth > DEPTH_MAX:
            raise ValueError("the value is too large or too deep")
        if isinstance(value, dict):
            return {scalar(key) if is_scalar(key) else "?": self.of(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, (list, tuple, set)):
            return [self.of(inner, depth + 1) for inner in value]
        if value is None or isinstance(value, (bool, int, float)):
            return value
        return scalar(value)


def type_of(value):
    for types, name in (
        (bool, "boolean"),
        ((int, float), "number"),
        (str, "string"),
        (dict, "map"),
        ((list, tuple, set), "list"),
    ):
        if isinstance(value, types):
            return name
    return "null" if value is None else "other"


def number(value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = repr(value)
    if isinstance(value, str) and len(value) < 400 and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]{1,3})?", value):
        return decimal.Decimal(value)
    return None


def bounds(value, least, most):
    known = number(value)
    if known is None:
        return "none"
    above = not least or known >= decimal.Decimal(least)
    below = not most or known <= decimal.Decimal(most)
    return "within" if above and below else "outside"


def look_up(form, least, most, steps):
    data = sys.stdin.buffer.read(BYTES_MAX[form] + 1)
    if len(data) > BYTES_MAX[form]:
        raise ValueError("it has more than %d bytes" % BYTES_MAX[form])
    value = READERS[form](data.decode("utf-8-sig"))
    for step in steps:
        value = step_into(value, step)
    text = scalar(value) if is_scalar(value) else ""
    if not is_scalar(value):
        text = json.dumps(Plain().of(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if len(text) > TEXT_MAX:
        raise ValueError("the value is too long")
    length = len(value) if isinstance(value, (str, dict, list, tuple, set)) else "none"
    return type_of(value), str(length), bounds(value, least, most), text


def main():
    form, least, most, *steps = sys.argv[1:]
    try:
        answer = look_up(form, least, most, steps)
    except Absent:
        answer = "absent", "none", "none", ""
    except Exception as error:  # Whatever the candidate's data sets off.
        message = " ".join((str(error) or type(error).__name__).split())
        answer = "broken", "none", "none", message[:300]
    # A shell cannot hold NUL, and would read the text without it.
    text = "\n".join(answer).replace("\0", "\ufffd")
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")


main()
