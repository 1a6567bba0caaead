#!/bin/bash
# Prometheus with the job `probes` of the candidate, and with targets and exporters of this grading.
mkdir -p "/tmp/$NONCE"
cat > "/tmp/$NONCE/grade.py" <<'PY'
import glob, json, os, subprocess, sys, threading, time, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

sys.path.append("/usr/lib/python3/dist-packages")
import yaml

n = os.environ["NONCE"]
number = int(n[:4], 16) + 2
etc, folder, api = "/etc/prometheus", f"/tmp/{n}", "http://127.0.0.1:19090/api/v1"


# The answer is a function of the server's own address, the path and the query.
def serve(address, port, answer):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlsplit(self.path)
            text = answer(self.request.getsockname()[0], url.path, parse_qs(url.query))
            self.send_response(404 if text is None else 200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *_):
            pass

    threading.Thread(target=ThreadingHTTPServer((address, port), Handler).serve_forever, daemon=True).start()


# The targets of this grading only.
def targets(kind, *groups):
    for old in glob.glob(f"{etc}/{kind}/*"):
        os.remove(old)
    os.makedirs(f"{etc}/{kind}", exist_ok=True)
    for i, group in enumerate(groups):
        with open(f"{etc}/{kind}/{n[:6]}-{i}.yml", "w") as file:
            yaml.safe_dump([group], file)


def get(path):
    return json.load(urllib.request.urlopen(f"{api}{path}", timeout=2))["data"]


def series(query):
    found = get(f"/query?query={quote(query)}")["result"]
    return sorted(json.dumps(x["metric"], sort_keys=True) + " " + x["value"][1] for x in found)


# Runs Prometheus with this job alone until `query` finds `count` series, or all targets were scraped without that.
def measure(job, query, count):
    with open(f"{etc}/prometheus.yml") as file:
        config = yaml.safe_load(file)
    config = {"global": {**(config.get("global") or {}), "scrape_interval": "1s", "scrape_timeout": "1s"},
              "scrape_configs": [x for x in config["scrape_configs"] if x["job_name"] == job]}
    for scrape in config["scrape_configs"]:
        scrape.pop("scrape_interval", None)
        scrape.pop("scrape_timeout", None)
    # In the same folder, because the names of target files may be relative to it.
    with open(f"{etc}/graded-{n}.yml", "w") as file:
        yaml.safe_dump(config, file)
    subprocess.Popen(
        ["prometheus", f"--config.file={etc}/graded-{n}.yml", f"--storage.tsdb.path={folder}/data",
         "--web.listen-address=127.0.0.1:19090"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begin, quiet = time.monotonic(), 0
    while time.monotonic() - begin < 16 and quiet < 10:
        time.sleep(0.2)
        try:
            active = get("/targets?state=active")["activeTargets"]
            if active and all(x["health"] != "unknown" for x in active):
                quiet += 1
            if len(series(query)) >= count:
                break
        except OSError:
            pass
    # What comes too much would come now.
    time.sleep(1.2)
    return series(query)


def probe(server, path, query):
    # The answer depends on the page, so that one cannot stand for another.
    page = query.get("target", [""])
    if path != "/probe" or query.get("module") != ["http_2xx"] or len(page) != 1 or n[4:10] not in page[0]:
        return None
    return f"probe_success 1\nprobe_page {number + len(page[0])}\n"


serve("127.0.0.1", {{prober}}, probe)
targets("probes", {"targets": [f"http://127.0.6.1/{n[4:10]}?a=b"], "labels": {"team": n[10:14]}},
        {"targets": [f"https://127.0.6.2:8443/{n[4:10]}/longer"]})
print("\n".join(measure("probes", '{__name__=~"probe_.*"}', 4)))
PY
timeout 30 python3 -IS "/tmp/$NONCE/grade.py" 2> /dev/null
