import { Award, CircleCheck, CircleX, UserRound } from "lucide-react";
import type { Schemas } from "../../api/client";
import { day, percent, utc } from "../../messages/messages";
import { Badge } from "../../ui/Badge";
import { Bar } from "../../ui/Bar";
import { t } from "../messages";
import { practiceNext } from "./practiceNext";

type Result = Schemas["SessionResult"];

/** A released result: the answer, how far it is from the cut, where it comes from, and what to do next. */
export function ResultView({ result }: { result: Result }) {
  const score = percent(result.score_percent ?? 0);
  const cut = percent(result.cut_score_percent);
  const isScoreEnough = (result.score_percent ?? 0) >= result.cut_score_percent;
  return (
    <>
      <section aria-label={t("result.score")}>
        <p className="score"><strong>{score}</strong> <span className="quiet">{t("result.score_text", { cut })}</span></p>
        <Bar label={t("result.score_bar", { score, cut })} percent={result.score_percent ?? 0} markPercent={result.cut_score_percent} />
        <p className="quiet small">{t("result.cut_mark", { cut })} {!result.passed && isScoreEnough && t("result.section_missed")}</p>
      </section>
      <Certificate result={result} />
      <section>
        <h2>{t("result.sections")}</h2>
        {result.sections.map((section) => {
          const [reached, minimum] = [percent(section.score_percent), percent(section.minimum_percent)];
          return (
            <div key={section.id} className="bar-row">
              <span>{section.title}</span>
              <Bar label={t("result.section_bar", { title: section.title, score: reached, minimum })} percent={section.score_percent} markPercent={section.minimum_percent} />
              <span className="number">{reached}</span>
              <span className="small quiet">
                <Badge tone={section.reached ? "good" : "bad"}>{t(section.reached ? "result.reached" : "result.not_reached")}</Badge> {t("result.minimum", { percent: minimum })}
              </span>
            </div>
          );
        })}
      </section>
      <Domains result={result} />
      <Next result={result} cut={cut} />
      <Tasks tasks={result.tasks} />
    </>
  );
}

function Certificate({ result }: { result: Result }) {
  if (!result.passed) return null;
  return (
    <section className="certificate">
      <h2><Award size={22} aria-hidden="true" /> {t("result.certificate")}</h2>
      {result.certificate ? (
        <>
          <p title={utc(result.certificate.valid_until_ms)}>{t("result.valid_until", { day: day(result.certificate.valid_until_ms) })}</p>
          <a className="button primary" href={result.certificate.url}>{t("result.certificate_link")}</a>
        </>
      ) : <p>{t("result.certificate_soon")}</p>}
    </section>
  );
}

function Domains({ result }: { result: Result }) {
  return (
    <section>
      <h2>{t("result.domains")}</h2>
      {result.domains.map((domain) => (
        <div key={domain.id} className="domain">
          <h3>{domain.title}</h3>
          {([["result.theory", domain.theory_percent], ["result.practice", domain.practice_percent]] as const).map(([part, value]) => (
            <div key={part} className="bar-row">
              <span className="quiet">{t(part)}</span>
              {typeof value === "number"
                ? <><Bar label={t("result.domain_bar", { domain: domain.title, part: t(part), percent: percent(value) })} percent={value} /><span className="number">{percent(value)}</span></>
                : <span className="quiet small">{t("result.not_asked")}</span>}
            </div>
          ))}
        </div>
      ))}
    </section>
  );
}

function Next({ result, cut }: { result: Result; cut: string }) {
  const next = practiceNext(result.domains, result.cut_score_percent);
  return (
    <section>
      <h2>{t("result.next")}</h2>
      {next.length === 0 ? <p>{t("result.next_none", { cut })}</p> : (
        <>
          <p>{t("result.next_text", { cut })}</p>
          <ol>
            {next.map(({ title, weak }) => (
              <li key={title}>
                <strong>{title}</strong>{" "}
                <span className="quiet">{weak.map((one) => t("result.next_part", { part: t(`result.${one.part}`), percent: percent(one.percent) })).join(", ")}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

const outcomes = {
  pass: { Icon: CircleCheck, tone: "good" },
  fail: { Icon: CircleX, tone: "bad" },
  broken: { Icon: UserRound, tone: "warn" },
} as const;

function Tasks({ tasks }: { tasks: Schemas["TaskResult"][] }) {
  if (tasks.length === 0) return null;
  return (
    <section>
      <h2>{t("result.tasks")}</h2>
      {tasks.map((task) => (
        <details key={task.title} className="task-result" open>
          <summary><span>{task.title}</span> <span className="number">{percent(task.score_percent)}</span></summary>
          {task.reset_cost_percent != null && <p className="quiet small">{t("result.reset_cost", { percent: task.reset_cost_percent })}</p>}
          <ul>
            {task.checks.map((check) => {
              const { Icon, tone } = outcomes[check.outcome];
              return (
                <li key={check.title}>
                  <p className={`outcome ${tone}`}><Icon size={18} aria-hidden="true" /> <strong>{t(`result.check.${check.outcome}`)}</strong></p>
                  <p>{check.title} <span className="quiet small">{t("result.points", { points: check.points })}</span></p>
                  {check.outcome !== "pass" && (check.expected || check.found) && (
                    <dl className="facts small">
                      {check.expected && <div><dt>{t("result.expected")}</dt><dd>{check.expected}</dd></div>}
                      {check.found && <div><dt>{t("result.found")}</dt><dd>{check.found}</dd></div>}
                    </dl>
                  )}
                </li>
              );
            })}
          </ul>
        </details>
      ))}
    </section>
  );
}
