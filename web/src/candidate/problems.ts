// Every refusal in the candidate's words: what happened, then what was kept and what to do now.
import { type ErrorCode, NetworkError, ProblemError } from "../api/client";
import { type MessageKey, t } from "./messages";

export interface ProblemText {
  /** What happened. */
  title: string;
  /** What was kept, and what to do now. */
  next: string;
}

type Keys = readonly [title: MessageKey, next: MessageKey];

// A record over all codes: a new code of the server does not compile until it has words.
const texts: Record<ErrorCode, Keys> = {
  not_found: ["problem.not_found.title", "problem.not_found.next"],
  bad_request: ["problem.bad_request.title", "problem.bad_request.next"],
  too_large: ["problem.too_large.title", "problem.too_large.next"],
  cross_site_request: ["problem.cross_site_request.title", "problem.cross_site_request.next"],
  unknown_host: ["problem.unknown_host.title", "problem.unknown_host.next"],
  not_signed_in: ["problem.not_signed_in.title", "problem.not_signed_in.next"],
  wrong_credentials: ["problem.wrong_credentials.title", "problem.wrong_credentials.next"],
  too_many_tries: ["problem.too_many_tries.title", "problem.too_many_tries.next"],
  wrong_state: ["problem.wrong_state.title", "problem.wrong_state.next"],
  seat_code_wrong: ["problem.seat_code_wrong.title", "problem.seat_code_wrong.next"],
  seat_code_expired: ["problem.seat_code_expired.title", "problem.seat_code_expired.next"],
  seat_code_used: ["problem.seat_code_used.title", "problem.seat_code_used.next"],
  seat_code_other_seat: ["problem.seat_code_other_seat.title", "problem.seat_code_other_seat.next"],
  seat_locked: ["problem.seat_locked.title", "problem.seat_locked.next"],
  file_changed: ["problem.file_changed.title", "problem.file_changed.next"],
  file_refused: ["problem.file_refused.title", "problem.file_refused.next"],
  not_offered: ["problem.not_offered.title", "problem.not_offered.next"],
  labs_not_ready: ["problem.labs_not_ready.title", "problem.labs_not_ready.next"],
  stale_epoch: ["problem.stale_epoch.title", "problem.stale_epoch.next"],
  old_revision: ["problem.old_revision.title", "problem.old_revision.next"],
  revision_conflict: ["problem.revision_conflict.title", "problem.revision_conflict.next"],
  session_closed: ["problem.session_closed.title", "problem.session_closed.next"],
  late_response: ["problem.late_response.title", "problem.late_response.next"],
  unknown_entry: ["problem.unknown_entry.title", "problem.unknown_entry.next"],
  bad_response: ["problem.bad_response.title", "problem.bad_response.next"],
  missing_responses: ["problem.missing_responses.title", "problem.missing_responses.next"],
  bad_token: ["problem.bad_token.title", "problem.bad_token.next"],
  form_infeasible: ["problem.form_infeasible.title", "problem.form_infeasible.next"],
  lab_unavailable: ["problem.lab_unavailable.title", "problem.lab_unavailable.next"],
  already_decided: ["problem.already_decided.title", "problem.already_decided.next"],
  busy: ["problem.busy.title", "problem.busy.next"],
  internal: ["problem.internal.title", "problem.internal.next"],
};

function keysOf(error: unknown): Keys {
  if (error instanceof NetworkError) return ["problem.unreachable.title", "problem.unreachable.next"];
  // A server newer than this page may know a code that this page does not.
  if (error instanceof ProblemError) return texts[error.code] ?? texts.internal;
  return texts.internal;
}

export function problemText(error: unknown): ProblemText {
  const [title, next] = keysOf(error);
  return { title: t(title), next: t(next) };
}

/** A number beside the problem, such as `tries_left`. */
export function problemNumber(error: unknown, name: string): number | undefined {
  const value = error instanceof ProblemError ? error.problem[name] : undefined;
  return typeof value === "number" ? value : undefined;
}

export const isNotSignedIn = (error: unknown): boolean => error instanceof ProblemError && error.code === "not_signed_in";
