import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

test("the types are those of openapi.json; otherwise run `npm run api`", { timeout: 60_000 }, () => {
  const check = () => execFileSync("node_modules/.bin/openapi-typescript", ["openapi.json", "-o", "src/api/schema.ts", "--check"], { stdio: "pipe" });
  expect(check).not.toThrow();
});
