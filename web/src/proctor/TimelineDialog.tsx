import { get, type Schemas } from "../api/client";
import { timeOfDay, utc } from "../messages/messages";
import { t as tStaff } from "../ui/staff/messages";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { Loading } from "../ui/staff/Shell";
import { StaffDialog } from "../ui/staff/StaffDialog";
import { usePolled } from "../ui/usePolled";
import { t } from "./messages";
import { type SeatDialogProps, seatPath } from "./SeatDialog";
import { age } from "./words";

/** What happened at the seat, on the server's clock. */
export function TimelineDialog({ roomId, seat, onClose }: SeatDialogProps) {
  const path = `${seatPath(roomId, seat)}/timeline`;
  const { data, error, refresh } = usePolled(() => get<Schemas["Timeline"]>(path), 5000, path);
  return (
    <StaffDialog title={t("timeline.title", { name: seat.candidate_name })} onClose={onClose}>
      {error !== undefined && <ProblemBanner error={error} onRetry={() => void refresh()} />}
      {!data && error === undefined && <Loading />}
      {data?.events.length === 0 && <p>{t("timeline.none")}</p>}
      {data && data.events.length > 0 && (
        <div className="timeline" role="region" aria-label={t("timeline.caption")} tabIndex={0}>
          <table>
            <caption className="quiet small">{t("timeline.caption")}</caption>
            <thead><tr><th scope="col">{t("timeline.time")}</th><th scope="col" className="number">{t("timeline.since")}</th><th scope="col">{t("timeline.event")}</th></tr></thead>
            <tbody>
              {data.events.map((event, index) => {
                const before = data.events[index - 1];
                return (
                  <tr key={`${event.at_ms}-${index}`}>
                    <td><time dateTime={new Date(event.at_ms).toISOString()} title={utc(event.at_ms)}>{timeOfDay(event.at_ms)}</time></td>
                    <td className="number quiet">{before ? `+${age(event.at_ms - before.at_ms)}` : ""}</td>
                    <td>{event.text}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      <div className="dialog-actions"><button type="button" className="button" onClick={onClose}>{tStaff("close")}</button></div>
    </StaffDialog>
  );
}
