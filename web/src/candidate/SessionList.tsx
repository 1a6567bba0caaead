import type { Schemas } from "../api/client";
import { day, timeOfDay, utc } from "../messages/messages";
import { Badge, type BadgeTone } from "../ui/Badge";
import { t } from "./messages";
import { useTitle } from "./useTitle";

type Session = Schemas["SessionSummary"];

function badgeOf(session: Session): [BadgeTone, string] {
  if (session.state !== "graded") return [session.state === "running" ? "accent" : "neutral", t(`sessions.state.${session.state}`)];
  if (session.passed === true) return ["good", t("sessions.result.passed")];
  if (session.passed === false) return ["bad", t("sessions.result.not_passed")];
  return ["neutral", t("sessions.result.pending")];
}

/** All exams of the candidate. */
export function SessionList({ sessions, onOpen }: { sessions: Session[]; onOpen: (id: string) => void }) {
  useTitle(t("sessions.title"));
  return (
    <main className="page">
      <h1>{t("sessions.title")}</h1>
      {sessions.length === 0 && <p>{t("sessions.none")}</p>}
      <ul className="session-list">
        {sessions.map((session) => {
          const [tone, words] = badgeOf(session);
          return (
            <li key={session.session_id}>
              <a href={`/candidate/sessions/${session.session_id}`} onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                onOpen(session.session_id);
              }}>{session.exam_title}</a>
              <Badge tone={tone}>{words}</Badge>
              <span className="quiet small">
                {session.ended_at_ms ? <Moment text="sessions.ended" at={session.ended_at_ms} />
                  : session.started_at_ms ? <Moment text="sessions.started" at={session.started_at_ms} />
                  : t("sessions.length", { minutes: Math.round(session.time_limit_ms / 60_000) })}
              </span>
            </li>
          );
        })}
      </ul>
    </main>
  );
}

function Moment({ text, at }: { text: "sessions.ended" | "sessions.started"; at: number }) {
  return <time dateTime={new Date(at).toISOString()} title={utc(at)}>{t(text, { day: day(at), time: timeOfDay(at) })}</time>;
}
