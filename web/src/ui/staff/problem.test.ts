import { describe, expect, test } from "vitest";
import { type ErrorCode, NetworkError, ProblemError } from "../../api/client";
import { isNotSignedIn, problemText } from "./problem";

const refusal = (code: ErrorCode, extra = {}) =>
  new ProblemError({ type: "about:blank", title: "The server's title", status: 400, code, detail: "the server's detail", ...extra });

describe("problemText", () => {
  test("speaks by code", () => expect(problemText(refusal("already_decided")).title).toBe("Somebody has decided this already"));
  test("falls back to what the server says", () =>
    expect(problemText(refusal("bad_request"))).toEqual({ title: "The server's title", next: "the server's detail" }));
  test("keeps the request id for support", () => expect(problemText(refusal("internal", { request_id: "r1" })).requestId).toBe("r1"));
  test("tells an unreachable server from a refusal", () =>
    expect(problemText(new NetworkError("down")).title).toBe("The server was not reached"));
});

test("only a missing sign-in leads to the sign-in page", () => {
  expect(isNotSignedIn(refusal("not_signed_in"))).toBe(true);
  expect(isNotSignedIn(refusal("not_found"))).toBe(false);
});
