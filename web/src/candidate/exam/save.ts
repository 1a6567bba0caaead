// Saves of the outbox as requests, and every refusal as what the outbox must know of it.
import { get, NetworkError, ProblemError, put, type Schemas } from "../../api/client";
import { indexedDbJournal } from "../../core/journal";
import { type Failure, Outbox, type Stored } from "../../core/outbox";

function failureOf(error: unknown): Failure {
  if (error instanceof NetworkError || !(error instanceof ProblemError)) return { kind: "unreachable" };
  const { code, problem } = error;
  switch (code) {
    case "stale_epoch": return { kind: "moved" };
    case "session_closed": return { kind: "closed" };
    case "late_response": return { kind: "late" };
    case "old_revision":
    case "revision_conflict": return { kind: "outrun", revision: typeof problem["revision"] === "number" ? problem["revision"] : 0 };
    case "bad_token":
    case "not_signed_in": return { kind: "no_token" };
    default: return problem.status >= 500 || problem.status === 429 ? { kind: "busy" } : { kind: "refused", code };
  }
}

export const storedOf = (saved: Schemas["SavedResponse"]): Stored => ({
  entryId: saved.entry_id,
  revision: saved.revision,
  options: saved.options,
  isFlagged: saved.is_flagged,
  savedAtMs: saved.saved_at_ms,
  receipt: saved.receipt,
});

/** The outbox of one session at one epoch. */
export function openOutbox(sessionId: string, epoch: number, onAck: (remainingMs: number) => void): Outbox {
  return new Outbox({
    journal: indexedDbJournal(sessionId),
    onAck,
    renewToken: async () => {
      await get(`/sessions/${sessionId}/paper`).catch(() => undefined);
    },
    send: async (entryId, { revision, options, isFlagged }) => {
      const body = { epoch, revision, options, is_flagged: isFlagged, client_at_ms: Date.now() };
      try {
        const ack = await put<Schemas["SaveAck"]>(`/sessions/${sessionId}/responses/${entryId}`, body, { keepalive: true });
        const stored = { entryId, revision, options, isFlagged, savedAtMs: ack.saved_at_ms, receipt: ack.receipt };
        return { ok: true, stored, remainingMs: ack.remaining_ms };
      } catch (error) {
        return { ok: false, failure: failureOf(error) };
      }
    },
  });
}
