import { Download } from "lucide-react";
import { useEffect, useRef } from "react";
import { get, type Schemas } from "../../api/client";
import { timeOfDay, utc } from "../../messages/messages";
import { Banner } from "../../ui/Banner";
import { usePolled } from "../../ui/usePolled";
import { t } from "../messages";
import { Problem } from "../ProblemPage";
import { useTitle } from "../useTitle";
import { ResultView } from "./ResultView";
import { useFinished } from "./useFinished";

const PENDING_EVERY_MS = 3_000;
const RELEASED_EVERY_MS = 60_000;

/** After the exam: the receipt at once, the result as soon as there is one. */
export function EndedPage({ session }: { session: Schemas["SessionView"] }) {
  const id = session.session_id;
  const finished = useFinished(id, session.epoch);
  const { data: result, error } = usePolled(() => get<Schemas["SessionResult"]>(`/sessions/${id}/result`), PENDING_EVERY_MS, id, (one) =>
    one.state === "released" && (one.passed !== true || one.certificate) ? RELEASED_EVERY_MS : PENDING_EVERY_MS);
  const isReleased = result?.state === "released";
  const title = !isReleased ? t("ended.title") : t(result.passed ? "result.passed" : "result.not_passed");
  useTitle(title);
  const heading = useRef<HTMLHeadingElement>(null);
  // The exam page is gone, and with it what had the focus.
  useEffect(() => heading.current?.focus(), []);
  return (
    <main className="page ended">
      <p className="quiet over-title">{session.exam_title}</p>
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      {error !== undefined && <Problem error={error} />}
      {isReleased ? <ResultView result={result} /> : (
        <Banner tone="info">
          <p><strong>{t("ended.checking")}</strong></p>
          <p>{t("ended.checking_text")} {t("ended.person")}</p>
        </Banner>
      )}
      <section>
        <h2>{t("ended.receipt")}</h2>
        <p>
          {session.end_reason && t(`ended.reason.${session.end_reason}`)}{" "}
          {finished && <time dateTime={new Date(finished.ended_at_ms).toISOString()} title={utc(finished.ended_at_ms)}>{t("ended.at", { time: timeOfDay(finished.ended_at_ms) })}.</time>}{" "}
          {t("ended.kept")}
        </p>
        {finished && <p>{t("ended.answered", { answered: finished.answered, total: finished.total })} <code className="receipt">{finished.receipt}</code></p>}
        <p>{t("ended.receipt_text")}</p>
        <a className="button" href={`/api/v1/sessions/${id}/receipt`} download>
          <Download size={18} aria-hidden="true" /> {t("ended.receipt_link")}
        </a>
      </section>
      {isReleased && (
        <section>
          <h2>{t("result.appeal")}</h2>
          <p>{t("result.appeal_text")}</p>
        </section>
      )}
    </main>
  );
}
