import { CircleCheck, Hourglass } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { post, ProblemError, type Schemas } from "../../api/client";
import { t } from "../messages";
import { Problem } from "../ProblemPage";
import { problemNumber } from "../problems";
import { CODE_LENGTH, grouped, normalized } from "./seatCode";

interface Props {
  session: Schemas["SessionView"];
  onStarted: (started: Schemas["Started"]) => void;
  onChanged: () => void;
}

/** The seat code and the start. It says in words what is still missing. */
export function StartForm({ session, onStarted, onChanged }: Props) {
  const [code, setCode] = useState("");
  const [error, setError] = useState<unknown>();
  const [isShort, setIsShort] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const { labs_ready: ready, labs_failed: failed, labs_total: total } = session;
  const isReady = session.is_prepared && ready === total;

  // After a refusal the code is at hand to be changed.
  useEffect(() => { if (error !== undefined || isShort) field.current?.focus(); }, [error, isShort]);

  const start = async (event: FormEvent) => {
    event.preventDefault();
    setError(undefined);
    const seatCode = normalized(code);
    setIsShort(seatCode.length < CODE_LENGTH);
    if (seatCode.length < CODE_LENGTH) return;
    setIsBusy(true);
    try {
      onStarted(await post<Schemas["Started"]>(`/sessions/${session.session_id}/start`, { seat_code: seatCode }));
    } catch (caught) {
      setError(caught);
      setIsBusy(false);
      // Started in another tab, or something else changed meanwhile.
      if (caught instanceof ProblemError && caught.code === "wrong_state") onChanged();
    }
  };
  const triesLeft = problemNumber(error, "tries_left");
  return (
    <form className="start-form" onSubmit={(event) => void start(event)}>
      <h2>{t("start.code_title")}</h2>
      <p>{t("start.code_text")}</p>
      <div className="field">
        <label htmlFor="seat-code">{t("start.code")}</label>
        <input
          ref={field}
          id="seat-code"
          className="seat-code"
          type="text"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          aria-invalid={isShort || error !== undefined}
          aria-describedby="seat-code-hint seat-code-error"
          value={code}
          onChange={(event) => setCode(grouped(event.target.value))}
        />
        <span id="seat-code-hint" className="quiet small">{t("start.code_hint")}</span>
        <span id="seat-code-error" className="error small" role="alert">{isShort && t("start.code_short", { count: normalized(code).length })}</span>
      </div>
      {error !== undefined && <Problem error={error}>{triesLeft !== undefined && <p>{t("start.tries_left", { count: triesLeft })}</p>}</Problem>}
      <p className="readiness" role="status">
        {isReady ? <CircleCheck size={18} aria-hidden="true" /> : <Hourglass size={18} aria-hidden="true" />}
        <span>
          {!session.is_prepared ? t("start.preparing")
            : failed > 0 ? t("start.labs_failed")
            : !isReady ? `${t("start.labs", { ready, total })}. ${t("start.labs_wait")}`
            : t("start.ready")}
        </span>
      </p>
      <button type="submit" className="button primary" disabled={!isReady || isBusy}>{t(isBusy ? "start.starting" : "start.button")}</button>
    </form>
  );
}
