import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from "react";
import { get, post, ProblemError, type Schemas } from "../api/client";
import { EndedPage } from "./ended/EndedPage";
import { Loading } from "./Loading";
import { ProblemPage } from "./ProblemPage";
import { WaitingRoom } from "./waiting/WaitingRoom";

type View = Schemas["SessionView"];

const WAITING_EVERY_MS = 3_000;

/** The exam page, with its catalogue. It loads while the candidate waits. */
const loadExam = async () => {
  const [page, { chooseExamLanguage }] = await Promise.all([import("./exam/Exam"), import("./exam/messages")]);
  await chooseExamLanguage();
  return page;
};
const Exam = lazy(loadExam);

/** One session, from the waiting room to the result; which screen it is only the server's state says. */
export function SessionPage({ id, top }: { id: string; top: ReactNode }) {
  const [view, setView] = useState<View>();
  const [started, setStarted] = useState<Schemas["Started"]>();
  const [error, setError] = useState<unknown>();
  const ask = useCallback(async () => {
    try {
      const next = await get<View>(`/sessions/${id}`, { signal: AbortSignal.timeout(8_000) });
      setView(next.state === "registered" ? await post<View>(`/sessions/${id}/enter`) : next);
      setError(undefined);
    } catch (caught) {
      setError(caught);
    }
  }, [id]);
  useEffect(() => { void ask(); }, [ask]);

  // The exam page asks by itself, and the end changes no more.
  const isWaiting = !started && (view === undefined || view.state === "registered" || view.state === "waiting");
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setInterval(() => { if (!document.hidden) void ask(); }, WAITING_EVERY_MS);
    return () => clearInterval(timer);
  }, [isWaiting, ask]);
  useEffect(() => { if (isWaiting) loadExam().catch(() => undefined); }, [isWaiting]);
  const onEnded = useCallback(() => {
    setStarted(undefined);
    void ask();
  }, [ask]);

  // A page that stands is better than a page about a fault that may pass.
  if (!view || (error instanceof ProblemError && error.code === "not_signed_in" && !started)) {
    return error === undefined ? <Loading /> : <ProblemPage error={error} onRetry={() => { setError(undefined); void ask(); }} />;
  }
  if (started || view.state === "running") {
    return (
      <Suspense fallback={<Loading />}>
        <Exam session={view} {...(started ? { started } : {})} onEnded={onEnded} />
      </Suspense>
    );
  }
  if (view.state === "submitted" || view.state === "graded") return <>{top}<EndedPage session={view} /></>;
  return <>{top}<WaitingRoom session={view} error={error} onStarted={setStarted} onChanged={() => void ask()} /></>;
}
