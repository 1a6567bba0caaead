import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { percent } from "../../messages/messages";
import { type MessageKey, t } from "../messages";
import { Problem } from "../ProblemPage";
import { useTitle } from "../useTitle";
import { Rehearsal } from "./Rehearsal";
import { StartForm } from "./StartForm";

interface Props {
  session: Schemas["SessionView"];
  /** Why the newest state is not known. */
  error: unknown;
  onStarted: (started: Schemas["Started"]) => void;
  onChanged: () => void;
}

const RULES: MessageKey[] = ["rules.clock", "rules.order", "rules.saved", "rules.labs", "rules.one", "rules.end"];
const RECORDED: MessageKey[] = ["recorded.answers", "recorded.terminal", "recorded.sign_ins"];

/** Before the exam: what comes, whether everything is ready, and the way in. */
export function WaitingRoom({ session, error, onStarted, onChanged }: Props) {
  useTitle(t("waiting.title"));
  const minutes = Math.round(session.time_limit_ms / 60_000);
  return (
    <main className="page">
      <h1>{t("waiting.title")}</h1>
      {error !== undefined && <Problem error={error}><p>{t("waiting.offline")}</p></Problem>}
      <div className="waiting">
        <section aria-label={t("waiting.exam")} className="waiting-about">
          <dl className="facts">
            <Fact name={t("waiting.candidate")}>{session.candidate_name}</Fact>
            <Fact name={t("waiting.exam")}>{session.exam_title}</Fact>
            <Fact name={t("waiting.length")}>{t("sessions.length", { minutes })}</Fact>
            <Fact name={t("waiting.place")}>{t("waiting.room_seat", { room: session.room_name, seat: session.seat_label })}</Fact>
            <Fact name={t("waiting.cut")}>{t("waiting.cut_text", { percent: percent(session.cut_score_percent) })}</Fact>
          </dl>
          <Sections sections={session.sections} />
        </section>
        {session.state === "waiting" ? <StartForm session={session} onStarted={onStarted} onChanged={onChanged} /> : <p role="status">{t("waiting.entering")}</p>}
      </div>
      <div className="waiting">
        <section>
          <h2>{t("rules.title")}</h2>
          <ul>{RULES.map((key) => <li key={key}>{t(key)}</li>)}</ul>
        </section>
        <section>
          <h2>{t("recorded.title")}</h2>
          <ul>{RECORDED.map((key) => <li key={key}>{t(key)}</li>)}</ul>
          <p>{t("recorded.until")}</p>
        </section>
      </div>
      <Rehearsal sessionId={session.session_id} />
    </main>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function Sections({ sections }: { sections: Schemas["SectionSummary"][] }) {
  return (
    <table className="sections">
      <caption className="visually-hidden">{t("waiting.sections")}</caption>
      <thead>
        <tr>{(["section", "content", "weight", "minimum"] as const).map((key) => <th key={key} scope="col">{t(`waiting.${key}`)}</th>)}</tr>
      </thead>
      <tbody>
        {sections.map((section) => (
          <tr key={section.id}>
            <th scope="row">{section.title}</th>
            <td>{t(`waiting.count.${section.kind}`, { count: section.count })}</td>
            <td>{percent(section.weight_percent)}</td>
            <td>{percent(section.minimum_percent)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
