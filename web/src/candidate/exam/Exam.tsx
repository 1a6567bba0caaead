import { useCallback, useEffect, useState } from "react";
import { get, ProblemError, type Schemas } from "../../api/client";
import { Banner } from "../../ui/Banner";
import { problemText } from "../problems";
import { t } from "./messages";
import { Moved } from "./Moved";
import { Sitting } from "./Sitting";
import "./exam.css";

export interface ExamProps {
  session: Schemas["SessionView"];
  /** The paper of a session that was started here a moment ago; otherwise it is fetched. */
  started?: Schemas["Started"];
  onEnded: () => void;
}

type State = { kind: "loading" } | { kind: "sitting"; paper: Schemas["Paper"] } | { kind: "moved" } | { kind: "failed"; error: unknown };

/** The exam: one page that never reloads. */
export function Exam({ session, started, onEnded }: ExamProps) {
  const [state, setState] = useState<State>(() => (started ? { kind: "sitting", paper: started.paper } : { kind: "loading" }));
  const load = useCallback(async () => {
    try {
      setState({ kind: "sitting", paper: await get<Schemas["Paper"]>(`/sessions/${session.session_id}/paper`) });
    } catch (error) {
      const code = error instanceof ProblemError ? error.code : undefined;
      if (code === "session_closed") onEnded();
      else setState(code === "stale_epoch" ? { kind: "moved" } : { kind: "failed", error });
    }
  }, [session.session_id, onEnded]);
  const isLoading = state.kind === "loading";
  useEffect(() => { if (isLoading) void load(); }, [isLoading, load]);

  switch (state.kind) {
    case "loading":
      return <main className="page" aria-busy="true"><p role="status">{t("exam.loading")}</p></main>;
    case "failed": {
      const { title, next } = problemText(state.error);
      return (
        <main className="page">
          <h1>{session.exam_title}</h1>
          <Banner tone="bad" isUrgent><p><strong>{title}</strong></p><p>{next}</p></Banner>
          <button type="button" className="button primary" onClick={() => setState({ kind: "loading" })}>{t("exam.try_again")}</button>
        </main>
      );
    }
    case "moved":
      return <Moved session={session} onTaken={(taken) => setState({ kind: "sitting", paper: taken.paper })} onEnded={onEnded} />;
    case "sitting":
      return <Sitting key={state.paper.epoch} session={session} paper={state.paper} onMoved={() => setState({ kind: "moved" })} onEnded={onEnded} />;
  }
}

export default Exam;
