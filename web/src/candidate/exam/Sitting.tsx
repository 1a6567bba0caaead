import { CircleHelp, Send } from "lucide-react";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Schemas } from "../../api/client";
import { Clock } from "../../core/clock";
import { type EntryMarks, type KeyCommand, neighbor, toggled } from "../../core/navigation";
import { FinishDialog } from "./FinishDialog";
import { HelpDialog } from "./HelpDialog";
import { ItemView } from "./ItemView";
import { t } from "./messages";
import { Notices } from "./Notices";
import { Palette } from "./Palette";
import { openOutbox, storedOf } from "./save";
import { SaveState } from "./SaveState";
import { TaskView } from "./TaskView";
import { TimeLeft } from "./TimeLeft";
import { useHeartbeat } from "./useHeartbeat";
import { useKeys } from "./useKeys";
import { useSeen } from "./useSeen";

interface Props {
  session: Schemas["SessionView"];
  paper: Schemas["Paper"];
  onMoved: () => void;
  onEnded: () => void;
}

const NOTHING = { options: [] as readonly string[], isFlagged: false };
const BEAT_MS = 10_000;
/** After the time is up the page only waits for the server to say so. */
const BEAT_AT_END_MS = 2_000;
const KEYS_OFF = "assay-keys-off";

/** A candidate sits the paper at one epoch. */
export function Sitting({ session, paper, onMoved, onEnded }: Props) {
  const sessionId = session.session_id;
  const { epoch } = paper;
  const [{ clock, outbox }] = useState(() => {
    const newClock = new Clock();
    newClock.sync(paper.remaining_ms);
    return { clock: newClock, outbox: openOutbox(sessionId, epoch, (remainingMs) => newClock.sync(remainingMs)) };
  });
  const state = useSyncExternalStore(outbox.subscribe, outbox.state);
  const [isOpen, setIsOpen] = useState(false);
  const [isTimeUp, setIsTimeUp] = useState(false);
  const [dialog, setDialog] = useState<"finish" | "help">();
  const [keysOn, setKeysOn] = useState(() => localStorage.getItem(KEYS_OFF) === null);
  const entries = useMemo(() => paper.sections.flatMap((section) => section.entries), [paper]);
  const items = entries.filter((entry) => entry.kind === "item").length;
  const ids = useMemo(() => entries.map((entry) => entry.entry_id), [entries]);
  const { currentId, seen, go } = useSeen(sessionId, ids, paper.responses);
  const main = useRef<HTMLElement>(null);

  useEffect(() => { void outbox.open(paper.responses.map(storedOf)).then(() => setIsOpen(true)); }, [outbox, paper]);
  useEffect(() => {
    const shown = () => (document.hidden ? outbox.flushLast() : outbox.flush());
    window.addEventListener("online", outbox.flush);
    window.addEventListener("pagehide", outbox.flushLast);
    document.addEventListener("visibilitychange", shown);
    return () => {
      window.removeEventListener("online", outbox.flush);
      window.removeEventListener("pagehide", outbox.flushLast);
      document.removeEventListener("visibilitychange", shown);
    };
  }, [outbox]);
  const { stopped } = state;
  const isLocked = isTimeUp || stopped !== undefined;
  const heartbeat = useHeartbeat(sessionId, isLocked ? BEAT_AT_END_MS : BEAT_MS, (view) => {
    if (view.state !== "running") return onEnded();
    if (view.epoch > epoch) return outbox.stop("moved");
    if (view.remaining_ms !== undefined && view.remaining_ms !== null) {
      clock.sync(view.remaining_ms);
      if (view.remaining_ms > 0) setIsTimeUp(false);
    }
    if (!outbox.state().isReachable) outbox.flush();
  });
  const isReachable = heartbeat.isReachable && state.isReachable;
  useEffect(() => { if (stopped === "moved") onMoved(); }, [stopped, onMoved]);

  const marks = useMemo(() => new Map<string, EntryMarks>(entries.map((entry) => {
    const answer = state.entries[entry.entry_id] ?? NOTHING;
    return [entry.entry_id, { isAnswered: answer.options.length > 0, isFlagged: answer.isFlagged, isSeen: seen.has(entry.entry_id) }];
  })), [entries, state.entries, seen]);
  const current = entries.find((entry) => entry.entry_id === currentId);
  const section = paper.sections.find((one) => one.entries.some((entry) => entry.entry_id === currentId));
  const answerOf = (entryId: string) => state.entries[entryId] ?? NOTHING;
  const setOptions = (entryId: string, options: readonly string[]) => { if (!isLocked) outbox.set(entryId, { ...answerOf(entryId), options }); };
  const flag = (entryId: string) => {
    const { options, isFlagged } = answerOf(entryId);
    if (!isLocked) outbox.set(entryId, { options, isFlagged: !isFlagged });
  };
  const goTo = (entryId: string | undefined) => {
    if (entryId === undefined) return;
    setDialog(undefined);
    go(entryId);
    // The new question is read out, and the next Tab begins in it.
    requestAnimationFrame(() => main.current?.querySelector<HTMLElement>(".entry:not([hidden]) .entry-title")?.focus());
  };
  const command = (asked: KeyCommand) => {
    if (!current) return;
    switch (asked.kind) {
      case "step": return goTo(neighbor(ids, currentId, asked.step));
      case "flag": return flag(currentId);
      case "help": return setDialog("help");
      case "palette": {
        const palette = document.querySelector(".palette");
        const target = [".palette-entry[aria-current]", ".palette-toggle"].map((one) => palette?.querySelector<HTMLElement>(one)).find((one) => one?.offsetParent);
        return target?.focus();
      }
      case "choose": {
        const option = current.kind === "item" ? current.options[asked.index] : undefined;
        if (current.kind !== "item" || !option) return undefined;
        return setOptions(currentId, toggled(answerOf(currentId).options, option.id, current.item_kind === "single_choice"));
      }
    }
  };
  useKeys(keysOn && isOpen, command);
  const chooseKeys = (isOn: boolean) => {
    if (isOn) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
    setKeysOn(isOn);
  };

  if (!isOpen) return <main className="page" aria-busy="true"><p role="status">{t("exam.loading")}</p></main>;
  return (
    <div className="exam">
      <header className="exam-top">
        <div className="exam-name">
          <h1>{session.exam_title}</h1>
          <span className="quiet small">{section?.title}</span>
        </div>
        <SaveState state={state} isReachable={isReachable} />
        <TimeLeft clock={clock} onEnd={() => { if (!isTimeUp) { setIsTimeUp(true); outbox.flush(); heartbeat.beat(); } }} />
        <div className="exam-actions">
          <button type="button" className="button" onClick={() => setDialog("help")}><CircleHelp size={18} aria-hidden="true" /> {t("help.open")}</button>
          <button type="button" className="button primary" onClick={() => setDialog("finish")}><Send size={18} aria-hidden="true" /> {t("finish.open")}</button>
        </div>
      </header>
      <div className="exam-body">
        <Palette sections={paper.sections} marks={marks} currentId={currentId} unsent={(id) => state.entries[id]?.isUnsent ?? false} onGo={goTo} />
        <main ref={main} className={current?.kind === "task" ? "exam-main wide" : "exam-main"}>
          <Notices state={state} isReachable={isReachable} isTimeUp={isLocked}
            adjustments={heartbeat.view?.adjustments ?? session.adjustments} adjustmentsBefore={session.adjustments.length} />
          {entries.map((entry) => {
            const isCurrent = entry.entry_id === currentId;
            const common = {
              isFlagged: answerOf(entry.entry_id).isFlagged,
              isLocked,
              onFlag: () => flag(entry.entry_id),
              onPrevious: neighbor(ids, entry.entry_id, "previous") && (() => goTo(neighbor(ids, entry.entry_id, "previous"))),
              onNext: neighbor(ids, entry.entry_id, "next") && (() => goTo(neighbor(ids, entry.entry_id, "next"))),
            };
            // A task that was opened once stays, so that its terminals live on while it is hidden.
            if (entry.kind === "task") {
              return (isCurrent || seen.has(entry.entry_id)) && (
                <TaskView key={entry.entry_id} task={entry} sessionId={sessionId} epoch={epoch} isHidden={!isCurrent} {...common} />
              );
            }
            return isCurrent && (
              <ItemView key={entry.entry_id} item={entry} count={items} answer={state.entries[entry.entry_id]} {...common}
                onChange={(options) => setOptions(entry.entry_id, options)}
                onSettle={(useKept) => outbox.settleDisplaced(entry.entry_id, useKept)} />
            );
          })}
        </main>
      </div>
      {dialog === "help" && <HelpDialog keysOn={keysOn} onKeys={chooseKeys} onClose={() => setDialog(undefined)} />}
      {dialog === "finish" && (
        <FinishDialog sessionId={sessionId} epoch={epoch} outbox={outbox} state={state} entries={entries} marks={marks} isReachable={isReachable}
          onGo={goTo} onClose={() => setDialog(undefined)} onMoved={onMoved} onEnded={onEnded} />
      )}
    </div>
  );
}
