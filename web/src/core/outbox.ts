// The outbox of responses. Every change is written to a journal on this device first and then sent; it counts as unsent
// until the server has acknowledged exactly that revision. Nothing else clears it: no reload, no error, no finish.
import type { Answer, Draft, Journal, Revision } from "./journal";

/** What the server has of an entry. */
export interface Stored extends Revision {
  entryId: string;
  savedAtMs: number;
  receipt: string;
}

/** Why a save failed, as far as the outbox must know. */
export type Failure =
  | { kind: "unreachable" }
  | { kind: "busy" }
  | { kind: "no_token" }
  | { kind: "moved" }
  | { kind: "closed" }
  /** Came after the end; the server keeps it apart. */
  | { kind: "late" }
  /** The server has this revision or a newer one. */
  | { kind: "outrun"; revision: number }
  /** Never acceptable as it is. */
  | { kind: "refused"; code: string };

export type SaveResult = { ok: true; stored: Stored; remainingMs: number } | { ok: false; failure: Failure };
/** Sends one revision. Never throws. */
export type Send = (entryId: string, revision: Revision) => Promise<SaveResult>;

/** An entry as the screens see it. */
export interface EntryState extends Answer {
  revision: number;
  isUnsent: boolean;
  savedAtMs?: number;
  receipt?: string;
  /** The server does not accept it; the code of its refusal. */
  refusal?: string;
  /** Arrived after the end and kept apart. */
  isLate?: boolean;
  /** What this device had unsent while another one stored something newer. */
  displaced?: Answer;
}

export interface OutboxState {
  entries: Readonly<Record<string, EntryState>>;
  /** Entries with a change that is not acknowledged and may still be. */
  unsent: number;
  isReachable: boolean;
  /** Responses sent since the server was last unreachable, told once it is reached again and all are sent. */
  sentOnReturn: number | undefined;
  lastSavedAtMs: number | undefined;
  /** False when this browser lets us keep nothing: then only what was acknowledged is safe. */
  isJournaled: boolean;
  /** No more is sent: another device has the session, or it has ended. */
  stopped: "moved" | "closed" | undefined;
}

export interface OutboxOptions {
  journal: Journal;
  send: Send;
  /** The token is missing or too old: get a new one. */
  renewToken?: () => Promise<void>;
  onAck?: (remainingMs: number) => void;
  /** How long a change waits for the next one before it is sent. */
  gatherMs?: number;
  random?: () => number;
  setTimer?: (run: () => void, ms: number) => unknown;
  clearTimer?: (timer: unknown) => void;
}

const GATHER_MS = 300;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 20_000;
/** A journal that takes longer does not hold the save up. */
const JOURNAL_PATIENCE_MS = 1_000;
const MADE_MAX = 32;

export const isSame = (a: Answer, b: Answer): boolean =>
  a.isFlagged === b.isFlagged && a.options.length === b.options.length && a.options.every((option) => b.options.includes(option));

/** How long to wait before try number `attempt` (from 1): full jitter below a bound that doubles. */
export function retryDelayMs(attempt: number, random: number): number {
  const bound = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempt);
  return RETRY_FIRST_MS + Math.round(random * (bound - RETRY_FIRST_MS));
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #drafts = new Map<string, Draft>();
  readonly #written = new Map<string, Promise<void>>();
  readonly #inFlight = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #state: OutboxState = {
    entries: {}, unsent: 0, isReachable: true, sentOnReturn: undefined, lastSavedAtMs: undefined, isJournaled: true, stopped: undefined,
  };
  #attempt = 0;
  #timer: unknown;
  #sentWhileReturning = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  state = (): OutboxState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins with what the server has and what this device still has to send. */
  async open(stored: readonly Stored[]): Promise<void> {
    const kept = await this.#loadJournal();
    const entries: Record<string, EntryState> = {};
    for (const one of stored) {
      this.#drafts.set(one.entryId, { ...one, base: one.revision, made: [] });
      entries[one.entryId] = view(one, false, one);
    }
    for (const draft of kept) {
      const server = stored.find((one) => one.entryId === draft.entryId);
      const merged = server ? merge(draft, server) : draft;
      if (merged === "acknowledged") {
        this.#forget(draft.entryId);
      } else if (merged === "displaced") {
        entries[draft.entryId] = { ...entries[draft.entryId]!, displaced: draft };
      } else {
        this.#drafts.set(draft.entryId, merged);
        entries[draft.entryId] = view(merged, true, server);
        this.#write(merged);
      }
    }
    const times = stored.map((one) => one.savedAtMs);
    this.#update({ entries, lastSavedAtMs: times.length > 0 ? Math.max(...times) : undefined, stopped: undefined });
    this.flush();
  }

  /** A change by the candidate. */
  set(entryId: string, answer: Answer): void {
    if (this.#state.stopped) return;
    const before = this.#drafts.get(entryId);
    if (before && isSame(before, answer)) return;
    const revision: Revision = { options: answer.options, isFlagged: answer.isFlagged, revision: (before?.revision ?? 0) + 1 };
    const draft: Draft = { entryId, ...revision, base: before?.base ?? 0, made: [...(before?.made ?? []), revision].slice(-MADE_MAX) };
    this.#drafts.set(entryId, draft);
    const { savedAtMs, receipt } = this.#state.entries[entryId] ?? {};
    this.#setEntry(entryId, view(draft, true, savedAtMs === undefined ? undefined : { savedAtMs, receipt: receipt ?? "" }));
    this.#write(draft);
    // Quick changes of mind travel as one.
    if (this.#options.gatherMs === 0) void this.#save(entryId);
    else setTimeout(() => void this.#save(entryId), this.#options.gatherMs ?? GATHER_MS);
  }

  /** The server lacks these although it had acknowledged them: they go again. */
  resend(entryIds: readonly string[]): void {
    for (const entryId of entryIds) {
      const draft = this.#drafts.get(entryId);
      const entry = this.#state.entries[entryId];
      if (!draft || !entry) continue;
      const again: Draft = { ...draft, base: 0, made: [{ options: draft.options, isFlagged: draft.isFlagged, revision: draft.revision }] };
      this.#drafts.set(entryId, again);
      this.#setEntry(entryId, { ...entry, isUnsent: true });
      this.#write(again);
    }
    this.flush();
  }

  /** The candidate has chosen between what is stored and what this device had kept. */
  settleDisplaced(entryId: string, useKept: boolean): void {
    const entry = this.#state.entries[entryId];
    if (!entry?.displaced) return;
    const { displaced, ...rest } = entry;
    this.#setEntry(entryId, rest);
    this.#forget(entryId);
    if (useKept) this.set(entryId, displaced);
  }

  /** Sends everything unsent now, without waiting for the next try. */
  flush = (): void => {
    this.#stopTimer();
    for (const entryId of this.#unsent()) void this.#save(entryId);
  };

  /** The page goes away: sends everything unsent, even what is on its way already (sending twice does no harm). */
  flushLast = (): void => {
    for (const entryId of this.#unsent()) {
      const draft = this.#drafts.get(entryId);
      if (draft) void this.#options.send(entryId, draft);
    }
  };

  /** Another device has the session, or it has ended. What is unsent stays in the journal. */
  stop(reason: "moved" | "closed"): void {
    this.#stopTimer();
    this.#update({ stopped: reason });
  }

  /** The newest revision of each response, for handing in; of a refused one the newest that the server took. */
  heads(): { entryId: string; revision: number }[] {
    return [...this.#drafts.values()]
      .map(({ entryId, revision, base }) => ({ entryId, revision: this.#state.entries[entryId]?.refusal ? base : revision }))
      .filter((head) => head.revision > 0);
  }

  /** Resolves when nothing is unsent. */
  async settled(signal?: AbortSignal): Promise<void> {
    if (this.#state.unsent === 0) return;
    this.flush();
    await new Promise<void>((resolve, reject) => {
      const stop = this.subscribe(() => {
        if (this.#state.unsent > 0) return;
        stop();
        resolve();
      });
      signal?.addEventListener("abort", () => {
        stop();
        reject(signal.reason as Error);
      });
    });
  }

  async #loadJournal(): Promise<Draft[]> {
    try {
      return await this.#options.journal.load();
    } catch {
      this.#update({ isJournaled: false });
      return [];
    }
  }

  #unsent(): string[] {
    if (this.#state.stopped) return [];
    return Object.entries(this.#state.entries).filter(([, entry]) => entry.isUnsent && !entry.refusal).map(([entryId]) => entryId);
  }

  #write(draft: Draft): void {
    const writing = this.#options.journal.put(draft).then(
      () => { if (!this.#state.isJournaled) this.#update({ isJournaled: true }); },
      () => this.#update({ isJournaled: false }),
    );
    this.#written.set(draft.entryId, writing);
  }

  #forget(entryId: string): void {
    this.#options.journal.remove(entryId).catch(() => this.#update({ isJournaled: false }));
  }

  async #save(entryId: string): Promise<void> {
    const inFlight = this.#inFlight;
    if (inFlight.has(entryId)) return;
    inFlight.set(entryId, 0);
    const patience = new Promise<void>((resolve) => { setTimeout(resolve, JOURNAL_PATIENCE_MS); });
    await Promise.race([this.#written.get(entryId), patience]);
    const draft = this.#drafts.get(entryId);
    if (!draft || draft.revision <= draft.base || this.#state.stopped) {
      inFlight.delete(entryId);
      return;
    }
    const result = await this.#options.send(entryId, { revision: draft.revision, options: draft.options, isFlagged: draft.isFlagged });
    inFlight.delete(entryId);
    if (result.ok) this.#acknowledge(result.stored, result.remainingMs);
    else await this.#fail(entryId, draft.revision, result.failure);
  }

  #acknowledge(stored: Stored, remainingMs: number): void {
    const { entryId, revision } = stored;
    const draft = this.#drafts.get(entryId);
    if (!draft) return;
    this.#attempt = 0;
    const base = Math.max(draft.base, revision);
    const next: Draft = { ...draft, base, made: draft.made.filter((one) => one.revision > base) };
    this.#drafts.set(entryId, next);
    const isUnsent = next.revision > next.base;
    if (isUnsent) this.#write(next);
    else this.#forget(entryId);
    const wasAway = !this.#state.isReachable || this.#sentWhileReturning > 0;
    if (wasAway) this.#sentWhileReturning += 1;
    this.#update({
      isReachable: true,
      entries: { ...this.#state.entries, [entryId]: view(next, isUnsent, stored) },
      lastSavedAtMs: Math.max(this.#state.lastSavedAtMs ?? 0, stored.savedAtMs),
    });
    if (wasAway && this.#state.unsent === 0) {
      this.#update({ sentOnReturn: this.#sentWhileReturning });
      this.#sentWhileReturning = 0;
    }
    this.#options.onAck?.(remainingMs);
    // Whatever else waits goes now: the server is there.
    this.flush();
  }

  async #fail(entryId: string, revision: number, failure: Failure): Promise<void> {
    const draft = this.#drafts.get(entryId);
    const entry = this.#state.entries[entryId];
    if (!draft || !entry) return;
    switch (failure.kind) {
      case "moved":
      case "closed":
        this.stop(failure.kind);
        return;
      case "late": {
        const isUnsent = draft.revision > revision;
        this.#drafts.set(entryId, { ...draft, base: Math.max(draft.base, revision) });
        this.#setEntry(entryId, { ...entry, isUnsent, isLate: true });
        if (isUnsent) void this.#save(entryId);
        else this.#forget(entryId);
        return;
      }
      case "refused":
        // A newer revision may be acceptable; the same one never will be.
        if (draft.revision > revision) void this.#save(entryId);
        else this.#setEntry(entryId, { ...entry, refusal: failure.code });
        return;
      case "outrun": {
        // This device holds the session now, so what the candidate sees here goes on top of it.
        const next: Revision = { options: draft.options, isFlagged: draft.isFlagged, revision: Math.max(failure.revision, draft.revision) + 1 };
        const merged: Draft = { entryId, ...next, base: failure.revision, made: [...draft.made, next].slice(-MADE_MAX) };
        this.#drafts.set(entryId, merged);
        this.#setEntry(entryId, { ...entry, revision: merged.revision });
        this.#write(merged);
        // At once, but not in a loop with a server that always says so.
        if (this.#attempt > 0) this.#retryLater();
        else void this.#save(entryId);
        this.#attempt += 1;
        return;
      }
      case "no_token":
        await this.#options.renewToken?.();
        this.#retryLater();
        return;
      case "busy":
        this.#retryLater();
        return;
      case "unreachable":
        this.#update({ isReachable: false, sentOnReturn: undefined });
        this.#retryLater();
    }
  }

  #retryLater(): void {
    if (this.#timer !== undefined || this.#state.stopped) return;
    this.#attempt += 1;
    const delay = retryDelayMs(this.#attempt, (this.#options.random ?? Math.random)());
    const setTimer = this.#options.setTimer ?? ((run, ms) => setTimeout(run, ms));
    this.#timer = setTimer(() => {
      this.#timer = undefined;
      this.flush();
    }, delay);
  }

  #stopTimer(): void {
    if (this.#timer === undefined) return;
    const clearTimer = this.#options.clearTimer ?? ((timer) => clearTimeout(timer as number));
    clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #setEntry(entryId: string, entry: EntryState): void {
    this.#update({ entries: { ...this.#state.entries, [entryId]: entry } });
  }

  #update(change: Partial<OutboxState>): void {
    const next = { ...this.#state, ...change };
    next.unsent = Object.values(next.entries).filter((entry) => entry.isUnsent && !entry.refusal).length;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

function view(revision: Revision, isUnsent: boolean, saved?: { savedAtMs: number; receipt: string }): EntryState {
  const { options, isFlagged } = revision;
  const entry: EntryState = { options, isFlagged, revision: revision.revision, isUnsent };
  return saved ? { ...entry, savedAtMs: saved.savedAtMs, receipt: saved.receipt } : entry;
}

/** A draft from the journal against what the server has. */
function merge(draft: Draft, server: Stored): Draft | "acknowledged" | "displaced" {
  if (isSame(draft, server)) return "acknowledged";
  const isOurs = server.revision <= draft.base || draft.made.some((one) => one.revision === server.revision && isSame(one, server));
  // Something newer came from elsewhere: only the candidate knows which one is meant.
  if (!isOurs) return "displaced";
  const revision = Math.max(draft.revision, server.revision + 1);
  const made = draft.made.filter((one) => one.revision > server.revision);
  return { ...draft, revision, base: server.revision, made };
}
