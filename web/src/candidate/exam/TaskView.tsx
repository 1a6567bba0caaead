import { type CSSProperties, useId, useRef, useState } from "react";
import type { Schemas } from "../../api/client";
import { CopyableHtml } from "./CopyableHtml";
import { Divider } from "./Divider";
import { type EntryActions, EntryBar, FlagButton } from "./EntryBar";
import { LabPane } from "./LabPane";
import { t } from "./messages";

interface Props extends EntryActions {
  task: Schemas["PaperTask"];
  sessionId: string;
  epoch: number;
  isHidden: boolean;
}

/** A live task: what to do at the left, the machine to do it on at the right. */
export function TaskView(props: Props) {
  const { task, sessionId, epoch, isHidden, isLocked } = props;
  const [percent, setPercent] = useState(40);
  const title = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const points = task.checks.reduce((sum, check) => sum + check.points, 0);
  return (
    <article className="entry task" hidden={isHidden} aria-labelledby={title} style={{ "--split": `${percent}%` } as CSSProperties}>
      <section className="task-text" aria-label={t("task.text")}>
        <div className="entry-head">
          <h2 id={title} ref={heading} className="entry-title" tabIndex={-1}>{t("entry.task_title", { number: task.number, title: task.title })}</h2>
          <FlagButton {...props} />
        </div>
        <p className="quiet small">{t("task.about", { minutes: Math.round(task.time_seconds / 60), points })}</p>
        <CopyableHtml html={task.statement_html} />
        <h3>{t("task.checks")}</h3>
        <ul className="checks">
          {task.checks.map((check) => (
            <li key={check.id}><span>{check.title}</span><span className="quiet">{t("task.points", { points: check.points })}</span></li>
          ))}
        </ul>
        <p className="quiet small">{t("task.graded")}</p>
        <EntryBar {...props} />
      </section>
      <Divider percent={percent} onChange={setPercent} />
      <LabPane task={task} sessionId={sessionId} epoch={epoch} isHidden={isHidden} isLocked={isLocked} onLeave={() => heading.current?.focus()} />
    </article>
  );
}
