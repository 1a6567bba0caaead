import { useState } from "react";
import { post, ProblemError, type Schemas } from "../../api/client";
import type { EntryMarks } from "../../core/navigation";
import type { Outbox, OutboxState } from "../../core/outbox";
import { Banner } from "../../ui/Banner";
import { Dialog } from "../../ui/Dialog";
import { problemText } from "../problems";
import { t } from "./messages";

interface Props {
  sessionId: string;
  epoch: number;
  outbox: Outbox;
  state: OutboxState;
  entries: Schemas["PaperEntry"][];
  marks: ReadonlyMap<string, EntryMarks>;
  isReachable: boolean;
  onGo: (entryId: string) => void;
  onClose: () => void;
  onMoved: () => void;
  onEnded: () => void;
}

/** Entries that the server misses, as its refusal names them. */
const missingOf = (error: ProblemError): string[] =>
  (Array.isArray(error.problem["entries"]) ? (error.problem["entries"] as { entry_id: string }[]) : []).map((entry) => entry.entry_id);

/** The last look before handing in; it goes only when the server has everything. */
export function FinishDialog({ sessionId, epoch, outbox, state, entries, marks, isReachable, onGo, onClose, onMoved, onEnded }: Props) {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const groups = [
    { title: t("finish.unanswered"), entries: entries.filter((entry) => entry.kind === "item" && !marks.get(entry.entry_id)?.isAnswered) },
    { title: t("finish.unopened"), entries: entries.filter((entry) => entry.kind === "task" && !marks.get(entry.entry_id)?.isSeen) },
    { title: t("finish.flagged"), entries: entries.filter((entry) => marks.get(entry.entry_id)?.isFlagged) },
    { title: t("finish.unsent"), entries: entries.filter((entry) => state.entries[entry.entry_id]?.isUnsent) },
    { title: t("finish.undecided"), entries: entries.filter((entry) => state.entries[entry.entry_id]?.displaced) },
  ].filter((group) => group.entries.length > 0);

  const handIn = async (mayResend = true): Promise<void> => {
    setIsBusy(true);
    setError(undefined);
    try {
      const heads = outbox.heads().map(({ entryId, revision }) => ({ entry_id: entryId, revision }));
      await post<Schemas["Finished"]>(`/sessions/${sessionId}/finish`, { epoch, heads });
      onEnded();
    } catch (caught) {
      if (caught instanceof ProblemError) {
        if (caught.code === "session_closed") return onEnded();
        if (caught.code === "stale_epoch") return onMoved();
        if (caught.code === "missing_responses" && mayResend) {
          outbox.resend(missingOf(caught));
          try {
            await outbox.settled(AbortSignal.timeout(15_000));
            return await handIn(false);
          } catch {
            // The refusal below says that some are still missing.
          }
        }
      }
      setError(caught);
      setIsBusy(false);
    }
    return undefined;
  };
  const problem = error === undefined ? undefined : problemText(error);
  const isUnsent = state.unsent > 0;
  return (
    <Dialog title={t("finish.title")} onClose={onClose}>
      {groups.length === 0 ? <p>{t("finish.complete")}</p> : groups.map((group) => (
        <section key={group.title} className="finish-group">
          <h3>{group.title} ({group.entries.length})</h3>
          <ul className="jump-list">
            {group.entries.map((entry) => (
              <li key={entry.entry_id}>
                <button type="button" className="button" onClick={() => onGo(entry.entry_id)}
                  aria-label={t(entry.kind === "task" ? "finish.go_task" : "finish.go", { number: entry.number })}>{entry.number}</button>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <p>{t("finish.final")}</p>
      <div id="finish-reason" role="status">
        {isUnsent && <p>{t(isReachable ? "finish.sending" : "finish.offline", { count: state.unsent })}</p>}
      </div>
      {problem && <Banner tone="bad" isUrgent><p><strong>{problem.title}</strong></p><p>{problem.next}</p></Banner>}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>{t("finish.back")}</button>
        {isUnsent && <button type="button" className="button" onClick={outbox.flush}>{t("finish.send_now")}</button>}
        <button type="button" className="button primary" disabled={isUnsent || isBusy} aria-describedby="finish-reason" onClick={() => void handIn()}>
          {t("finish.hand_in")}
        </button>
      </div>
    </Dialog>
  );
}
