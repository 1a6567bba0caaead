// The only module that knows xterm; it is loaded when the first task is opened.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef, useState } from "react";
import { ProblemError } from "../../api/client";
import { takeTerminalTicket } from "../../api/lab";
import { PROTOCOL, TerminalConnection, TerminalRefusal, type TerminalState } from "../../core/terminal";
import { t } from "./messages";

/** Refusals that no later try will change. */
const FINAL = new Set(["stale_epoch", "session_closed", "not_found", "unknown_entry", "not_signed_in"]);

interface Props {
  label: string;
  sessionId: string;
  entryId: string;
  epoch: number;
  host: string;
  terminal: number;
  fontSize: number;
  isForReader: boolean;
  onLeave: () => void;
  onRoundTrip: (ms: number) => void;
  onState: (state: TerminalState["kind"]) => void;
}

const isLeaveKey = (event: KeyboardEvent) => event.key === "F6" || (event.key === "Backspace" && event.ctrlKey && event.shiftKey);

export default function TerminalScreen({ label, sessionId, entryId, epoch, host, terminal: number, fontSize, isForReader, ...callbacks }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const parts = useRef<{ screen: Terminal; fit: () => void; connection: TerminalConnection }>(undefined);
  const current = useRef(callbacks);
  current.current = callbacks;
  const [state, setState] = useState<TerminalState>({ kind: "connecting", attempt: 1 });

  useEffect(() => {
    const place = box.current;
    if (!place) return undefined;
    const style = getComputedStyle(document.documentElement);
    const token = (name: string) => style.getPropertyValue(name).trim();
    const screen = new Terminal({
      fontFamily: token("--font-code"),
      scrollback: 5000,
      theme: { background: token("--terminal"), foreground: token("--terminal-text"), cursor: token("--terminal-text") },
      cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
    const addon = new FitAddon();
    screen.loadAddon(addon);
    screen.open(place);
    // A hidden terminal keeps the size it had.
    const fit = () => { if (place.offsetParent !== null) addon.fit(); };
    screen.textarea?.setAttribute("aria-label", label);
    const connection = new TerminalConnection({
      ticket: async () => {
        try {
          return (await takeTerminalTicket(sessionId, entryId, epoch, host, number)).ticket;
        } catch (error) {
          if (error instanceof ProblemError && FINAL.has(error.code)) throw new TerminalRefusal(error.code, error.message);
          throw error;
        }
      },
      open: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/terminal`, PROTOCOL),
      size: () => ({ columns: screen.cols, rows: screen.rows }),
      onBytes: (bytes, drawn) => screen.write(bytes, drawn),
      onRestore: () => screen.reset(),
      onState: (next) => {
        setState(next);
        current.current.onState(next.kind);
      },
      onRoundTrip: (ms) => current.current.onRoundTrip(ms),
    });
    screen.attachCustomKeyEventHandler((event) => {
      if (isLeaveKey(event)) {
        event.preventDefault();
        if (event.type === "keydown") current.current.onLeave();
        return false;
      }
      if (event.ctrlKey && event.shiftKey && event.code === "KeyC" && screen.hasSelection()) {
        event.preventDefault();
        if (event.type === "keydown") void navigator.clipboard.writeText(screen.getSelection());
        return false;
      }
      // The browser pastes; otherwise the shell would get a ^V.
      return !(event.ctrlKey && event.shiftKey && event.code === "KeyV");
    });
    screen.onData((text) => connection.write(text));
    screen.onResize(({ cols, rows }) => connection.resize({ columns: cols, rows }));
    const observer = new ResizeObserver(fit);
    observer.observe(place);
    parts.current = { screen, fit, connection };
    fit();
    connection.connect();
    return () => {
      observer.disconnect();
      connection.close();
      screen.dispose();
      parts.current = undefined;
    };
  }, [label, sessionId, entryId, epoch, host, number]);

  useEffect(() => {
    const { screen, fit } = parts.current ?? {};
    if (!screen) return;
    screen.options.fontSize = fontSize;
    screen.options.screenReaderMode = isForReader;
    fit?.();
  }, [fontSize, isForReader]);

  const words = state.kind === "waiting" || (state.kind === "connecting" && state.attempt > 1) ? t("lab.lost")
    : state.kind === "connecting" ? t("lab.connecting")
    : state.kind === "exited" ? t("lab.exited")
    : state.kind === "refused" ? t(state.code === "terminal_replaced" ? "lab.replaced" : "lab.refused") : undefined;
  return (
    <div className="terminal">
      <div ref={box} className="terminal-screen" />
      <div role="status" className={words === undefined ? "visually-hidden" : "terminal-words"}>
        {words}
        {(state.kind === "refused" || state.kind === "waiting") && (
          <button type="button" className="button" onClick={() => parts.current?.connection.restart()}>{t("lab.connect_again")}</button>
        )}
      </div>
    </div>
  );
}
