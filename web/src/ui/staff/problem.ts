// A refusal in words: what happened, then what was kept and what to do now.
import { type ErrorCode, NetworkError, ProblemError } from "../../api/client";
import { type StaffMessageKey, t } from "./messages";

export interface ProblemText {
  title: string;
  next: string;
  /** Names the request in the server's log, when the fault is the server's. */
  requestId?: string;
}

type Keys = readonly [title: StaffMessageKey, next: StaffMessageKey];

// Codes that staff can meet and act upon; the others speak with the server's own title and detail.
const texts: Partial<Record<ErrorCode, Keys>> = {
  not_found: ["problem.not_found.title", "problem.not_found.next"],
  cross_site_request: ["problem.cross_site_request.title", "problem.cross_site_request.next"],
  not_signed_in: ["problem.not_signed_in.title", "problem.not_signed_in.next"],
  wrong_state: ["problem.wrong_state.title", "problem.wrong_state.next"],
  session_closed: ["problem.session_closed.title", "problem.session_closed.next"],
  already_decided: ["problem.already_decided.title", "problem.already_decided.next"],
  busy: ["problem.busy.title", "problem.busy.next"],
  internal: ["problem.internal.title", "problem.internal.next"],
};

export function problemText(error: unknown): ProblemText {
  if (error instanceof NetworkError) return { title: t("problem.unreachable.title"), next: t("problem.unreachable.next") };
  if (!(error instanceof ProblemError)) return { title: t("problem.internal.title"), next: t("problem.internal.next") };
  const { problem } = error;
  const keys = texts[problem.code];
  const words = keys ? { title: t(keys[0]), next: t(keys[1]) } : { title: problem.title, next: problem.detail ?? "" };
  return problem.code === "internal" ? { ...words, requestId: problem.request_id } : words;
}

export const isNotSignedIn = (error: unknown): boolean => error instanceof ProblemError && error.code === "not_signed_in";
