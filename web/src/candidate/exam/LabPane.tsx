import { Accessibility, Globe, LogOut, Minus, Plus, RotateCcw } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Schemas } from "../../api/client";
import type { TerminalState } from "../../core/terminal";
import { Banner } from "../../ui/Banner";
import { Boundary } from "../../ui/Boundary";
import { panelId, tabId, Tabs } from "../../ui/Tabs";
import { problemText } from "../problems";
import { FilesPane } from "./FilesPane";
import { t } from "./messages";
import { PreviewDialog } from "./PreviewDialog";
import { ResetDialog } from "./ResetDialog";
import { useLab } from "./useLab";

const TerminalScreen = lazy(() => import("./TerminalScreen"));

const FILES = "files";
const FONT_MIN = 10;
const FONT_MAX = 28;
const FONT_KEY = "assay-terminal-font";
const READER_KEY = "assay-terminal-reader";

interface Props {
  task: Schemas["PaperTask"];
  sessionId: string;
  epoch: number;
  isHidden: boolean;
  isLocked: boolean;
  onLeave: () => void;
}

interface TerminalOfLab {
  id: string;
  label: string;
  host: string;
  number: number;
}

/** The terminals of all machines of a task, those of the main one first. */
function terminalsOf(task: Schemas["PaperTask"]): readonly TerminalOfLab[] {
  const isOne = task.hosts.length === 1;
  return task.hosts.flatMap((host) => Array.from({ length: Math.max(1, task.terminals) }, (_, index) => {
    const number = index + 1;
    const label = isOne ? t("lab.terminal", { number: String(number) }) : t("lab.terminal_of", { host, number: String(number) });
    return { id: isOne ? String(number) : `${host}-${number}`, label, host, number };
  }));
}

/** The machine of a task: its state, its terminals, and what can be done to it. */
export function LabPane({ task, sessionId, epoch, isHidden, isLocked, onLeave }: Props) {
  const { lab, error, generation, reset } = useLab(sessionId, epoch, task, !isHidden && !isLocked);
  const terminals = terminalsOf(task);
  const [selected, setSelected] = useState(terminals[0]?.id ?? "");
  const [opened, setOpened] = useState<readonly string[]>([selected]);
  const [isAsking, setIsAsking] = useState(false);
  const [isShowing, setIsShowing] = useState(false);
  const [roundTripMs, setRoundTripMs] = useState<number>();
  const [states, setStates] = useState<Record<string, TerminalState["kind"]>>({});
  const [fontSize, setFontSize] = useState(() => Number(localStorage.getItem(FONT_KEY)) || 14);
  const [isForReader, setIsForReader] = useState(() => localStorage.getItem(READER_KEY) === "1");
  const name = `lab-${task.entry_id}`;
  const select = (id: string) => {
    setSelected(id);
    if (!opened.includes(id)) setOpened([...opened, id]);
  };
  const size = (next: number) => {
    setFontSize(next);
    localStorage.setItem(FONT_KEY, String(next));
  };
  const read = () => {
    setIsForReader(!isForReader);
    localStorage.setItem(READER_KEY, isForReader ? "0" : "1");
  };
  const problem = error === undefined ? undefined : problemText(error);
  const isConnected = states[selected] === "connected";
  return (
    <section className="lab" aria-label={t("lab.title")}>
      <div className="lab-bar">
        <Tabs label={t("lab.terminals")} name={name} selected={selected} onSelect={select}
          tabs={[...terminals, { id: FILES, label: t("files.title") }]} />
        <span className="quiet small lab-meter">{isConnected && roundTripMs !== undefined ? t("lab.round_trip", { ms: Math.round(roundTripMs) }) : ""}</span>
        <div className="lab-tools">
          <button type="button" className="button quiet icon" aria-label={t("lab.smaller")} disabled={fontSize <= FONT_MIN} onClick={() => size(fontSize - 1)}><Minus size={18} aria-hidden="true" /></button>
          <button type="button" className="button quiet icon" aria-label={t("lab.larger")} disabled={fontSize >= FONT_MAX} onClick={() => size(fontSize + 1)}><Plus size={18} aria-hidden="true" /></button>
          <button type="button" className="button quiet icon toggle" aria-label={t("lab.reader")} title={t("lab.reader")} aria-pressed={isForReader} onClick={read}><Accessibility size={18} aria-hidden="true" /></button>
          <button type="button" className="button quiet" disabled={isLocked || lab.state !== "ready"} onClick={() => setIsShowing(true)}>
            <Globe size={18} aria-hidden="true" /> {t("preview.button")}
          </button>
          {(task.policy.reset || task.policy.restore) && <button type="button" className="button quiet" disabled={isLocked || lab.state === "preparing" || lab.state === "resetting" || lab.state === "ended"} onClick={() => setIsAsking(true)}>
            <RotateCcw size={18} aria-hidden="true" /> {t("lab.reset")}
          </button>}
        </div>
      </div>
      {problem && <Banner tone="bad" isUrgent><p><strong>{problem.title}</strong></p><p>{problem.next}</p></Banner>}
      {lab.state === "ready" && !isLocked ? <>{terminals.map(({ id, label, host, number }) => (
        <div key={id} role="tabpanel" id={panelId(name, id)} aria-labelledby={tabId(name, id)} className="lab-panel" hidden={id !== selected}>
          {opened.includes(id) && (
            <Boundary fallback={<p className="lab-words" role="alert">{t("lab.not_loaded")}</p>}><Suspense fallback={<p className="lab-words" role="status">{t("lab.loading")}</p>}>
              <TerminalScreen key={generation} label={label} sessionId={sessionId} entryId={task.entry_id} epoch={epoch}
                host={host} terminal={number} fontSize={fontSize} isForReader={isForReader} onLeave={onLeave} onRoundTrip={setRoundTripMs}
                onState={(state) => setStates((all) => ({ ...all, [id]: state }))} />
            </Suspense></Boundary>
          )}
        </div>
      ))}
      <div role="tabpanel" id={panelId(name, FILES)} aria-labelledby={tabId(name, FILES)} className="lab-panel" hidden={selected !== FILES}>
        {opened.includes(FILES) && <FilesPane key={generation} sessionId={sessionId} epoch={epoch} task={task} />}
      </div></> : (
        <div className="lab-words" role="status">
          <p><strong>{t(isLocked ? "lab.ended" : `lab.${lab.state}` as const)}</strong></p>
          <p>{t(isLocked ? "lab.ended_next" : `lab.${lab.state}_next` as const)}</p>
          {lab.state === "failed" && !isLocked && <button type="button" className="button" onClick={() => void reset()}>{t("exam.try_again")}</button>}
        </div>
      )}
      <div className="lab-foot">
        <button type="button" className="button quiet" onClick={onLeave}><LogOut size={18} aria-hidden="true" /> {t("lab.leave")}</button>
        <span className="quiet small"><kbd>F6</kbd> {t("lab.or")} <kbd>Ctrl+Shift+Backspace</kbd></span>
      </div>
      {isShowing && <PreviewDialog sessionId={sessionId} epoch={epoch} task={task} onClose={() => setIsShowing(false)} />}
      {isAsking && (
        <ResetDialog sessionId={sessionId} epoch={epoch} task={task} onClose={() => setIsAsking(false)}
          onReset={(checkpoint) => { setIsAsking(false); void reset(checkpoint); }} />
      )}
    </section>
  );
}
