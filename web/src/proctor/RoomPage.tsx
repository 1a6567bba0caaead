import { CircleCheck, TriangleAlert } from "lucide-react";
import { useRef, useState } from "react";
import { get, type Schemas } from "../api/client";
import { timeOfDay, utc } from "../messages/messages";
import { Banner } from "../ui/Banner";
import { Heading } from "../ui/staff/Heading";
import { Link, type Go } from "../ui/staff/Link";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { Loading, SignedOut } from "../ui/staff/Shell";
import { isNotSignedIn } from "../ui/staff/problem";
import { useNow } from "../ui/staff/useNow";
import { usePolled } from "../ui/usePolled";
import { t } from "./messages";
import { PREFIX } from "./prefix";
import { type Action, SeatCard } from "./SeatCard";
import { SeatDialog } from "./SeatDialog";
import { countByGroup, type Group, inOrder, matches } from "./standing";
import { age } from "./words";

const POLL_MS = 2000;
const STALE_MS = 6000;
const filters = ["all", "incident", "waiting", "running", "registered", "ended"] as const;

export function RoomPage({ roomId, go }: { roomId: string; go: Go }) {
  const ask = async () => ({ room: await get<Schemas["Room"]>(`/rooms/${roomId}`), atMs: performance.now() });
  const { data, error, refresh } = usePolled(ask, POLL_MS, roomId);
  const now = useNow();
  const [filter, setFilter] = useState<Group | "all">("all");
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState<{ seatId: string; action: Action }>();
  if (isNotSignedIn(error)) return <SignedOut area="proctor" />;
  if (!data) return error === undefined ? <Loading /> : <ProblemBanner error={error} onRetry={() => void refresh()} />;

  const { room, atMs } = data;
  const sinceMs = Math.max(0, now - atMs);
  const serverNowMs = room.server_time_ms + sinceMs;
  const counts = { all: room.seats.length, ...countByGroup(room.seats) };
  const shown = inOrder(room.seats).filter((seat) => matches(seat, filter, search));
  const openSeat = room.seats.find((seat) => seat.seat_id === open?.seatId);
  return (
    <>
      <header className="room-header">
        <div>
          <Heading title={room.name} />
          <p className="quiet">{room.exam_title} · <Link prefix={PREFIX} to="/" go={go}>{t("room.all_rooms")}</Link></p>
        </div>
        <dl className="room-clock">
          <div>
            <dt>{t("room.server_time")}</dt>
            <dd title={utc(serverNowMs)}>{timeOfDay(serverNowMs)}</dd>
          </div>
          <Freshness sinceMs={sinceMs} hasFailed={error !== undefined} />
        </dl>
      </header>
      {sinceMs > STALE_MS && <StaleBanner sinceMs={sinceMs} />}
      <div className="filters">
        <div className="segments" role="group" aria-label={t("room.filter")}>
          {filters.map((name) => (
            <button key={name} type="button" className={name === "incident" && counts.incident > 0 ? "has-incidents" : undefined} aria-pressed={filter === name} onClick={() => setFilter(name)}>
              {t(`filter.${name}`)} <b>{counts[name]}</b>
            </button>
          ))}
        </div>
        <div className="field">
          <label htmlFor="seat-search">{t("room.search")}</label>
          <input id="seat-search" type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
        </div>
      </div>
      {shown.length === 0 && <p role="status">{t(room.seats.length === 0 ? "room.no_seats" : "room.no_match")}</p>}
      <ul className="seats plain-list" aria-label={t("room.seats", { room: room.name })}>
        {shown.map((seat) => (
          <SeatCard key={seat.seat_id} seat={seat} sinceMs={sinceMs} serverNowMs={serverNowMs} roomId={roomId} go={go} onAction={(action) => setOpen({ seatId: seat.seat_id, action })} />
        ))}
      </ul>
      {open && openSeat && (
        <SeatDialog roomId={roomId} seat={openSeat} action={open.action} sinceMs={sinceMs} serverNowMs={serverNowMs} refresh={refresh} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}

/** How old the picture is. */
function Freshness({ sinceMs, hasFailed }: { sinceMs: number; hasFailed: boolean }) {
  const isStale = hasFailed || sinceMs > STALE_MS;
  const Icon = isStale ? TriangleAlert : CircleCheck;
  return (
    <div className={isStale ? "is-stale" : undefined}>
      <dt className="visually-hidden">{t("room.connection")}</dt>
      <dd><Icon size={15} aria-hidden="true" /> {t("room.updated", { age: age(sinceMs) })}</dd>
    </div>
  );
}

/** Says it once: the number in it stays as it was, the header counts on. */
function StaleBanner({ sinceMs }: { sinceMs: number }) {
  const first = useRef(age(sinceMs));
  return <Banner tone="warn" isUrgent>{t("room.stale", { age: first.current })}</Banner>;
}
