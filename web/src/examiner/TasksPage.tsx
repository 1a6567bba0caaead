import { get, type Schemas } from "../api/client";
import { Heading } from "../ui/staff/Heading";
import type { Go } from "../ui/staff/Link";
import { PickTable } from "../ui/staff/PickTable";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { Loading } from "../ui/staff/Shell";
import { useAsked } from "../ui/staff/useAsked";
import { t } from "./messages";
import { PREFIX } from "./prefix";
import { TaskPanel } from "./TaskPanel";
import { percent, word } from "./words";

export function TasksPage({ taskId, go }: { taskId: string | undefined; go: Go }) {
  const { data, error, refresh } = useAsked(() => get<Schemas["Tasks"]>("/bank/tasks"), "tasks");
  const close = () => {
    const row = `pick-${taskId ?? ""}`;
    go("/tasks");
    requestAnimationFrame(() => document.getElementById(row)?.focus());
  };
  return (
    <>
      <Heading title={t("tasks.title")} />
      {error !== undefined && <ProblemBanner error={error} onRetry={() => void refresh()} />}
      {!data && error === undefined && <Loading />}
      {data?.tasks.length === 0 && <p>{t("tasks.empty")}</p>}
      {data && data.tasks.length > 0 && (
        <div className={taskId ? "split is-open" : "split"}>
          <div className="split-list">
            {!taskId && <p className="quiet small">{t("tasks.pick")}</p>}
            <PickTable
              caption={t("tasks.title")}
              prefix={PREFIX}
              rows={data.tasks}
              idOf={(task) => task.task_id}
              pathOf={(task) => `/tasks/${encodeURIComponent(task.task_id)}`}
              nameTitle={t("task.id")}
              nameOf={(task) => task.title}
              columns={[
                { title: t("bank.domain"), cell: (task) => task.domain },
                { title: t("item.level"), cell: (task) => word(task.cognitive_level), isExtra: true },
                { title: t("task.checks"), cell: (task) => task.checks, isNumber: true },
                { title: t("task.points"), cell: (task) => task.points, isNumber: true },
                { title: t("item.facility"), cell: (task) => percent(task.facility_estimate), isNumber: true, isExtra: true },
                { title: t("item.time"), cell: (task) => t("task.minutes", { n: Math.round(task.time_seconds / 60) }), isNumber: true },
                { title: t("task.image"), cell: (task) => task.image, isExtra: true },
              ]}
              selected={taskId}
              go={go}
            />
          </div>
          {taskId && <TaskPanel key={taskId} taskId={taskId} title={data.tasks.find((task) => task.task_id === taskId)?.title ?? taskId} onClose={close} />}
        </div>
      )}
    </>
  );
}
