import { useRoute } from "../ui/route";
import { Heading } from "../ui/staff/Heading";
import type { Go } from "../ui/staff/Link";
import { Shell } from "../ui/staff/Shell";
import { BankPage } from "./BankPage";
import { Blueprints } from "./Blueprints";
import { BrokenChecks } from "./BrokenChecks";
import { LateResponses } from "./LateResponses";
import { type MessageKey, t } from "./messages";
import { PREFIX } from "./prefix";
import { TasksPage } from "./TasksPage";
import { Validate } from "./Validate";
import "./examiner.css";

const places: readonly [to: string, name: MessageKey][] = [
  ["/", "nav.bank"],
  ["/tasks", "nav.tasks"],
  ["/blueprints", "nav.blueprints"],
  ["/validate", "nav.validate"],
  ["/broken-checks", "nav.broken"],
  ["/late-responses", "nav.late"],
];

export function Examiner() {
  const [path, go] = useRoute(PREFIX);
  const [first = "", second] = path.split("/").filter(Boolean);
  const here = first === "items" ? "/" : `/${first}`;
  return (
    <Shell area="examiner" go={go} places={places.map(([to, name]) => ({ to, label: t(name), isCurrent: to === here }))}>
      <Page name={here} id={second && decodeURIComponent(second)} go={go} />
    </Shell>
  );
}

function Page({ name, id, go }: { name: string; id: string | undefined; go: Go }) {
  switch (name) {
    case "/": return <BankPage itemId={id} go={go} />;
    case "/tasks": return <TasksPage taskId={id} go={go} />;
    case "/blueprints": return <Blueprints />;
    case "/validate": return <Validate />;
    case "/broken-checks": return <BrokenChecks />;
    case "/late-responses": return <LateResponses />;
    default: return <><Heading title={t("not_found.title")} /><p>{t("not_found.text")}</p></>;
  }
}
