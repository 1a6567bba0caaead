import { expect, test } from "vitest";
import { practiceNext } from "./practiceNext";

test("names what was below the cut, the lowest first, and nothing that was not asked", () => {
  const domains = [
    { id: "git", title: "Git", theory_percent: 80, practice_percent: 60 },
    { id: "shell", title: "Shell", theory_percent: 90 },
    { id: "builds", title: "Builds", theory_percent: 20, practice_percent: null },
    { id: "networking", title: "Networking", theory_percent: 70, practice_percent: 70 },
  ];
  expect(practiceNext(domains, 70)).toEqual([
    { title: "Builds", weak: [{ part: "theory", percent: 20 }] },
    { title: "Git", weak: [{ part: "practice", percent: 60 }] },
  ]);
});
