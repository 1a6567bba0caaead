import { describe, expect, test } from "vitest";
import { countByGroup, grouped, inOrder, matches, minutesFrom, type Seat, standingOf } from "./standing";

const seat = (over: Partial<Seat> = {}): Seat => ({
  seat_id: "s",
  session_id: "x",
  label: "A1",
  candidate_name: "Ada Lovelace",
  state: "running",
  answered: 0,
  total: 22,
  last_seen_ms_ago: 1000,
  labs: [],
  code: { state: "used" },
  adjustments_ms: 0,
  ...over,
});

describe("standingOf", () => {
  test("a running seat in contact is running", () => expect(standingOf(seat())).toBe("running"));
  test("20 s without a sign of life are still contact", () => expect(standingOf(seat({ last_seen_ms_ago: 20_000 }))).toBe("running"));
  test("more are an incident", () => expect(standingOf(seat({ last_seen_ms_ago: 20_001 }))).toBe("lost"));
  test("never seen while running is an incident", () => expect(standingOf(seat({ last_seen_ms_ago: null }))).toBe("lost"));
  test("a silent candidate who waits is no incident", () => expect(standingOf(seat({ state: "waiting", last_seen_ms_ago: 90_000 }))).toBe("waiting"));
  test("a failed lab is an incident", () =>
    expect(standingOf(seat({ labs: [{ entry_id: "t01", title: "T", state: "failed" }] }))).toBe("lab_failed"));
  test("a locked seat comes before anything else", () => expect(standingOf(seat({ state: "waiting", code: { state: "locked" } }))).toBe("locked"));
  test("nothing that ended is an incident", () => expect(standingOf(seat({ state: "graded", last_seen_ms_ago: 900_000 }))).toBe("graded"));
});

test("incidents come first, then seats in the order people count", () => {
  const seats = [seat({ label: "A10" }), seat({ label: "A2" }), seat({ label: "B1", state: "graded" }), seat({ label: "C1", last_seen_ms_ago: 60_000 })];
  expect(inOrder(seats).map(({ label }) => label)).toEqual(["C1", "A2", "A10", "B1"]);
  expect(countByGroup(seats)).toEqual({ incident: 1, waiting: 0, running: 2, registered: 0, ended: 1 });
});

test("the search finds names and seats in any order of words", () => {
  expect(matches(seat(), "all", "love ada")).toBe(true);
  expect(matches(seat(), "all", "a1")).toBe(true);
  expect(matches(seat(), "all", "grace")).toBe(false);
  expect(matches(seat(), "waiting", "ada")).toBe(false);
});

test("codes are shown in two groups", () => {
  expect(grouped("7KQ2MX4ZDA")).toBe("7KQ2M-X4ZDA");
  expect(grouped("7KQ2M-X4ZDA")).toBe("7KQ2M-X4ZDA");
});

test.each([["1", 1], ["240", 240], ["0", undefined], ["241", undefined], ["1.5", undefined], ["", undefined], ["-3", undefined]])("minutes %j are %j", (text, minutes) =>
  expect(minutesFrom(text)).toBe(minutes));
