// Plays a recording. The terminal here only draws: nothing that it answers, and no key, goes anywhere.
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { Pause, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "../api/client";
import { Player, readTape } from "../core/replay";
import { duration } from "../messages/messages";
import { t } from "./messages";

/** Of the slider, in seconds. */
const STEP = 0.1;
const SPEEDS = [1, 2, 4, 8] as const;

interface Props {
  text: string;
  label: string;
  markers: readonly Schemas["Marker"][];
}

export default function ReplayScreen({ text, label, markers }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const player = useRef<Player>(undefined);
  const [tape] = useState(() => readTape(text));
  const [place, setPlace] = useState({ at: tape.from, isPlaying: false });
  const [speed, setSpeed] = useState<number>(1);

  useEffect(() => {
    if (!box.current) return undefined;
    const style = getComputedStyle(document.documentElement);
    const token = (name: string) => style.getPropertyValue(name).trim();
    const screen = new Terminal({
      disableStdin: true,
      cursorBlink: false,
      fontFamily: token("--font-code"),
      fontSize: 13,
      scrollback: 0,
      theme: { background: token("--terminal"), foreground: token("--terminal-text"), cursor: token("--terminal-text") },
      linkHandler: { activate: () => undefined },
    });
    screen.open(box.current);
    screen.textarea?.setAttribute("aria-label", label);
    const playing = new Player(tape, {
      reset: ({ columns, rows }) => { screen.reset(); screen.resize(columns, rows); },
      draw: (bytes) => screen.write(bytes),
      resize: ({ columns, rows }) => screen.resize(columns, rows),
      onMove: (at, isPlaying) => setPlace({ at, isPlaying }),
    });
    player.current = playing;
    let before = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      playing.tick((now - before) / 1000);
      before = now;
      frame = requestAnimationFrame(step);
    });
    return () => {
      cancelAnimationFrame(frame);
      screen.dispose();
    };
  }, [tape, label]);

  const time = (seconds: number) => duration(Math.max(0, seconds) * 1000);
  // The steps of the slider need not meet the end.
  const go = (seconds: number) => player.current?.seek(seconds > tape.to - STEP ? tape.to : seconds);
  const pace = (next: number) => {
    setSpeed(next);
    if (player.current) player.current.options = { ...player.current.options, speed: next };
  };
  return (
    <div className="replay">
      <div className="replay-main">
        <div className="replay-screen" ref={box} />
        <div className="replay-bar">
          <button type="button" className="button primary" onClick={() => (place.isPlaying ? player.current?.pause() : player.current?.play())}>
            {place.isPlaying ? <Pause size={18} aria-hidden="true" /> : <Play size={18} aria-hidden="true" />} {t(place.isPlaying ? "replay.pause" : "replay.play")}
          </button>
          <input type="range" aria-label={t("replay.place")} min={tape.from} max={Math.max(tape.to, tape.from + 1)} step={STEP} value={place.at}
            aria-valuetext={time(place.at)} onChange={(event) => go(Number(event.target.value))} />
          <span className="small replay-time">{time(place.at)} / {time(tape.to)}</span>
          <label className="small">{t("replay.speed")} <select value={speed} onChange={(event) => pace(Number(event.target.value))}>
            {SPEEDS.map((one) => <option key={one} value={one}>{one}×</option>)}
          </select></label>
        </div>
        <p className="quiet small">{t("replay.note")}</p>
      </div>
      <nav aria-label={t("replay.markers")} className="replay-markers">
        <h2>{t("replay.markers")}</h2>
        {markers.length === 0 && <p className="quiet">{t("replay.no_markers")}</p>}
        <ol className="plain-list">
          {markers.map((marker, index) => (
            <li key={index}><button type="button" className="button quiet" onClick={() => go(marker.at_ms / 1000)}>
              <span className="replay-time">{time(marker.at_ms / 1000)}</span> {marker.label}
            </button></li>
          ))}
        </ol>
      </nav>
    </div>
  );
}
