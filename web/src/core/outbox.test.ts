import "fake-indexeddb/auto";
import { expect, test, vi } from "vitest";
import { type Draft, indexedDbJournal, type Journal, type Revision } from "./journal";
import { Outbox, type OutboxOptions, retryDelayMs, type SaveResult, type Stored } from "./outbox";

function memoryJournal(kept: Draft[] = []): Journal & { drafts: Map<string, Draft>; log: string[] } {
  const drafts = new Map(kept.map((draft) => [draft.entryId, draft]));
  const log: string[] = [];
  return {
    drafts,
    log,
    load: async () => [...drafts.values()],
    put: async (draft) => { log.push(`put ${draft.entryId} ${draft.revision}`); drafts.set(draft.entryId, draft); },
    remove: async (entryId) => { log.push(`remove ${entryId}`); drafts.delete(entryId); },
  };
}

/** A server that keeps what it is sent, unless told to fail. */
function server() {
  const stored = new Map<string, Stored>();
  const log: string[] = [];
  const api = {
    stored,
    log,
    failure: undefined as SaveResult | undefined,
    hold: undefined as Promise<void> | undefined,
    send: async (entryId: string, revision: Revision): Promise<SaveResult> => {
      log.push(`${entryId}@${revision.revision}=${revision.options.join("")}`);
      await api.hold;
      if (api.failure) return api.failure;
      const one: Stored = { ...revision, entryId, savedAtMs: 1000 + revision.revision, receipt: `r${revision.revision}` };
      stored.set(entryId, one);
      return { ok: true, stored: one, remainingMs: 5000 };
    },
  };
  return api;
}

const settle = () => vi.waitFor(() => undefined, { interval: 1 }).then(() => new Promise((resolve) => { setTimeout(resolve, 5); }));
const answer = (...options: string[]) => ({ options, isFlagged: false });

function manual(overrides: Partial<OutboxOptions> = {}) {
  const api = server();
  const journal = memoryJournal();
  const timers: (() => void)[] = [];
  const outbox = new Outbox({ journal, send: api.send, gatherMs: 0, setTimer: (run) => timers.push(run), clearTimer: () => timers.splice(0), ...overrides });
  return { api, journal, outbox, timers };
}

test("journals first, sends, and forgets only after the acknowledgement", async () => {
  const { api, journal, outbox } = manual();
  await outbox.open([]);
  outbox.set("i01", answer("a"));
  expect(outbox.state().entries["i01"]).toMatchObject({ options: ["a"], isUnsent: true, revision: 1 });
  expect(journal.log).toEqual(["put i01 1"]);
  expect(api.log).toEqual([]);
  await outbox.settled();
  expect(api.log).toEqual(["i01@1=a"]);
  expect(outbox.state()).toMatchObject({ unsent: 0, lastSavedAtMs: 1001 });
  await settle();
  expect(journal.drafts.size).toBe(0);
});

test("changes during a save are coalesced into the newest revision; an older acknowledgement clears nothing", async () => {
  const { api, outbox, journal } = manual();
  await outbox.open([]);
  let release = () => {};
  api.hold = new Promise((resolve) => { release = resolve; });
  outbox.set("i01", answer("a"));
  await settle();
  outbox.set("i01", answer("b"));
  outbox.set("i01", answer("c"));
  const states: boolean[] = [];
  outbox.subscribe(() => states.push(outbox.state().entries["i01"]!.isUnsent));
  release();
  api.hold = undefined;
  await outbox.settled();
  expect(api.log).toEqual(["i01@1=a", "i01@3=c"]);
  expect(states[0]).toBe(true);
  expect(api.stored.get("i01")?.options).toEqual(["c"]);
  await settle();
  expect(journal.drafts.size).toBe(0);
});

test("an unreachable server keeps everything, tries again, and tells what was sent on return", async () => {
  const { api, journal, outbox, timers } = manual();
  await outbox.open([]);
  api.failure = { ok: false, failure: { kind: "unreachable" } };
  outbox.set("i01", answer("a"));
  outbox.set("i02", answer("b"));
  await settle();
  expect(outbox.state()).toMatchObject({ isReachable: false, unsent: 2 });
  expect(journal.drafts.size).toBe(2);
  expect(timers).toHaveLength(1);
  api.failure = undefined;
  timers.pop()?.();
  await outbox.settled();
  await settle();
  expect(outbox.state()).toMatchObject({ isReachable: true, unsent: 0, sentOnReturn: 2 });
});

test("a busy server is asked again without talk of being offline", async () => {
  const { api, outbox, timers } = manual();
  await outbox.open([]);
  api.failure = { ok: false, failure: { kind: "busy" } };
  outbox.set("i01", answer("a"));
  await settle();
  expect(outbox.state().isReachable).toBe(true);
  expect(timers).toHaveLength(1);
});

test("a reload shows unsent answers as unsent and sends them again", async () => {
  const kept: Draft = { entryId: "i01", options: ["b"], isFlagged: true, revision: 4, base: 2, made: [{ revision: 3, ...answer("c") }, { revision: 4, options: ["b"], isFlagged: true }] };
  const { api, outbox } = manual({ journal: memoryJournal([kept]) });
  let release = () => {};
  api.hold = new Promise((resolve) => { release = resolve; });
  // Revision 3 had arrived, its acknowledgement had not.
  await outbox.open([{ entryId: "i01", ...answer("c"), revision: 3, savedAtMs: 10, receipt: "x" }]);
  expect(outbox.state().entries["i01"]).toMatchObject({ options: ["b"], isFlagged: true, isUnsent: true, savedAtMs: 10 });
  release();
  await outbox.settled();
  expect(api.log).toEqual(["i01@4=b"]);
});

test("a reload after a lost acknowledgement finds the answer stored", async () => {
  const journal = memoryJournal([{ entryId: "i01", ...answer("b"), revision: 4, base: 3, made: [] }]);
  const { api, outbox } = manual({ journal });
  await outbox.open([{ entryId: "i01", ...answer("b"), revision: 4, savedAtMs: 10, receipt: "x" }]);
  expect(outbox.state().unsent).toBe(0);
  await settle();
  expect(api.log).toEqual([]);
  expect(journal.drafts.size).toBe(0);
});

test("an unsent answer never overwrites a newer one from another device; the candidate chooses", async () => {
  const journal = memoryJournal([{ entryId: "i01", ...answer("a"), revision: 2, base: 1, made: [{ revision: 2, ...answer("a") }] }]);
  const { api, outbox } = manual({ journal });
  await outbox.open([{ entryId: "i01", ...answer("d"), revision: 2, savedAtMs: 10, receipt: "x" }]);
  expect(outbox.state().entries["i01"]).toMatchObject({ options: ["d"], isUnsent: false, displaced: { options: ["a"] } });
  await settle();
  expect(api.log).toEqual([]);
  outbox.settleDisplaced("i01", true);
  await outbox.settled();
  expect(api.log).toEqual(["i01@3=a"]);
});

test("a save that is outrun goes on top of the server's revision", async () => {
  const api = server();
  const send = (entryId: string, revision: Revision): Promise<SaveResult> =>
    revision.revision > 7 ? api.send(entryId, revision) : Promise.resolve({ ok: false, failure: { kind: "outrun", revision: 7 } });
  const { outbox } = manual({ send });
  await outbox.open([]);
  outbox.set("i01", answer("a"));
  await outbox.settled();
  expect(api.log.at(-1)).toBe("i01@8=a");
  expect(outbox.heads()).toEqual([{ entryId: "i01", revision: 8 }]);
});

test("a session that moved away sends nothing more and keeps what is unsent", async () => {
  const { api, journal, outbox, timers } = manual();
  await outbox.open([]);
  api.failure = { ok: false, failure: { kind: "moved" } };
  outbox.set("i01", answer("a"));
  await settle();
  expect(outbox.state()).toMatchObject({ stopped: "moved", unsent: 1 });
  outbox.set("i02", answer("b"));
  outbox.flush();
  await settle();
  expect(api.log).toEqual(["i01@1=a"]);
  expect(timers).toHaveLength(0);
  expect(journal.drafts.size).toBe(1);
});

test("a late response is kept apart, a refused one is shown and not repeated", async () => {
  const { api, outbox } = manual();
  await outbox.open([]);
  api.failure = { ok: false, failure: { kind: "late" } };
  outbox.set("i01", answer("a"));
  await settle();
  expect(outbox.state().entries["i01"]).toMatchObject({ isUnsent: false, isLate: true });
  api.failure = { ok: false, failure: { kind: "refused", code: "bad_response" } };
  outbox.set("i02", answer("z"));
  await settle();
  outbox.flush();
  await settle();
  expect(outbox.state().entries["i02"]).toMatchObject({ isUnsent: true, refusal: "bad_response" });
  expect(api.log).toEqual(["i01@1=a", "i02@1=z"]);
});

test("a missing token is renewed and the save repeated", async () => {
  const renewToken = vi.fn(async () => undefined);
  const { api, outbox, timers } = manual({ renewToken });
  await outbox.open([]);
  api.failure = { ok: false, failure: { kind: "no_token" } };
  outbox.set("i01", answer("a"));
  await settle();
  expect(renewToken).toHaveBeenCalledOnce();
  api.failure = undefined;
  timers.pop()?.();
  await outbox.settled();
  expect(api.stored.get("i01")?.options).toEqual(["a"]);
});

test("without a journal answers are sent all the same and the screens can say so", async () => {
  const broken: Journal = { load: () => Promise.reject(new Error("no")), put: () => Promise.reject(new Error("no")), remove: () => Promise.reject(new Error("no")) };
  const { api, outbox } = manual({ journal: broken });
  await outbox.open([]);
  outbox.set("i01", answer("a"));
  await outbox.settled();
  expect(outbox.state().isJournaled).toBe(false);
  expect(api.stored.size).toBe(1);
});

test("the last flush sends even what is on its way", async () => {
  const { api, outbox } = manual();
  await outbox.open([]);
  api.hold = new Promise(() => {});
  outbox.set("i01", answer("a"));
  await settle();
  outbox.flushLast();
  expect(api.log).toEqual(["i01@1=a", "i01@1=a"]);
});

test("delays jitter between half a second and a growing bound", () => {
  expect(retryDelayMs(1, 0)).toBe(500);
  expect(retryDelayMs(1, 1)).toBe(1000);
  expect(retryDelayMs(3, 1)).toBe(4000);
  expect(retryDelayMs(50, 1)).toBe(20_000);
});

test("the journal in IndexedDB keeps sessions apart", async () => {
  const [mine, other] = [indexedDbJournal("s1"), indexedDbJournal("s2")];
  const draft: Draft = { entryId: "i01", ...answer("a"), revision: 1, base: 0, made: [] };
  await mine.put(draft);
  await mine.put({ ...draft, entryId: "i02" });
  await other.put({ ...draft, options: ["z"] });
  expect(await mine.load()).toHaveLength(2);
  await mine.remove("i02");
  expect(await mine.load()).toEqual([draft]);
  expect(await other.load()).toEqual([{ ...draft, options: ["z"] }]);
});

test("quick changes of mind travel as one", async () => {
  const { api, outbox } = manual({ gatherMs: 10 });
  await outbox.open([]);
  outbox.set("i01", answer("a"));
  outbox.set("i01", answer("b"));
  await vi.waitFor(() => expect(outbox.state().unsent).toBe(0));
  expect(api.log).toEqual(["i01@2=b"]);
});

test("what the server misses at the end is sent again", async () => {
  const { api, outbox } = manual();
  await outbox.open([{ entryId: "i01", revision: 3, ...answer("a"), savedAtMs: 1, receipt: "r" }]);
  outbox.resend(["i01"]);
  await outbox.settled();
  expect(api.log).toEqual(["i01@3=a"]);
});
