import { useEffect } from "react";
import { get, type Schemas } from "../api/client";
import { Heading } from "../ui/staff/Heading";
import type { Go } from "../ui/staff/Link";
import { PickTable } from "../ui/staff/PickTable";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { Loading, SignedOut } from "../ui/staff/Shell";
import { isNotSignedIn } from "../ui/staff/problem";
import { usePolled } from "../ui/usePolled";
import { t } from "./messages";
import { PREFIX } from "./prefix";

// Asked for by hand, the list stays; at the first visit a single room is entered at once.
let hasEntered = false;

export function Rooms({ go }: { go: Go }) {
  const { data, error, refresh } = usePolled(() => get<Schemas["Rooms"]>("/rooms"), 10_000, "rooms");
  const only = data?.rooms.length === 1 ? data.rooms[0] : undefined;
  useEffect(() => {
    if (!only || hasEntered) return;
    hasEntered = true;
    window.history.replaceState(null, "", `${PREFIX}/rooms/${only.room_id}`);
    window.dispatchEvent(new PopStateEvent("popstate"));
  }, [only]);
  if (isNotSignedIn(error)) return <SignedOut area="proctor" />;
  return (
    <>
      <Heading title={t("rooms.title")} />
      {error !== undefined && <ProblemBanner error={error} onRetry={() => void refresh()} />}
      {!data && error === undefined && <Loading />}
      {data?.rooms.length === 0 && <p>{t("rooms.none")}</p>}
      {data && data.rooms.length > 0 && (
        <div className="rooms">
          <PickTable
            caption={t("rooms.title")}
            prefix={PREFIX}
            rows={data.rooms}
            idOf={(room) => room.room_id}
            pathOf={(room) => `/rooms/${room.room_id}`}
            nameTitle={t("rooms.room")}
            nameOf={(room) => room.name}
            columns={[
              { title: t("rooms.exam"), cell: (room) => room.exam_title },
              { title: t("rooms.seats"), cell: (room) => room.seats_total, isNumber: true },
              { title: t("rooms.running"), cell: (room) => room.running, isNumber: true },
            ]}
            selected={undefined}
            go={go}
          />
        </div>
      )}
    </>
  );
}
