import { type KeyboardEvent, type PointerEvent } from "react";

interface Props {
  label: string;
  /** Share of the left pane in percent. */
  percent: number;
  onChange: (percent: number) => void;
}

const MIN = 20;
const MAX = 70;
const STEP = 2;
const within = (percent: number): number => Math.round(Math.min(MAX, Math.max(MIN, percent)));

/** Divides two panes: dragged with the pointer, or moved with the arrow keys. */
export function Divider({ label, percent, onChange }: Props) {
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const panes = event.currentTarget.parentElement?.getBoundingClientRect();
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || !panes) return;
    onChange(within(((event.clientX - panes.left) / panes.width) * 100));
  };
  const move = (event: KeyboardEvent) => {
    const target: Record<string, number> = { ArrowLeft: percent - STEP, ArrowRight: percent + STEP, Home: MIN, End: MAX };
    const next = target[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onChange(within(next));
  };
  return (
    <div
      className="divider"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={percent}
      aria-valuemin={MIN}
      aria-valuemax={MAX}
      onKeyDown={move}
      onPointerDown={(event) => { event.preventDefault(); event.currentTarget.setPointerCapture(event.pointerId); }}
      onPointerMove={drag}
    />
  );
}
