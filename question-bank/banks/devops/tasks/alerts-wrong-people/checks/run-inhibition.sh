#!/bin/bash
# Alertmanager with the candidate's configuration and a receiver of this grading.
dir=$(mktemp -d)
cat > "$dir/grade.py" <<'PY'
import json, os, subprocess, sys, threading, time, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.append("/usr/lib/python3/dist-packages")
import yaml

folder = os.path.dirname(os.path.abspath(__file__))
received = []


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


hook = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
threading.Thread(target=hook.serve_forever, daemon=True).start()


# The waiting times are shortened, and every receiver is ours.
def shorten(route):
    route.update(group_wait="1s", group_interval="2s", repeat_interval="1h")
    for child in route.get("routes") or []:
        shorten(child)


with open("/etc/prometheus/alertmanager.yml") as file:
    config = yaml.safe_load(file)
shorten(config["route"])
url = f"http://127.0.0.1:{hook.server_port}/"
config["receivers"] = [{"name": r["name"], "webhook_configs": [{"url": url}]} for r in config["receivers"]]
with open(f"{folder}/alertmanager.yml", "w") as file:
    yaml.safe_dump(config, file)
api = "127.0.0.1:19093"
subprocess.Popen(
    ["prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data",
     f"--web.listen-address={api}", "--cluster.listen-address="],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def post(*alerts):
    body = json.dumps([{"labels": labels} for labels in alerts]).encode()
    request = urllib.request.Request(f"http://{api}/api/v2/alerts", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=3)


def wait(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.1)


wait(lambda: urllib.request.urlopen(f"http://{api}/-/ready", timeout=1), 10)
n = os.environ["NONCE"]
a, b, c = f"a-{n[:6]}", f"b-{n[6:12]}", f"c-{n[12:18]}"
live = {"environment": "live", "service": f"{{front}}-{n[:4]}"}
post({"alertname": "{{down}}", "severity": "critical", "cluster": a, **live},
     {"alertname": "Broken", "severity": "critical", "cluster": b, **live})
time.sleep(0.3)
post({"alertname": "MutedOne", "severity": "warning", "cluster": a, **live},
     {"alertname": "MutedTwo", "severity": "warning", "cluster": a, "environment": "live", "service": n},
     {"alertname": "Critical", "severity": "critical", "cluster": a, **live},
     {"alertname": "Info", "severity": "info", "cluster": a, **live},
     {"alertname": "Warning", "severity": "warning", "cluster": b, **live},
     {"alertname": "Alone", "severity": "warning", "cluster": c, **live},
     {"alertname": "Nowhere", "severity": "warning", **live})


def names():
    labels = [alert["labels"] for message in received for alert in message["alerts"]]
    return sorted({f'{x["alertname"]}/{x.get("cluster", "")}' for x in labels})


wait(lambda: len(names()) >= 7, 8)
time.sleep(2.5)
print("\n".join(names()))
PY
timeout 30 python3 -IS "$dir/grade.py" 2> /dev/null
