import { Timer } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type Clock, passedThreshold } from "../../core/clock";
import { duration } from "../../messages/messages";
import { t } from "./messages";

const LOW_MS = 5 * 60_000;

/** The remaining time. It changes silently and is said aloud only at the thresholds. */
export function TimeLeft({ clock, onEnd }: { clock: Clock; onEnd: () => void }) {
  const [leftMs, setLeftMs] = useState(() => clock.remainingMs() ?? 0);
  const [spoken, setSpoken] = useState("");
  const before = useRef<number | undefined>(undefined);
  const ended = useRef(onEnd);
  ended.current = onEnd;
  useEffect(() => {
    const tick = () => {
      const now = clock.remainingMs();
      if (now === undefined) return;
      const minutes = passedThreshold(before.current, now);
      before.current = now;
      setLeftMs(now);
      if (minutes !== undefined) setSpoken(t("time.left", { minutes }));
      if (now === 0) ended.current();
    };
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [clock]);
  return (
    <span className={leftMs <= LOW_MS ? "time-left low" : "time-left"}>
      <Timer size={18} aria-hidden="true" />
      <span role="timer" aria-live="off" aria-label={t("time.label")}>{duration(leftMs)}</span>
      <span className="visually-hidden" aria-live="polite">{spoken}</span>
    </span>
  );
}
