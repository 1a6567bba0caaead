import { type ReactNode, useId, useState } from "react";
import { get } from "../../api/client";
import { PROTOCOL } from "../../core/terminal";
import { t } from "../messages";

const CHARACTERS = "/\\|~{}[]<>$&#@'\"";
const SAMPLES = 5;
/** Above this typing in a terminal is felt to lag. */
const SLOW_MS = 150;
const PATIENCE_MS = 8_000;

/** Checks of the candidate's own equipment. Nothing of it is kept. */
export function Rehearsal({ sessionId }: { sessionId: string }) {
  return (
    <section>
      <h2>{t("rehearsal.title")}</h2>
      <p>{t("rehearsal.text")}</p>
      <div className="rehearsal">
        <Keyboard />
        <Paste />
        <Connection sessionId={sessionId} />
      </div>
    </section>
  );
}

function Check({ label, sample, id, children, said }: { label: string; sample?: string; id: string; children: ReactNode; said: string }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {sample !== undefined && <code className="sample">{sample}</code>}
      {children}
      <span className="small" role="status">{said}</span>
    </div>
  );
}

function keyboardWords(typed: string): string {
  if (typed === "") return "";
  if (typed === CHARACTERS) return t("rehearsal.keyboard_ok");
  const [wanted, got] = [[...CHARACTERS], [...typed]];
  const wrong = got.findIndex((character, index) => index < wanted.length && character !== wanted[index]);
  if (wrong >= 0) return t("rehearsal.keyboard_differs", { number: wrong + 1, wanted: wanted[wrong] ?? "", typed: got[wrong] ?? "" });
  if (got.length > wanted.length) return t("rehearsal.keyboard_long", { count: got.length - wanted.length });
  return t("rehearsal.keyboard_more", { count: got.length, total: wanted.length });
}

function Keyboard() {
  const id = useId();
  const [typed, setTyped] = useState("");
  return (
    <Check id={id} label={t("rehearsal.keyboard")} sample={CHARACTERS} said={keyboardWords(typed)}>
      <input id={id} className="code" type="text" autoComplete="off" autoCapitalize="none" autoCorrect="off" spellCheck={false} value={typed} onChange={(event) => setTyped(event.target.value)} />
    </Check>
  );
}

function Paste() {
  const id = useId();
  const [text, setText] = useState("");
  const [isPasted, setIsPasted] = useState(false);
  const wanted = t("rehearsal.paste_text");
  const said = text === "" ? ""
    : text.trim() === wanted ? t(isPasted ? "rehearsal.paste_ok" : "rehearsal.paste_typed")
    : isPasted ? t("rehearsal.paste_differs") : "";
  return (
    <Check id={id} label={t("rehearsal.paste")} sample={wanted} said={said}>
      <input id={id} className="code" type="text" autoComplete="off" spellCheck={false} value={text}
        onPaste={() => setIsPasted(true)}
        onChange={(event) => { setText(event.target.value); if (event.target.value === "") setIsPasted(false); }} />
    </Check>
  );
}

/** The median of some round trips: one slow packet is no slow line. */
async function roundTripMs(sessionId: string): Promise<number> {
  const times: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const before = performance.now();
    // One after the other: side by side they would slow one another down.
    // oxlint-disable-next-line no-await-in-loop
    await get(`/sessions/${sessionId}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    times.push(performance.now() - before);
  }
  return Math.round(times.toSorted((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? 0);
}

/** Whether the kind of connection that terminals use gets through: some networks let only plain requests pass. */
function terminalOpens(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${window.location.origin.replace(/^http/, "ws")}/api/v1/terminal`, PROTOCOL);
    const done = (isOpen: boolean) => () => {
      clearTimeout(timer);
      resolve(isOpen);
      socket.close();
    };
    const timer = setTimeout(done(false), PATIENCE_MS);
    socket.addEventListener("open", done(true));
    socket.addEventListener("error", done(false));
  });
}

function Connection({ sessionId }: { sessionId: string }) {
  const id = useId();
  const [said, setSaid] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const measure = async () => {
    setIsBusy(true);
    setSaid(t("rehearsal.measuring"));
    try {
      const ms = await roundTripMs(sessionId);
      const opens = await terminalOpens();
      setSaid(`${t(ms > SLOW_MS ? "rehearsal.slow" : "rehearsal.fast", { ms })} ${t(opens ? "rehearsal.terminal_ok" : "rehearsal.terminal_blocked")}`);
    } catch {
      setSaid(`${t("problem.unreachable.title")}. ${t("problem.unreachable.next")}`);
    }
    setIsBusy(false);
  };
  return (
    <Check id={id} label={t("rehearsal.connection")} said={said}>
      <button id={id} type="button" className="button" aria-label={t("rehearsal.measure")} disabled={isBusy} onClick={() => void measure()}>{t("rehearsal.measure")}</button>
    </Check>
  );
}
