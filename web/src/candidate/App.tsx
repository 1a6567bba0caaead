import { useCallback, useEffect, useState } from "react";
import { get, post, type Schemas } from "../api/client";
import { useRoute } from "../ui/route";
import { Loading } from "./Loading";
import { t } from "./messages";
import { ProblemPage } from "./ProblemPage";
import { SessionList } from "./SessionList";
import { SessionPage } from "./SessionPage";

type Me = Schemas["Me"];

const ALL = "/all";
const sessionPath = (id: string) => `/sessions/${id}`;

/** The candidate's application. Whoever has one exam to sit comes straight to it. */
export function App() {
  const [path, go] = useRoute("/candidate");
  const [me, setMe] = useState<Me>();
  const [sessions, setSessions] = useState<Schemas["SessionSummary"][]>();
  const [error, setError] = useState<unknown>();

  const isList = !path.startsWith("/sessions/");
  const load = useCallback(async () => {
    setError(undefined);
    try {
      setMe(await get<Me>("/me?area=candidate"));
      if (isList) setSessions((await get<Schemas["Sessions"]>("/sessions")).sessions);
    } catch (caught) {
      setError(caught);
    }
  }, [isList]);
  useEffect(() => { void load(); }, [load]);

  const open = sessions?.filter((session) => session.state !== "submitted" && session.state !== "graded") ?? [];
  const only = open.length === 1 ? open[0] : sessions?.length === 1 ? sessions[0] : undefined;
  const straightTo = path === "/" ? only?.session_id : undefined;
  useEffect(() => { if (straightTo !== undefined) go(sessionPath(straightTo), "replace"); });

  const signOut = async () => {
    await post("/sign-out?area=candidate").catch(() => undefined);
    window.location.assign("/sign-in?area=candidate");
  };

  if (error !== undefined) return <ProblemPage error={error} onRetry={() => void load()} />;
  const id = /^\/sessions\/([\w-]+)/.exec(path)?.[1];
  const top = me && (
    <header className="app-top">
      <span className="app-name">{t("app.title")}</span>
      {id !== undefined && <button type="button" className="button quiet" onClick={() => go(ALL)}>{t("app.all_exams")}</button>}
      <span className="spacer" />
      <span className="quiet small">{t("app.signed_in_as", { name: me.name })}</span>
      <button type="button" className="button quiet" onClick={() => void signOut()}>{t("app.sign_out")}</button>
    </header>
  );
  if (id !== undefined) return me ? <SessionPage key={id} id={id} top={top} /> : <Loading />;
  if (!sessions || straightTo !== undefined) return <Loading />;
  return <>{top}<SessionList sessions={sessions} onOpen={(one) => go(sessionPath(one))} /></>;
}
