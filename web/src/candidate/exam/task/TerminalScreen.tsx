import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef } from "react";
import { PROTOCOL, TerminalConnection, type TerminalState } from "../../../core/terminal";

export interface TerminalScreenProps {
  label: string;
  ticket: () => Promise<string>;
  isActive: boolean;
  fontSize: number;
  isReaderMode: boolean;
  /** Rises when the connection must begin anew. */
  restarts: number;
  onState: (state: TerminalState) => void;
  onRoundTrip: (ms: number) => void;
  /** The way out by keyboard. */
  onLeave: () => void;
}

function theme() {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return { background: token("--terminal"), foreground: token("--terminal-text"), cursor: token("--terminal-text") };
}

function openSocket(): WebSocket {
  const url = new URL("/api/v1/terminal", window.location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return new WebSocket(url, PROTOCOL);
}

/** One terminal. It stays mounted while others are in front, so that its screen is there at once. */
export default function TerminalScreen(props: TerminalScreenProps) {
  const { label, isActive, fontSize, isReaderMode, restarts } = props;
  const host = useRef<HTMLDivElement>(null);
  const current = useRef(props);
  current.current = props;
  const parts = useRef<{ terminal: Terminal; fit: FitAddon; connection: TerminalConnection } | undefined>(undefined);

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const terminal = new Terminal({
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-code"),
      fontSize: current.current.fontSize,
      screenReaderMode: current.current.isReaderMode,
      cursorBlink: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      scrollback: 5000,
      minimumContrastRatio: 4.5,
      theme: theme(),
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(element);
    terminal.textarea?.setAttribute("aria-label", current.current.label);
    const connection = new TerminalConnection({
      ticket: () => current.current.ticket(),
      open: openSocket,
      size: () => ({ columns: terminal.cols, rows: terminal.rows }),
      onBytes: (bytes, drawn) => terminal.write(bytes, drawn),
      onRestore: () => terminal.reset(),
      onState: (state) => current.current.onState(state),
      onRoundTrip: (ms) => current.current.onRoundTrip(ms),
    });
    parts.current = { terminal, fit, connection };
    terminal.onData((text) => connection.write(text));
    terminal.onResize(({ cols, rows }) => connection.resize({ columns: cols, rows }));
    terminal.attachCustomKeyEventHandler((event) => {
      if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
      const key = event.key.toLowerCase();
      if (key === "v") return false;
      if (key !== "l" && key !== "c") return true;
      event.preventDefault();
      if (event.type === "keydown" && key === "l") current.current.onLeave();
      if (event.type === "keydown" && key === "c") void navigator.clipboard.writeText(terminal.getSelection()).catch(() => undefined);
      return false;
    });
    const refit = () => { if (element.offsetParent && element.clientHeight > 0) fit.fit(); };
    const observer = new ResizeObserver(refit);
    observer.observe(element);
    refit();
    connection.connect();
    return () => {
      observer.disconnect();
      connection.close();
      terminal.dispose();
      parts.current = undefined;
    };
  }, []);

  useEffect(() => {
    const { terminal, fit } = parts.current ?? {};
    if (!terminal || !fit) return;
    terminal.options.fontSize = fontSize;
    terminal.options.screenReaderMode = isReaderMode;
    if (isActive) fit.fit();
  }, [fontSize, isReaderMode, isActive]);

  const lastRestart = useRef(restarts);
  useEffect(() => {
    if (lastRestart.current === restarts) return;
    lastRestart.current = restarts;
    parts.current?.connection.restart();
  }, [restarts]);

  return <div ref={host} className="terminal-screen" aria-label={label} role="group" />;
}
