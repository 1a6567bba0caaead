import { type CSSProperties, useRef, useState } from "react";
import { post, type Schemas } from "../../../api/client";
import { Banner } from "../../../ui/Banner";
import { problemText } from "../../problems";
import { Divider } from "./Divider";
import { t } from "./messages";
import { usePreference } from "./preferences";
import { ResetDialog } from "./ResetDialog";
import { Statement } from "./Statement";
import "./task.css";
import { Terminals } from "./Terminals";

export interface TaskViewProps {
  sessionId: string;
  epoch: number;
  task: Schemas["PaperTask"];
  /** The session refuses this device: it has ended, moved, or the sign-in is over. */
  onRefused: (error: unknown) => void;
}

/** A live task: what to do on the left, its machine on the right. It fills its parent. */
export default function TaskView({ sessionId, epoch, task, onRefused }: TaskViewProps) {
  const instructions = useRef<HTMLElement>(null);
  const [percent, setPercent] = usePreference<number>("task.split", 38);
  const [isAsking, setIsAsking] = useState(false);
  const [resets, setResets] = useState(0);
  const [notice, setNotice] = useState("");

  const reset = async () => {
    await post<Schemas["LabView"]>(`/sessions/${sessionId}/labs/${task.entry_id}/reset`, { epoch });
    setIsAsking(false);
    setResets(resets + 1);
    setNotice(t("reset.done"));
    setTimeout(() => setNotice(""), 8_000);
  };

  return (
    <div className="task">
      <div className="task-panes" style={{ "--split": `${percent}%` } as CSSProperties}>
        <section ref={instructions} className="instructions" tabIndex={-1} aria-label={t("task.statement")}>
          {task.lab.state === "failed" && <Banner tone="warn"><p><strong>{t("task.no_lab")}</strong></p><p>{t("task.no_lab_next")}</p></Banner>}
          {task.lab.state === "ended" && <Banner tone="info"><p>{t("task.lab_ended")}</p></Banner>}
          <Statement html={task.statement_html} />
          <h3>{t("task.checks")}</h3>
          <ol className="checks">
            {task.checks.map((check) => (
              <li key={check.id}>
                <span><Coded text={check.title} /></span>
                <span className="quiet small">{t("task.points", { points: check.points })}</span>
              </li>
            ))}
          </ol>
          <p className="quiet small">{t("task.checks_text")} {t("task.time", { minutes: Math.round(task.time_seconds / 60) })}</p>
        </section>
        <Divider label={t("task.divider")} percent={percent} onChange={setPercent} />
        <Terminals
          sessionId={sessionId}
          epoch={epoch}
          task={task}
          resets={resets}
          onReset={() => setIsAsking(true)}
          onLeave={() => instructions.current?.focus()}
          onRefused={onRefused}
        />
      </div>
      <p className="visually-hidden" role="status">{notice}</p>
      {isAsking && <ResetDialog onReset={reset} onClose={() => setIsAsking(false)} problem={problemText} />}
    </div>
  );
}

/** A title in which `code` is marked as in Markdown. */
function Coded({ text }: { text: string }) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
