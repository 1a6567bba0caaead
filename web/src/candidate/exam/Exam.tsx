import { useCallback, useEffect, useState } from "react";
import { get, post, ProblemError, type Schemas } from "../../api/client";
import { Hold } from "../../core/hold";
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
  const [hold] = useState(() => new Hold(session.session_id, () => setState({ kind: "moved" })));
  const load = useCallback(async () => {
    try {
      const path = `/sessions/${session.session_id}`;
      const isFree = await hold.take(false);
      const paper = isFree
        ? await get<Schemas["Paper"]>(`${path}/paper`)
        : (await post<Schemas["Started"]>(`${path}/take-over`)).paper;
      setState({ kind: "sitting", paper });
    } catch (error) {
      const code = error instanceof ProblemError ? error.code : undefined;
      if (code === "session_closed") onEnded();
      else setState(code === "stale_epoch" || code?.startsWith("seat_") ? { kind: "moved" } : { kind: "failed", error });
    }
  }, [session.session_id, hold, onEnded]);
  const isLoading = state.kind === "loading";
  useEffect(() => { if (isLoading) void load(); }, [isLoading, load]);
  // Whoever has just started or taken over has it, whatever other tab had it before.
  const isSitting = state.kind === "sitting";
  useEffect(() => { if (isSitting) void hold.take(true); }, [isSitting, hold]);
  useEffect(() => () => hold.release(), [hold]);

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
