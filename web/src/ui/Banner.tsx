import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

export type Tone = "info" | "good" | "warn" | "bad";
const icons = { info: Info, good: CircleCheck, warn: TriangleAlert, bad: CircleAlert };

/** A message in the page. `isUrgent` speaks it at once. */
export function Banner({ tone, isUrgent, children }: { tone: Tone; isUrgent?: boolean; children: ReactNode }) {
  const Icon = icons[tone];
  return (
    <div className={`banner ${tone}`} role={isUrgent ? "alert" : "status"}>
      <Icon size={18} aria-hidden="true" />
      <div>{children}</div>
    </div>
  );
}
