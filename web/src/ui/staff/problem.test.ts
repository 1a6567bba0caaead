import { describe, expect, test } from "vitest";
import { type ErrorCode, NetworkError, ProblemError } from "../../api/client";
import { isNotSignedIn, problemText } from "./problem";

const refusal = (code: ErrorCode, extra = {}) =>
  new ProblemError({ type: "about:blank", title: "The server's title", status: 400, code, detail: "the server's detail", request_id: "r1", ...extra });

describe("problemText", () => {
  test("speaks by code", () => expect(problemText(refusal("already_decided")).title).toBe("Somebody has decided this already"));
  test("falls back to what the server says", () =>
    expect(problemText(refusal("bad_request"))).toEqual({ title: "The server's title", next: "the server's detail" }));
  test("names the request only when the fault is the server's", () => {
    expect(problemText(refusal("internal")).requestId).toBe("r1");
    expect(problemText(refusal("busy")).requestId).toBeUndefined();
  });
  test("tells an unreachable server from a refusal", () =>
    expect(problemText(new NetworkError("down")).title).toBe("The server was not reached"));
});

test("only a missing sign-in leads to the sign-in page", () => {
  expect(isNotSignedIn(refusal("not_signed_in"))).toBe(true);
  expect(isNotSignedIn(refusal("not_found"))).toBe(false);
});
