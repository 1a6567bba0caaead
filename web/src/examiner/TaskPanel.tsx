import { get, type Schemas } from "../api/client";
import { Html } from "../ui/Html";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { Loading } from "../ui/staff/Shell";
import { useAsked } from "../ui/staff/useAsked";
import { t } from "./messages";
import { day } from "../messages/messages";
import { References } from "./References";
import { SidePanel } from "./SidePanel";
import { percent, short, word } from "./words";

interface Props {
  taskId: string;
  title: string;
  onClose: () => void;
}

export function TaskPanel({ taskId, title, onClose }: Props) {
  const { data, error, refresh } = useAsked(() => get<Schemas["TaskView"]>(`/bank/tasks/${encodeURIComponent(taskId)}`), taskId);
  return (
    <SidePanel title={title} closeLabel={t("task.close")} onClose={onClose}>
      {error !== undefined && <ProblemBanner error={error} onRetry={() => void refresh()} />}
      {!data && error === undefined && <Loading />}
      {data && <TaskDetails task={data} />}
    </SidePanel>
  );
}

function TaskDetails({ task }: { task: Schemas["TaskView"] }) {
  return (
    <>
      <h3>{t("task.statement")}</h3>
      {task.parameters.length > 0 && <p className="quiet small">{t("task.parameters_note")}</p>}
      <div className="preview"><Html html={task.statement_html} /></div>
      <h3>{t("task.checks")}</h3>
      <ol className="checks plain-list">{task.check_views.map((check) => <CheckEntry key={check.id} check={check} />)}</ol>
      <h3>{t("task.scripts")}</h3>
      <Script title={t("task.setup")} text={task.setup} />
      <Script title={t("task.solution")} text={task.solution} />
      {task.cheats.map((cheat) => <Script key={cheat.name} title={t("task.cheat", { name: cheat.name })} text={cheat.script} />)}
      {task.cheats.length === 0 && <p className="quiet">{t("task.no_cheats")}</p>}
      <details>
        <summary>{t("task.parameters")}</summary>
        {task.parameters.length === 0 ? <p>{t("task.no_parameters")}</p> : <ul>{task.parameters.map((parameter) => <li key={parameter}><code>{parameter}</code></li>)}</ul>}
      </details>
      <h3>{t("task.facts")}</h3>
      <dl className="facts">
        <dt>{t("bank.domain")}</dt><dd>{task.domain}</dd>
        <dt>{t("item.level")}</dt><dd>{word(task.cognitive_level)}</dd>
        <dt>{t("item.facility")}</dt><dd>{percent(task.facility_estimate)}</dd>
        <dt>{t("item.time")}</dt><dd>{t("task.minutes", { n: Math.round(task.time_seconds / 60) })}</dd>
        <dt>{t("task.image")}</dt><dd>{task.image}</dd>
        {task.proof && (
          <>
            <dt>{t("task.proof")}</dt>
            <dd>{t("task.proved", { date: day(Date.parse(task.proof.proved_at)), seeds: task.proof.seeds })} <code title={task.proof.image_digest}>{short(task.proof.image_digest)}</code></dd>
          </>
        )}
        <dt>{t("item.references")}</dt><dd><References links={task.references} /></dd>
        <dt>{t("item.version")}</dt><dd><code title={task.version_digest}>{short(task.version_digest)}</code></dd>
      </dl>
    </>
  );
}

function CheckEntry({ check }: { check: Schemas["CheckView"] }) {
  return (
    <li>
      <p className="check-title"><b>{check.title}</b><span>{t("task.points_of", { n: check.points })}</span></p>
      <p className="quiet small">
        <code>{check.id}</code>
        {check.requires.length > 0 && <> · {t("task.requires", { ids: check.requires.join(", ") })}</>}
        {check.probe && <> · {t("task.probe", { probe: check.probe })}</>}
      </p>
      <Script title={t("task.judge")} of={check.title} text={check.judge_script} />
      {check.run_script && <Script title={t("task.run")} of={check.title} text={check.run_script} />}
    </li>
  );
}

function Script({ title, text, of }: { title: string; text: string; of?: string }) {
  return (
    <details>
      <summary>{title}{of && <span className="visually-hidden">: {of}</span>}</summary>
      <pre tabIndex={0} aria-label={of ? `${title}: ${of}` : title}>{text}</pre>
    </details>
  );
}
