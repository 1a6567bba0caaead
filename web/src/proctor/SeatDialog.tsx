import { useState } from "react";
import { post } from "../api/client";
import { duration } from "../messages/messages";
import { ReasonDialog } from "../ui/staff/ReasonDialog";
import { t } from "./messages";
import { RevealDialog } from "./RevealDialog";
import type { Action } from "./SeatCard";
import { minutesFrom, type Seat } from "./standing";
import { TimelineDialog } from "./TimelineDialog";

export interface SeatDialogProps {
  roomId: string;
  seat: Seat;
  sinceMs: number;
  serverNowMs: number;
  refresh: () => Promise<void>;
  onClose: () => void;
}

export function SeatDialog({ action, ...props }: SeatDialogProps & { action: Action }) {
  switch (action) {
    case "reveal": return <RevealDialog {...props} />;
    case "extend": return <ExtendDialog {...props} />;
    case "end": return <EndDialog {...props} />;
    case "timeline": return <TimelineDialog {...props} />;
  }
}

export const seatPath = (roomId: string, seat: Seat): string => `/rooms/${roomId}/seats/${seat.seat_id}`;

function ExtendDialog({ roomId, seat, sinceMs, refresh, onClose }: SeatDialogProps) {
  const [text, setText] = useState("5");
  const [isWrong, setIsWrong] = useState(false);
  const minutes = minutesFrom(text);
  const name = seat.candidate_name;
  const check = () => {
    setIsWrong(minutes === undefined);
    if (minutes === undefined) document.getElementById("extend-minutes")?.focus();
    return minutes !== undefined;
  };
  const send = async (reason: string) => {
    await post(`${seatPath(roomId, seat)}/extend`, { minutes, reason });
    await refresh();
  };
  return (
    <ReasonDialog title={t("extend.title", { name })} action={t("extend.action")} check={check} onConfirm={send} onClose={onClose}>
      <div className="field">
        <label htmlFor="extend-minutes">{t("extend.minutes")}</label>
        <input
          id="extend-minutes"
          className="minutes"
          type="text"
          inputMode="numeric"
          required
          value={text}
          aria-invalid={isWrong}
          aria-describedby="extend-hint"
          onChange={(event) => { setText(event.target.value); setIsWrong(false); }}
        />
        <p id="extend-hint" className={`small ${isWrong ? "error" : "quiet"}`} role={isWrong ? "alert" : undefined}>{t(isWrong ? "extend.minutes_wrong" : "extend.minutes_hint")}</p>
      </div>
      {minutes !== undefined && <p><output htmlFor="extend-minutes">{effect(seat, sinceMs, minutes)}</output></p>}
    </ReasonDialog>
  );
}

function effect(seat: Seat, sinceMs: number, minutes: number): string {
  if (seat.state !== "running" || seat.remaining_ms == null) return t("extend.effect_before", { name: seat.candidate_name, minutes });
  const left = Math.max(0, seat.remaining_ms - sinceMs);
  return t("extend.effect", { time: duration(left + minutes * 60_000), now: duration(left) });
}

function EndDialog({ roomId, seat, refresh, onClose }: SeatDialogProps) {
  const { candidate_name: name, answered, total } = seat;
  const send = async (reason: string) => {
    await post(`${seatPath(roomId, seat)}/end`, { reason });
    await refresh();
  };
  return (
    <ReasonDialog title={t("ending.title", { name })} action={t("ending.action")} isDangerous onConfirm={send} onClose={onClose}>
      <p>{t("ending.what", { answered, total })}</p>
      <p><strong>{t("ending.final", { name })}</strong></p>
    </ReasonDialog>
  );
}
