// What a proctor must know about a seat first. Pure: the room view and the tests share it.
import type { Schemas } from "../api/client";

export type Seat = Schemas["Seat"];
export type Standing = "locked" | "lost" | "lab_failed" | "waiting" | "running" | "registered" | "submitted" | "graded";
export type Group = "incident" | "waiting" | "running" | "registered" | "ended";

/** Candidates' pages speak every 10 s: two missed signs of life are an incident. */
export const CONTACT_LOST_MS = 20_000;

/** In the order in which the room shows them: incidents first. */
const order: readonly Standing[] = ["locked", "lost", "lab_failed", "waiting", "running", "registered", "submitted", "graded"];

const groups: Record<Standing, Group> = {
  locked: "incident",
  lost: "incident",
  lab_failed: "incident",
  waiting: "waiting",
  running: "running",
  registered: "registered",
  submitted: "ended",
  graded: "ended",
};

export const groupOf = (standing: Standing): Group => groups[standing];

export function standingOf(seat: Seat): Standing {
  if (seat.state === "submitted" || seat.state === "graded") return seat.state;
  if (seat.code.state === "locked") return "locked";
  if (seat.state === "running" && (seat.last_seen_ms_ago ?? Infinity) > CONTACT_LOST_MS) return "lost";
  if (seat.labs.some((lab) => lab.state === "failed")) return "lab_failed";
  return seat.state;
}

/** Incidents first, then by seat: `A2` before `A10`. */
export function inOrder(seats: readonly Seat[]): Seat[] {
  const byLabel = new Intl.Collator(undefined, { numeric: true });
  return seats.toSorted((a, b) => order.indexOf(standingOf(a)) - order.indexOf(standingOf(b)) || byLabel.compare(a.label, b.label));
}

export function countByGroup(seats: readonly Seat[]): Record<Group, number> {
  const counts: Record<Group, number> = { incident: 0, waiting: 0, running: 0, registered: 0, ended: 0 };
  for (const seat of seats) counts[groupOf(standingOf(seat))] += 1;
  return counts;
}

export function matches(seat: Seat, group: Group | "all", search: string): boolean {
  if (group !== "all" && groupOf(standingOf(seat)) !== group) return false;
  const text = `${seat.candidate_name} ${seat.label}`.toLocaleLowerCase();
  return search.toLocaleLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** A seat code in two groups of five, as candidates type it. */
export function grouped(code: string): string {
  const plain = code.replace(/[^0-9A-Za-z]/g, "");
  return plain.length === 10 ? `${plain.slice(0, 5)}-${plain.slice(5)}` : code;
}

/** Minutes from a field, or nothing when they are not a whole number from 1 to 240. */
export function minutesFrom(text: string): number | undefined {
  const minutes = /^\s*\d{1,3}\s*$/.test(text) ? Number(text) : 0;
  return minutes >= 1 && minutes <= 240 ? minutes : undefined;
}
