import { expect, test } from "vitest";
import { keyCommand, type KeyPress, neighbor, overview, toggled } from "./navigation";

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, altKey: false, metaKey: false, focus: "page", ...change });

test("neighbors end at the ends", () => {
  const ids = ["i01", "i02", "t01"];
  expect(neighbor(ids, "i01", "next")).toBe("i02");
  expect(neighbor(ids, "t01", "next")).toBeUndefined();
  expect(neighbor(ids, "i01", "previous")).toBeUndefined();
  expect(neighbor(ids, "gone", "next")).toBe("i01");
});

test.each([
  ["n", { kind: "step", step: "next" }],
  ["p", { kind: "step", step: "previous" }],
  ["ArrowRight", { kind: "step", step: "next" }],
  ["ArrowLeft", { kind: "step", step: "previous" }],
  ["f", { kind: "flag" }],
  ["g", { kind: "palette" }],
  ["?", { kind: "help" }],
  ["1", { kind: "choose", index: 0 }],
  ["9", { kind: "choose", index: 8 }],
  ["0", undefined],
  ["x", undefined],
])("%s on the page", (key, expected) => {
  expect(keyCommand(press(key))).toEqual(expected);
});

test("text fields keep all keys, choices keep the arrows, and shortcuts of the browser stay its own", () => {
  expect(keyCommand(press("n", { focus: "text" }))).toBeUndefined();
  expect(keyCommand(press("ArrowRight", { focus: "choice" }))).toBeUndefined();
  expect(keyCommand(press("n", { focus: "choice" }))).toEqual({ kind: "step", step: "next" });
  expect(keyCommand(press("f", { ctrlKey: true }))).toBeUndefined();
  expect(keyCommand(press("ArrowLeft", { altKey: true }))).toBeUndefined();
});

test("choosing", () => {
  expect(toggled(["a"], "b", true)).toEqual(["b"]);
  expect(toggled(["a"], "b", false)).toEqual(["a", "b"]);
  expect(toggled(["a", "b"], "a", false)).toEqual(["b"]);
});

test("the overview lists what is open", () => {
  const marks = new Map([
    ["i01", { isAnswered: true, isFlagged: true, isSeen: true }],
    ["i02", { isAnswered: false, isFlagged: false, isSeen: false }],
  ]);
  expect(overview(marks)).toEqual({ unanswered: ["i02"], flagged: ["i01"] });
});
