// Starts the demo as a person does, on a free port and with data of its own, and reads the links that it prints.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? done(address.port) : fail(new Error("no port"))));
    });
  });
}

// A spec that starts the server anew runs in another process than the teardown: the number is in a file.
const pidFile = (data: string): string => join(data, "server.pid");

function runnersOn(socket: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const argumentsOf = (pid: string) => { try { return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0"); } catch { return []; } };
  return pids.filter((pid) => argumentsOf(pid).includes(socket)).map(Number);
}

async function hasEnded(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}/exe`)) await new Promise((next) => setTimeout(next, 20));
}

/** Kills the server without a word (SIGKILL) and waits until it is gone. */
export async function killServer(): Promise<void> {
  const pid = Number(readFileSync(pidFile(process.env.ASSAY_DATA ?? ""), "utf8"));
  process.kill(pid, "SIGKILL");
  await hasEnded(pid);
}

export function startServer(data: string, port: number): Promise<{ server: ChildProcess; text: string }> {
  const root = resolve(import.meta.dirname, "../../..");
  const built = ["target/debug/exam-server", "target/release/exam-server"].map((path) => join(root, path));
  const binary = process.env.ASSAY_SERVER ?? built.find(existsSync);
  if (!binary) throw new Error("build the server first: cargo build --bins");
  const server = spawn(binary, ["demo", "--listen", `127.0.0.1:${port}`, "--data", data], { stdio: ["ignore", "pipe", "pipe"] });
  writeFileSync(pidFile(data), String(server.pid));
  return new Promise((done, fail) => {
    let text = "";
    server.stdout?.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      if (text.includes("Password of every sample account")) done({ server, text });
    });
    server.stderr?.on("data", (bytes: Buffer) => { text += bytes.toString(); });
    server.once("exit", (code) => fail(new Error(`the server ended with ${code}:\n${text}`)));
  });
}

export default async function setup(): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), "assay-browser-"));
  const port = await freePort();
  const { text } = await startServer(data, port);
  const link = (name: string) => {
    const found = new RegExp(`${name}\\s+(http\\S+)`).exec(text)?.[1];
    if (!found) throw new Error(`no link for ${name} in:\n${text}`);
    return found;
  };
  process.env.ASSAY_DATA = data;
  process.env.ASSAY_PORT = String(port);
  process.env.ASSAY_URL = `http://127.0.0.1:${port}`;
  process.env.ASSAY_LINKS = JSON.stringify({
    candidate: link("Candidate"), proctor: link("Proctor"), examiner: link("Examiner"), employer: link("Employer"),
  });
  process.env.ASSAY_HAS_LABS = text.includes("Live tasks cannot run") ? "" : "yes";
  return async () => {
    const pid = Number(readFileSync(pidFile(data), "utf8"));
    try { process.kill(pid, "SIGTERM"); } catch { /* it ended already */ }
    // The runner outlives its server by design.
    for (const runner of runnersOn(join(data, "runner/runner.sock"))) {
      process.kill(runner, "SIGTERM");
      await hasEnded(runner);
    }
    rmSync(data, { recursive: true, force: true });
  };
}
