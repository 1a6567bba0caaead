import { expect, test } from "vitest";
import { Clock, passedThreshold } from "./clock";

test("counts down from what the server said", () => {
  let now = 1000;
  const clock = new Clock(() => now);
  expect(clock.remainingMs()).toBeUndefined();
  clock.sync(5000);
  now += 1200;
  expect(clock.remainingMs()).toBe(3800);
  clock.sync(9000);
  expect(clock.remainingMs()).toBe(9000);
  now += 60_000;
  expect(clock.remainingMs()).toBe(0);
});

test.each([
  [undefined, 40 * 60_000, undefined],
  [30 * 60_000 + 1, 30 * 60_000, 30],
  [30 * 60_000, 29 * 60_000, undefined],
  [16 * 60_000, 4 * 60_000, 5],
  [61_000, 59_000, 1],
  [59_000, 10 * 60_000, undefined],
])("from %s to %s ms announces %s", (before, now, expected) => {
  expect(passedThreshold(before, now)).toBe(expected);
});
