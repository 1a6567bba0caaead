import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Socket, TerminalConnection, type TerminalOptions, TerminalRefusal, type TerminalState } from "./terminal";

class FakeSocket implements Socket {
  binaryType: BinaryType = "blob";
  readyState = 0;
  sent: (string | Uint8Array)[] = [];
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  send(data: string | Uint8Array) { this.sent.push(data); }
  close() { this.readyState = 3; }
  open() { this.readyState = 1; this.onopen?.(new Event("open")); }
  text(message: object) { this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent); }
  bytes(length: number) { this.onmessage?.({ data: new ArrayBuffer(length) } as MessageEvent); }
  lose() { this.readyState = 3; this.onclose?.({} as CloseEvent); }
  messages() { return this.sent.filter((one) => typeof one === "string").map((one) => JSON.parse(one) as Record<string, unknown>); }
}

function setUp(overrides: Partial<TerminalOptions> = {}) {
  const sockets: FakeSocket[] = [];
  const states: TerminalState[] = [];
  const draws: (() => void)[] = [];
  const onRestore = vi.fn();
  const onRoundTrip = vi.fn();
  const connection = new TerminalConnection({
    ticket: async () => "ticket",
    open: () => { const socket = new FakeSocket(); sockets.push(socket); return socket; },
    size: () => ({ columns: 80, rows: 24 }),
    onBytes: (_, drawn) => draws.push(drawn),
    onRestore,
    onState: (state) => states.push(state),
    onRoundTrip,
    now: () => Date.now(),
    random: () => 0,
    ...overrides,
  });
  return { connection, sockets, states, draws, onRestore, onRoundTrip };
}

async function attached(overrides: Partial<TerminalOptions> = {}) {
  const set = setUp(overrides);
  set.connection.connect();
  await vi.advanceTimersByTimeAsync(0);
  const socket = set.sockets[0]!;
  socket.open();
  socket.text({ type: "attached" });
  return { ...set, socket };
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

test("attaches with a ticket and the size, then restores the screen", async () => {
  const { socket, states, onRestore } = await attached();
  expect(socket.messages()[0]).toEqual({ type: "attach", ticket: "ticket", columns: 80, rows: 24 });
  expect(onRestore).toHaveBeenCalledOnce();
  expect(states.map((state) => state.kind)).toEqual(["connecting", "connected"]);
});

test("acknowledges what was drawn, in steps, and never what was not", async () => {
  const { socket, draws } = await attached();
  const acks = () => socket.messages().filter((message) => message["type"] === "ack").map((message) => message["bytes"]);
  socket.bytes(10_000);
  socket.bytes(10_000);
  socket.bytes(100);
  expect(acks()).toEqual([]);
  draws.shift()?.();
  expect(acks()).toEqual([]);
  draws.shift()?.();
  expect(acks()).toEqual([20_000]);
  draws.shift()?.();
  expect(acks()).toEqual([20_000, 100]);
});

test("a lost connection comes back with a new ticket; bytes of the old one are not acknowledged on the new one", async () => {
  const { socket, sockets, states, draws, onRestore } = await attached();
  socket.bytes(50);
  socket.lose();
  expect(states.at(-1)).toEqual({ kind: "waiting", retryInMs: 500 });
  await vi.advanceTimersByTimeAsync(500);
  const second = sockets[1]!;
  second.open();
  second.text({ type: "attached" });
  draws.shift()?.();
  expect(second.messages().some((message) => message["type"] === "ack")).toBe(false);
  expect(onRestore).toHaveBeenCalledTimes(2);
  expect(states.at(-1)).toEqual({ kind: "connected" });
});

test("measures the round trip and takes silence for a dead connection", async () => {
  const { socket, onRoundTrip, states } = await attached();
  await vi.advanceTimersByTimeAsync(40);
  socket.text({ type: "pong", id: 1 });
  expect(onRoundTrip).toHaveBeenCalledWith(40);
  await vi.advanceTimersByTimeAsync(16_000);
  expect(states.some((state) => state.kind === "waiting")).toBe(true);
});

test("a shell that ended keeps its connection; the bytes of the next one show that it runs", async () => {
  const { socket, sockets, states } = await attached();
  socket.text({ type: "exited" });
  expect(states.at(-1)).toEqual({ kind: "exited" });
  socket.bytes(5);
  expect(states.at(-1)).toEqual({ kind: "connected" });
  expect(sockets).toHaveLength(1);
});

test("a terminal that is used elsewhere is not fetched back by itself", async () => {
  const { connection, socket, sockets, states } = await attached();
  socket.text({ type: "problem", code: "terminal_replaced", detail: "elsewhere" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(states.at(-1)).toMatchObject({ kind: "refused", code: "terminal_replaced" });
  expect(sockets).toHaveLength(1);
  connection.restart();
  await vi.advanceTimersByTimeAsync(0);
  expect(sockets).toHaveLength(2);
});

test("a long paste goes in pieces", async () => {
  const { connection, socket } = await attached();
  const before = socket.sent.length;
  connection.write("x".repeat(70_000));
  expect(socket.sent.slice(before).map((piece) => piece.length)).toEqual([32_768, 32_768, 4_464]);
});

test("a refusal is final, an unavailable lab is asked again", async () => {
  const refused = setUp({ ticket: () => Promise.reject(new TerminalRefusal("stale_epoch", "moved")) });
  refused.connection.connect();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(refused.states.at(-1)).toEqual({ kind: "refused", code: "stale_epoch", detail: "moved" });
  expect(refused.sockets).toHaveLength(0);
  const { socket, sockets, states } = await attached();
  socket.text({ type: "problem", code: "lab_unavailable" });
  expect(states.at(-1)).toMatchObject({ kind: "waiting", code: "lab_unavailable" });
  await vi.advanceTimersByTimeAsync(500);
  expect(sockets).toHaveLength(2);
});

test("sends text as bytes and sizes as messages, and nothing when closed", async () => {
  const { connection, socket } = await attached();
  connection.write("é");
  expect(socket.sent.at(-1)).toEqual(new TextEncoder().encode("é"));
  connection.resize({ columns: 100, rows: 30 });
  expect(socket.messages().at(-1)).toEqual({ type: "resize", columns: 100, rows: 30 });
  connection.close();
  const count = socket.sent.length;
  connection.write("x");
  expect(socket.sent).toHaveLength(count);
});
