import { expect, test } from "vitest";
import { initialSession, type SessionEvent, type SessionState, step } from "./session";

const run = (...events: SessionEvent[]): SessionState => events.reduce(step, initialSession);
const opened: SessionEvent = { kind: "opened", epoch: 1 };

test("the usual way", () => {
  expect(run({ kind: "told", phase: "registered", epoch: 0 }).phase).toBe("registered");
  expect(run({ kind: "told", phase: "waiting", epoch: 0 }).phase).toBe("waiting");
  expect(run({ kind: "told", phase: "waiting", epoch: 0 }, opened)).toEqual({ phase: "running", epoch: 1, isReachable: true });
  expect(run(opened, { kind: "told", phase: "running", epoch: 1 }).phase).toBe("running");
  expect(run(opened, { kind: "told", phase: "submitted", epoch: 1 }).phase).toBe("submitted");
  expect(run(opened, { kind: "told", phase: "graded", epoch: 1 }).phase).toBe("graded");
});

test("being told that the session runs is not enough to run it here", () => {
  expect(run({ kind: "told", phase: "running", epoch: 1 }).phase).toBe("loading");
});

test("a higher epoch or a refused save means that another device has it", () => {
  expect(run(opened, { kind: "told", phase: "running", epoch: 2 })).toMatchObject({ phase: "moved", epoch: undefined });
  expect(run(opened, { kind: "taken_over" }).phase).toBe("moved");
  expect(run(opened, { kind: "taken_over" }, { kind: "opened", epoch: 3 }).phase).toBe("running");
  expect(run(opened, { kind: "taken_over" }, { kind: "told", phase: "running", epoch: 2 }).phase).toBe("moved");
  expect(run({ kind: "told", phase: "graded", epoch: 1 }, { kind: "taken_over" }).phase).toBe("graded");
});

test("being offline changes nothing else", () => {
  const away = run(opened, { kind: "unreachable" });
  expect(away).toEqual({ phase: "running", epoch: 1, isReachable: false });
  expect(step(away, { kind: "reached" }).isReachable).toBe(true);
  expect(step(away, { kind: "told", phase: "running", epoch: 1 }).isReachable).toBe(true);
});
