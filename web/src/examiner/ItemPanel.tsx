import { CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";
import { get, type Schemas } from "../api/client";
import { ChoiceItem } from "../item/ChoiceItem";
import "../item/item.css";
import { Html } from "../ui/Html";
import { Link, type Go } from "../ui/staff/Link";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { Loading } from "../ui/staff/Shell";
import { useAsked } from "../ui/staff/useAsked";
import { t } from "./messages";
import { PREFIX } from "./prefix";
import { References } from "./References";
import { SidePanel } from "./SidePanel";
import { percent, short, word } from "./words";

interface Props {
  itemId: string;
  domainTitle: (id: string) => string;
  onClose: () => void;
  go: Go;
}

export function ItemPanel({ itemId, domainTitle, onClose, go }: Props) {
  const { data, error, refresh } = useAsked(() => get<Schemas["ItemView"]>(`/bank/items/${encodeURIComponent(itemId)}`), itemId);
  return (
    <SidePanel title={itemId} closeLabel={t("item.close")} onClose={onClose}>
      {error !== undefined && <ProblemBanner error={error} onRetry={() => void refresh()} />}
      {!data && error === undefined && <Loading />}
      {data && (
        <>
          <Preview item={data} />
          <h3>{t("item.facts")}</h3>
          <dl className="facts">
            <dt>{t("bank.domain")}</dt><dd>{domainTitle(data.domain)}</dd>
            <dt>{t("item.kind")}</dt><dd>{word(data.kind)}</dd>
            <dt>{t("item.level")}</dt><dd>{word(data.cognitive_level)}</dd>
            <dt>{t("item.facility")}</dt><dd title={t("item.facility_meaning", { n: Math.round(data.facility_estimate * 100) })}>{percent(data.facility_estimate)}</dd>
            <dt>{t("item.time")}</dt><dd>{t("item.seconds", { n: data.time_seconds })}</dd>
            <dt>{t("item.scoring")}</dt><dd>{word(data.scoring)}</dd>
            <dt>{t("item.order")}</dt><dd>{t(data.is_shuffled ? "item.shuffled" : "item.fixed")}</dd>
            <dt>{t("item.references")}</dt><dd><References links={data.references} /></dd>
            <dt>{t("item.enemies")}</dt>
            <dd>
              {data.enemies.length === 0
                ? t("item.no_enemies")
                : <ul className="plain-list">{data.enemies.map((id) => <li key={id}><Link prefix={PREFIX} to={`/items/${encodeURIComponent(id)}`} go={go}>{id}</Link></li>)}</ul>}
            </dd>
            <dt>{t("item.version")}</dt><dd><code title={data.version_digest}>{short(data.version_digest)}</code></dd>
          </dl>
          <details>
            <summary>{t("item.source")}</summary>
            <pre tabIndex={0} aria-label={t("item.source")}>{data.source}</pre>
          </details>
        </>
      )}
    </SidePanel>
  );
}

/** The item as candidates meet it; the key only on demand. */
function Preview({ item }: { item: Schemas["ItemView"] }) {
  const [isKeyShown, setIsKeyShown] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const isSingle = item.kind === "single_choice";
  const keys = item.option_views.filter((option) => option.is_key).map((option) => option.id);
  return (
    <>
      <div className="preview-bar">
        <h3>{t("item.preview")}</h3>
        <label className="switch"><input type="checkbox" checked={isKeyShown} onChange={(event) => setIsKeyShown(event.target.checked)} />{t("item.show_key")}</label>
      </div>
      <div className="preview">
        <ChoiceItem
          item={{ item_kind: isSingle ? "single_choice" : "multiple_choice", stem_html: item.stem_html, options: item.option_views }}
          selected={isKeyShown ? keys : chosen}
          onChange={setChosen}
          isReadOnly={isKeyShown}
          hint={t(isSingle ? "hint.single_choice" : "hint.multiple_choice")}
        />
      </div>
      {isKeyShown && (
        <section aria-label={t("item.key_title")}>
          <h3>{t("item.key_title")}</h3>
          <ol className="rationales plain-list">
            {item.option_views.map((option, index) => (
              <li key={option.id}>
                <p className={option.is_key ? "is-key" : "quiet"}>
                  {option.is_key ? <CircleCheck size={16} aria-hidden="true" /> : <CircleX size={16} aria-hidden="true" />}
                  {t("item.option", { n: index + 1 })}: {t(option.is_key ? "item.is_key" : "item.is_distractor")}
                </p>
                <Html html={option.rationale_html} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}
