import { Activity, Ear, LogOut, Plus, RotateCcw, ZoomIn, ZoomOut } from "lucide-react";
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { post, ProblemError, type Schemas } from "../../../api/client";
import { TerminalRefusal, type TerminalState } from "../../../core/terminal";
import { Banner } from "../../../ui/Banner";
import { panelId, tabId, Tabs } from "../../../ui/Tabs";
import { t } from "./messages";
import { usePreference } from "./preferences";

const TerminalScreen = lazy(() => import("./TerminalScreen"));

interface Props {
  sessionId: string;
  epoch: number;
  task: Schemas["PaperTask"];
  /** Rises with each reset of the lab. */
  resets: number;
  onReset: () => void;
  onLeave: () => void;
  onRefused: (error: unknown) => void;
}

const FONT_MIN = 10;
const FONT_MAX = 28;
/** Above this a key press is felt to be late. */
const SLOW_MS = 250;

/** The terminals of one lab, of which one is in front. */
export function Terminals({ sessionId, epoch, task, resets, onReset, onLeave, onRefused }: Props) {
  const name = `terminal-${task.entry_id}`;
  const [count, setCount] = usePreference<number>(`terminals.${sessionId}.${task.entry_id}`, 1);
  const [selected, setSelected] = useState("1");
  const [fontSize, setFontSize] = usePreference<number>("terminal.font_size", 14);
  const [isReaderMode, setIsReaderMode] = usePreference<boolean>("terminal.reader", false);
  const [states, setStates] = useState<Record<string, TerminalState>>({});
  const [roundTrips, setRoundTrips] = useState<Record<string, number>>({});
  const [fetches, setFetches] = useState(0);
  const tabs = Array.from({ length: Math.min(count, task.terminals) }, (_, index) => ({
    id: String(index + 1),
    label: t("terminal.name", { number: index + 1 }),
  }));

  const refused = useRef(onRefused);
  refused.current = onRefused;
  const ticket = useCallback(async (terminal: number): Promise<string> => {
    try {
      const path = `/sessions/${sessionId}/labs/${task.entry_id}/terminal-tickets`;
      return (await post<{ ticket: string }>(path, { epoch, terminal }, { signal: AbortSignal.timeout(10_000) })).ticket;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (["stale_epoch", "session_closed", "not_signed_in"].includes(error.code)) refused.current(error);
      throw new TerminalRefusal(error.code, error.message);
    }
  }, [sessionId, epoch, task.entry_id]);

  const isSelectedConnected = states[selected]?.kind === "connected";
  const roundTrip = isSelectedConnected ? roundTrips[selected] : undefined;
  const open = () => {
    setCount(tabs.length + 1);
    setSelected(String(tabs.length + 1));
  };

  return (
    <section className="terminals" aria-label={t("terminal.pane")}>
      <div className="terminal-bar">
        <Tabs label={t("terminal.tabs")} name={name} tabs={tabs} selected={selected} onSelect={setSelected} />
        {tabs.length < task.terminals && <Tool label={t("terminal.new")} icon={<Plus size={16} aria-hidden="true" />} onClick={open} />}
        <span className="spacer" />
        <span className={roundTrip !== undefined && roundTrip > SLOW_MS ? "round-trip slow" : "round-trip"}
          title={roundTrip === undefined ? undefined : t("terminal.round_trip_title", { ms: roundTrip })}>
          <Activity size={16} aria-hidden="true" />
          {roundTrip === undefined ? t("terminal.round_trip_none") : t("terminal.round_trip", { ms: roundTrip })}
        </span>
        <Tool label={t("terminal.smaller")} icon={<ZoomOut size={16} aria-hidden="true" />} onClick={() => setFontSize(Math.max(FONT_MIN, fontSize - 1))} />
        <Tool label={t("terminal.larger")} icon={<ZoomIn size={16} aria-hidden="true" />} onClick={() => setFontSize(Math.min(FONT_MAX, fontSize + 1))} />
        <Tool label={t("terminal.reader")} icon={<Ear size={16} aria-hidden="true" />} isPressed={isReaderMode} onClick={() => setIsReaderMode(!isReaderMode)} />
        <button type="button" className="button quiet tool" onClick={onReset}><RotateCcw size={16} aria-hidden="true" />{t("reset.button")}</button>
      </div>
      {tabs.map(({ id, label }) => (
        <div key={id} role="tabpanel" id={panelId(name, id)} aria-labelledby={tabId(name, id)} className="terminal-panel" hidden={id !== selected}>
          <TerminalNotice state={states[id]} onUseHere={() => setFetches(fetches + 1)} />
          <Suspense fallback={<p className="terminal-loading" role="status">{t("terminal.loading")}</p>}>
            <TerminalScreen
              label={label}
              ticket={() => ticket(Number(id))}
              isActive={id === selected}
              fontSize={fontSize}
              isReaderMode={isReaderMode}
              restarts={resets + fetches}
              onState={(state) => setStates((all) => ({ ...all, [id]: state }))}
              onRoundTrip={(ms) => setRoundTrips((all) => ({ ...all, [id]: Math.round(ms) }))}
              onLeave={() => document.getElementById(tabId(name, id))?.focus()}
            />
          </Suspense>
        </div>
      ))}
      <p className="terminal-foot small">
        <button type="button" className="button quiet tool" onClick={onLeave}><LogOut size={16} aria-hidden="true" />{t("terminal.leave")}</button>
        <span>{t("terminal.leave_hint")} {t("terminal.copy_hint")}</span>
      </p>
    </section>
  );
}

function Tool({ label, icon, isPressed, onClick }: { label: string; icon: ReactNode; isPressed?: boolean; onClick: () => void }) {
  return <button type="button" className="button quiet tool" aria-label={label} title={label} aria-pressed={isPressed} onClick={onClick}>{icon}</button>;
}

/** What is wrong with a connection, once it has been wrong long enough to be worth a word. */
function TerminalNotice({ state, onUseHere }: { state: TerminalState | undefined; onUseHere: () => void }) {
  const [isPatient, setIsPatient] = useState(false);
  const kind = state?.kind;
  useEffect(() => {
    setIsPatient(false);
    const timer = setTimeout(() => setIsPatient(true), 800);
    return () => clearTimeout(timer);
  }, [kind === "connected"]);
  if (!state || state.kind === "connected" || state.kind === "closed") return null;
  if (state.kind === "exited") return <Banner tone="info"><p>{t("terminal.exited")}</p></Banner>;
  if (state.kind === "refused") {
    if (state.code !== "terminal_replaced") return <Banner tone="warn"><p>{t("terminal.refused")}</p></Banner>;
    return (
      <Banner tone="warn">
        <p>{t("terminal.replaced")}</p>
        <button type="button" className="button" onClick={onUseHere}>{t("terminal.use_here")}</button>
      </Banner>
    );
  }
  if (!isPatient) return null;
  if (state.kind === "waiting" && ["lab_unavailable", "labs_not_ready", "lab_ended"].includes(state.code ?? "")) {
    return <Banner tone="info"><p>{t("terminal.preparing")}</p></Banner>;
  }
  const isFirst = state.kind === "connecting" && state.attempt === 1;
  return <Banner tone={isFirst ? "info" : "warn"}><p>{t(isFirst ? "terminal.connecting" : "terminal.lost")}</p></Banner>;
}
