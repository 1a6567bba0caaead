import { get, type Schemas } from "../api/client";
import { Heading } from "../ui/staff/Heading";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { Loading } from "../ui/staff/Shell";
import { useAsked } from "../ui/staff/useAsked";
import { t } from "./messages";
import { word } from "./words";

export function Blueprints() {
  const { data, error, refresh } = useAsked(() => get<Schemas["BankView"]>("/bank"), "bank");
  return (
    <>
      <Heading title={t("blueprints.title")} />
      {error !== undefined && <ProblemBanner error={error} onRetry={() => void refresh()} />}
      {!data && error === undefined && <Loading />}
      {data?.blueprints.length === 0 && <p>{t("blueprints.empty")}</p>}
      {data?.blueprints.map((blueprint) => <Blueprint key={blueprint.id} blueprint={blueprint} domains={data.domains} />)}
    </>
  );
}

interface Props {
  blueprint: Schemas["BlueprintView"];
  domains: readonly Schemas["DomainCount"][];
}

function Blueprint({ blueprint, domains }: Props) {
  const domainTitle = (id: string) => domains.find((domain) => domain.id === id)?.title ?? id;
  const minimum = (percent: number) => (percent > 0 ? t("item.percent", { n: percent }) : t("blueprint.no_minimum"));
  return (
    <article className="blueprint">
      <h2 id={`blueprint-${blueprint.id}`}>{blueprint.title}</h2>
      <dl className="facts">
        <dt>{t("blueprint.certification")}</dt><dd>{blueprint.certification}</dd>
        <dt>{t("blueprint.time")}</dt><dd>{t("task.minutes", { n: blueprint.time_limit_minutes })}</dd>
        <dt>{t("blueprint.cut")}</dt><dd>{t("item.percent", { n: blueprint.cut_score_percent })}</dd>
      </dl>
      <div className="wide" role="region" aria-labelledby={`blueprint-${blueprint.id}`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("blueprint.section")}</th>
              <th scope="col">{t("blueprint.kind")}</th>
              <th scope="col" className="number">{t("blueprint.count")}</th>
              <th scope="col">{t("blueprint.by_domain")}</th>
              <th scope="col" className="number">{t("blueprint.weight")}</th>
              <th scope="col" className="number">{t("blueprint.minimum")}</th>
            </tr>
          </thead>
          <tbody>
            {blueprint.sections.map((section) => {
              const counts = Object.entries(section.domains);
              return (
                <tr key={section.id}>
                  <th scope="row">{section.title}</th>
                  <td>{word(section.kind)}</td>
                  <td className="number">{section.count}</td>
                  <td>{counts.length === 0 ? t("blueprint.any_domain") : <ul className="plain-list">{counts.map(([id, count]) => <li key={id}>{domainTitle(id)}: {count}</li>)}</ul>}</td>
                  <td className="number">{t("item.percent", { n: section.weight_percent })}</td>
                  <td className="number">{minimum(section.minimum_percent)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </article>
  );
}
