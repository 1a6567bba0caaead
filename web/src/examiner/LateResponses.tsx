import { get, type Schemas } from "../api/client";
import { day, duration, timeOfDay, utc } from "../messages/messages";
import { Heading } from "../ui/staff/Heading";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { Loading } from "../ui/staff/Shell";
import { useAsked } from "../ui/staff/useAsked";
import { t } from "./messages";

export function LateResponses() {
  const { data, error, refresh } = useAsked(() => get<Schemas["LateResponses"]>("/late-responses"), "late");
  return (
    <>
      <Heading title={t("late.title")} />
      {error !== undefined && <ProblemBanner error={error} onRetry={() => void refresh()} />}
      {!data && error === undefined && <Loading />}
      {data?.responses.length === 0 && <p>{t("late.empty")}</p>}
      {data && data.responses.length > 0 && (
        <>
          <p>{t("late.what")}</p>
          <div className="wide" role="region" aria-label={t("late.title")} tabIndex={0}>
            <table className="small">
              <thead>
                <tr>
                  <th scope="col">{t("broken.candidate")}</th>
                  <th scope="col">{t("late.entry")}</th>
                  <th scope="col">{t("late.received")}</th>
                  <th scope="col">{t("late.client")}</th>
                  <th scope="col" className="number">{t("late.by")}</th>
                </tr>
              </thead>
              <tbody>
                {data.responses.map((response) => (
                  <tr key={`${response.session_id}/${response.entry_id}/${response.received_at_ms}`}>
                    <th scope="row">{response.candidate_name}</th>
                    <td><code>{response.entry_id}</code></td>
                    <td><Instant ms={response.received_at_ms} /></td>
                    <td>{response.client_at_ms == null ? t("late.unknown") : <Instant ms={response.client_at_ms} />}</td>
                    <td className="number">{lateness(response.late_by_ms)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </>
  );
}

function Instant({ ms }: { ms: number }) {
  return <time dateTime={new Date(ms).toISOString()} title={utc(ms)}>{day(ms)}, {timeOfDay(ms)}</time>;
}

/** Seconds below a minute, as `m:ss` with its unit above. */
const lateness = (ms: number): string =>
  ms < 60_000 ? t("item.seconds", { n: Math.ceil(ms / 1000) }) : `${duration(ms)} ${ms < 3_600_000 ? "min" : "h"}`;
