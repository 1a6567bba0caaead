import { Clock, CircleCheck, CirclePlay, FlaskConicalOff, type LucideIcon, Lock, UserRoundX, Hourglass, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { duration } from "../messages/messages";
import { Badge, type BadgeTone } from "../ui/Badge";
import { Link, type Go } from "../ui/staff/Link";
import { t } from "./messages";
import { PREFIX } from "./prefix";
import { type Seat, type Standing, standingOf } from "./standing";
import { age } from "./words";

export type Action = "reveal" | "extend" | "end" | "timeline";

const looks: Record<Standing, [BadgeTone, LucideIcon]> = {
  locked: ["bad", Lock],
  lost: ["bad", Unplug],
  lab_failed: ["bad", FlaskConicalOff],
  waiting: ["warn", Hourglass],
  running: ["accent", CirclePlay],
  registered: ["neutral", UserRoundX],
  submitted: ["neutral", Clock],
  graded: ["good", CircleCheck],
};

interface Props {
  seat: Seat;
  /** How long ago the server described the seat. */
  sinceMs: number;
  serverNowMs: number;
  roomId: string;
  go: Go;
  onAction: (action: Action) => void;
}

/** One candidate at one seat. Ages and remaining time go on between two answers of the server. */
export function SeatCard({ seat, sinceMs, serverNowMs, roomId, go, onAction }: Props) {
  const standing = standingOf(seat);
  const [tone, Icon] = looks[standing];
  const isOpen = seat.state === "registered" || seat.state === "waiting" || seat.state === "running";
  const nameId = `seat-${seat.seat_id}-name`;
  const button = (action: Action, look = "") => (
    <button type="button" id={`seat-${seat.seat_id}-${action}`} className={`button ${look}`} aria-label={t(`action.${action}_for`, { name: seat.candidate_name })} onClick={() => onAction(action)}>
      {t(`action.${action}`)}
    </button>
  );
  return (
    <li>
      <article className={`seat ${tone === "bad" ? "is-incident" : ""}`} aria-labelledby={nameId}>
        <header>
          <h2 id={nameId}>{seat.candidate_name}</h2>
          <span className="quiet small">{t("seat.label", { label: seat.label })}</span>
        </header>
        <p><Badge tone={tone}><Icon size={14} aria-hidden="true" />{words(standing, seat, sinceMs)}</Badge></p>
        <dl className="facts">
          {seat.state === "running" && <Fact title={t("seat.remaining")}><b className="seat-time">{remaining(seat, sinceMs)}</b></Fact>}
          <Fact title={t("seat.answered")}>{t("seat.answered_of", { answered: seat.answered, total: seat.total })}</Fact>
          {seat.state === "running" && <Fact title={t("seat.last_saved")}>{ago(seat.last_ack_ms_ago, sinceMs)}</Fact>}
          {(seat.state === "running" || seat.state === "waiting") && <Fact title={t("seat.last_seen")}>{ago(seat.last_seen_ms_ago, sinceMs)}</Fact>}
          {isOpen && seat.state !== "running" && <Fact title={t("seat.code")}>{codeWords(seat, serverNowMs)}</Fact>}
          {seat.labs.length > 0 && isOpen && (
            <Fact title={t("seat.labs")}>
              <Labs labs={seat.labs} />
            </Fact>
          )}
          {seat.adjustments_ms !== 0 && <Fact title={t("seat.adjustment")}>{t("seat.minutes", { minutes: Math.round(seat.adjustments_ms / 60_000) })}</Fact>}
          {seat.end_reason && <Fact title={t("seat.ended_by")}>{t(`end.${seat.end_reason}`)}</Fact>}
        </dl>
        <div className="seat-actions">
          {isOpen && button("reveal", seat.state === "waiting" ? "primary" : "")}
          {isOpen && button("extend")}
          {button("timeline")}
          {seat.labs.length > 0 && seat.state !== "registered" && (
            <Link prefix={PREFIX} to={`/rooms/${roomId}/seats/${seat.seat_id}/recording`} go={go} className="button" aria-label={t("action.recording_for", { name: seat.candidate_name })}>{t("action.recording")}</Link>
          )}
          {isOpen && button("end", "danger")}
        </div>
      </article>
    </li>
  );
}

/** How many are ready; only the others by name. */
function Labs({ labs }: { labs: Seat["labs"] }) {
  const others = labs.filter((lab) => lab.state !== "ready");
  return (
    <>
      {t("seat.labs_ready", { ready: labs.length - others.length, total: labs.length })}
      <ul className="plain-list">
        {others.map((lab) => <li key={lab.entry_id} className={lab.state === "failed" ? "failed" : undefined}>{lab.title}: {t(`lab.${lab.state}`)}</li>)}
      </ul>
    </>
  );
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return <><dt>{title}</dt><dd>{children}</dd></>;
}

function words(standing: Standing, seat: Seat, sinceMs: number): string {
  if (standing !== "lost") return t(`standing.${standing}`);
  return seat.last_seen_ms_ago == null ? t("standing.lost_unknown") : t("standing.lost", { age: age(seat.last_seen_ms_ago + sinceMs) });
}

function remaining(seat: Seat, sinceMs: number): string {
  const left = (seat.remaining_ms ?? 0) - sinceMs;
  return left > 0 ? duration(left) : t("seat.time_over");
}

const ago = (ms: number | null | undefined, sinceMs: number): string => (ms == null ? t("seat.never") : t("seat.ago", { age: age(ms + sinceMs) }));

function codeWords(seat: Seat, serverNowMs: number): string {
  const { state, expires_at_ms } = seat.code;
  return state === "revealed" ? t("code.revealed", { time: duration((expires_at_ms ?? serverNowMs) - serverNowMs) }) : t(`code.${state}`);
}
