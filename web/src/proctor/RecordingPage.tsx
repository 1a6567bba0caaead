import { lazy, Suspense, useState } from "react";
import { get, getText, type Schemas } from "../api/client";
import { Boundary } from "../ui/Boundary";
import { Heading } from "../ui/staff/Heading";
import { Link, type Go } from "../ui/staff/Link";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { Loading, SignedOut } from "../ui/staff/Shell";
import { isNotSignedIn } from "../ui/staff/problem";
import { usePolled } from "../ui/usePolled";
import { t } from "./messages";
import { PREFIX } from "./prefix";

const ReplayScreen = lazy(() => import("./ReplayScreen"));

interface Chosen {
  key: string;
  label: string;
  text: string;
  markers: readonly Schemas["Marker"][];
}

/** What was seen on the terminals of a seat, to be looked at only. */
export function RecordingPage({ roomId, seatId, go }: { roomId: string; seatId: string; go: Go }) {
  const path = `/rooms/${roomId}/seats/${seatId}/recordings`;
  const { data, error, refresh } = usePolled(() => get<Schemas["SeatRecordings"]>(path), 10_000, path);
  const [chosen, setChosen] = useState<Chosen>();
  const [problem, setProblem] = useState<unknown>();
  const [loading, setLoading] = useState<string>();
  if (isNotSignedIn(error)) return <SignedOut area="proctor" />;
  if (!data) return error === undefined ? <Loading /> : <ProblemBanner error={error} onRetry={() => void refresh()} />;

  const open = async (task: Schemas["TaskRecordings"], tape: Schemas["Tape"]) => {
    const key = `${task.entry_id}/${tape.host}/${tape.terminal}`;
    setLoading(key);
    setProblem(undefined);
    try {
      setChosen({ key: `${key}/${tape.digest}`, label: labelOf(tape), text: await whole(`${path}/${key}`), markers: task.markers });
    } catch (caught) {
      setProblem(caught);
    }
    setLoading(undefined);
  };
  const hasTapes = data.tasks.some((task) => task.tapes.length > 0);
  return (
    <>
      <header className="room-header">
        <div>
          <Heading title={t("recording.title", { name: data.candidate_name })} />
          <p className="quiet">{t("seat.label", { label: data.seat_label })} · <Link prefix={PREFIX} to={`/rooms/${roomId}`} go={go}>{t("recording.back")}</Link></p>
        </div>
      </header>
      {error !== undefined && <ProblemBanner error={error} onRetry={() => void refresh()} />}
      {problem !== undefined && <ProblemBanner error={problem} />}
      {!hasTapes && <p role="status">{t("recording.none")}</p>}
      {data.tasks.filter((task) => task.tapes.length > 0).map((task) => (
        <section key={task.entry_id} className="recording-task" aria-label={task.title}>
          <h2>{task.title}</h2>
          <ul className="plain-list recording-tapes">
            {task.tapes.map((tape) => {
              const key = `${task.entry_id}/${tape.host}/${tape.terminal}`;
              return (
                <li key={key}>
                  <button type="button" className="button" aria-pressed={chosen?.key.startsWith(`${key}/`) ?? false} disabled={loading === key} onClick={() => void open(task, tape)}>
                    {labelOf(tape)} <span className="quiet small">{t("recording.size", { size: Math.max(1, Math.round(tape.bytes / 1024)) })}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
      {chosen && (
        <Boundary fallback={<p role="alert">{t("recording.not_loaded")}</p>}><Suspense fallback={<Loading />}>
          <ReplayScreen key={chosen.key} text={chosen.text} label={chosen.label} markers={chosen.markers} />
        </Suspense></Boundary>
      )}
    </>
  );
}

const labelOf = (tape: Schemas["Tape"]) => t("recording.terminal", { host: tape.host, number: tape.terminal });

/** A tape comes in pieces, the last of which is empty. */
async function whole(path: string): Promise<string> {
  let text = "";
  let offset = 0;
  for (;;) {
    const piece = await getText(`${path}?offset=${offset}`);
    if (piece === "") return text;
    text += piece;
    offset += new TextEncoder().encode(piece).length;
  }
}
