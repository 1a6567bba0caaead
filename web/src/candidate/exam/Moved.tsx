import { type FormEvent, useState } from "react";
import { post, ProblemError, type Schemas } from "../../api/client";
import { Banner } from "../../ui/Banner";
import { problemText } from "../problems";
import { t } from "./messages";

interface Props {
  session: Schemas["SessionView"];
  onTaken: (taken: Schemas["Started"]) => void;
  onEnded: () => void;
}

/** The exam goes on elsewhere. It can be taken over; from another sign-in only with a seat code. */
export function Moved({ session, onTaken, onEnded }: Props) {
  const [needsCode, setNeedsCode] = useState(false);
  const [code, setCode] = useState("");
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const takeOver = async (event: FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    try {
      onTaken(await post<Schemas["Started"]>(`/sessions/${session.session_id}/take-over`, needsCode ? { seat_code: code.trim() } : {}));
    } catch (caught) {
      const problem = caught instanceof ProblemError ? caught.code : undefined;
      if (problem === "session_closed") onEnded();
      const asksForCode = problem?.startsWith("seat_") ?? false;
      // The first refusal only tells that a code is needed: nobody has made a mistake yet.
      setError(asksForCode && !needsCode ? undefined : caught);
      if (asksForCode) setNeedsCode(true);
      setIsBusy(false);
    }
  };
  const problem = error === undefined ? undefined : problemText(error);
  return (
    <main className="page">
      <h1>{t("moved.title")}</h1>
      <p>{t("moved.kept")}</p>
      <form onSubmit={(event) => void takeOver(event)} className="stack">
        {needsCode && (
          <div className="field">
            <label htmlFor="take-over-code">{t("moved.code")}</label>
            <span className="quiet small" id="take-over-hint">{t("moved.code_hint")}</span>
            <input id="take-over-code" type="text" autoComplete="off" autoCapitalize="characters" spellCheck={false} required
              aria-describedby="take-over-hint" value={code} onChange={(event) => setCode(event.target.value)} />
          </div>
        )}
        {problem && <Banner tone="bad" isUrgent><p><strong>{problem.title}</strong></p><p>{problem.next}</p></Banner>}
        <button type="submit" className="button primary" disabled={isBusy}>{t("moved.take_over")}</button>
      </form>
    </main>
  );
}
