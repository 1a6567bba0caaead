import type { KeyboardEvent, PointerEvent } from "react";
import { t } from "./messages";

export const DIVIDER_MIN = 20;
export const DIVIDER_MAX = 75;
const STEP = 2;

/** The divider between statement and terminal, for mouse, finger and keyboard. `percent` is the share of the statement. */
export function Divider({ percent, onChange }: { percent: number; onChange: (percent: number) => void }) {
  const set = (wanted: number) => onChange(Math.round(Math.min(DIVIDER_MAX, Math.max(DIVIDER_MIN, wanted))));
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (box) set(((event.clientX - box.left) / box.width) * 100);
  };
  const press = (event: KeyboardEvent) => {
    const wanted = { ArrowLeft: percent - STEP, ArrowRight: percent + STEP, Home: DIVIDER_MIN, End: DIVIDER_MAX }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    set(wanted);
  };
  return (
    <div className="divider" role="separator" aria-orientation="vertical" aria-label={t("task.divider")} tabIndex={0}
      aria-valuenow={percent} aria-valuemin={DIVIDER_MIN} aria-valuemax={DIVIDER_MAX}
      onKeyDown={press} onPointerMove={drag} onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)} />
  );
}
