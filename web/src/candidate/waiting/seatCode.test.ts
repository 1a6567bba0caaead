import { expect, test } from "vitest";
import { grouped, normalized } from "./seatCode";

test.each([
  ["7KQ2M-X4ZDA", "7KQ2M-X4ZDA"],
  ["7kq2mx4zda", "7KQ2M-X4ZDA"],
  [" 7kq2m x4zda ", "7KQ2M-X4ZDA"],
  ["oil", "011"],
  ["7KQ2M", "7KQ2M"],
  ["7KQ2MX", "7KQ2M-X"],
  ["7KQ2M-X4ZDA-more", "7KQ2M-X4ZDA"],
  ["u!?", ""],
])("%s is shown as %s", (typed, shown) => expect(grouped(typed)).toBe(shown));

test("is sent without the dash", () => expect(normalized("7KQ2M-X4ZDA")).toBe("7KQ2MX4ZDA"));
