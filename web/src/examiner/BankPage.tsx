import { type KeyboardEvent, useDeferredValue, useState } from "react";
import { get, type Schemas } from "../api/client";
import { Banner } from "../ui/Banner";
import { Heading } from "../ui/staff/Heading";
import type { Go } from "../ui/staff/Link";
import { PickTable } from "../ui/staff/PickTable";
import { ProblemBanner } from "../ui/staff/ProblemBanner";
import { Loading } from "../ui/staff/Shell";
import { useAsked } from "../ui/staff/useAsked";
import { ItemPanel } from "./ItemPanel";
import { t } from "./messages";
import { PREFIX } from "./prefix";
import { percent, word } from "./words";

const kinds = ["single_choice", "multiple_choice"] as const;

export function BankPage({ itemId, go }: { itemId: string | undefined; go: Go }) {
  const bank = useAsked(() => get<Schemas["BankView"]>("/bank"), "bank");
  if (!bank.data) return bank.error === undefined ? <Loading /> : <ProblemBanner error={bank.error} onRetry={() => void bank.refresh()} />;
  const { title, version, items, tasks, license, faults, domains } = bank.data;
  return (
    <>
      <Heading title={title} />
      <p className="quiet">{t("bank.facts", { version, items, tasks, license })}</p>
      {faults > 0 && <Banner tone="warn">{t("bank.faults", { faults })}</Banner>}
      <ul className="domains plain-list" aria-label={t("bank.domains")}>
        {domains.map((domain) => (
          <li key={domain.id} title={domain.description}>
            <b>{domain.title}</b>
            <span className="quiet small">{t("bank.domain_counts", { items: domain.items, tasks: domain.tasks })}</span>
          </li>
        ))}
      </ul>
      <ItemList domains={domains} total={items} itemId={itemId} go={go} />
    </>
  );
}

interface ListProps {
  domains: readonly Schemas["DomainCount"][];
  total: number;
  itemId: string | undefined;
  go: Go;
}

function ItemList({ domains, total, itemId, go }: ListProps) {
  const [search, setSearch] = useState("");
  const [domain, setDomain] = useState("");
  const [kind, setKind] = useState("");
  const asked = useDeferredValue(search.trim());
  // The server searches the whole text; domain and kind are chosen here, at once.
  const { data, error, refresh } = useAsked(() => get<Schemas["Items"]>(`/bank/items?search=${encodeURIComponent(asked)}`), asked);
  const rows = data?.items.filter((item) => (!domain || item.domain === domain) && (!kind || item.kind === kind)) ?? [];
  const domainTitle = (id: string) => domains.find((one) => one.id === id)?.title ?? id;
  const close = () => {
    const row = `pick-${itemId ?? ""}`;
    go("/");
    requestAnimationFrame(() => document.getElementById(row)?.focus());
  };
  const intoTable = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" || !rows[0]) return;
    event.preventDefault();
    document.getElementById(`pick-${rows[0].item_id}`)?.focus();
  };
  return (
    <div className={itemId ? "split is-open" : "split"}>
      <div className="split-list">
        <div className="filters">
          <div className="field search">
            <label htmlFor="item-search">{t("bank.search")}</label>
            <input id="item-search" type="search" placeholder={t("bank.search_hint")} value={search} onKeyDown={intoTable} onChange={(event) => setSearch(event.target.value)} />
          </div>
          <div className="field">
            <label htmlFor="item-domain">{t("bank.domain")}</label>
            <select id="item-domain" value={domain} onChange={(event) => setDomain(event.target.value)}>
              <option value="">{t("bank.any_domain")}</option>
              {domains.map(({ id, title }) => <option key={id} value={id}>{title}</option>)}
            </select>
          </div>
          <div className="field">
            <label htmlFor="item-kind">{t("bank.kind")}</label>
            <select id="item-kind" value={kind} onChange={(event) => setKind(event.target.value)}>
              <option value="">{t("bank.any_kind")}</option>
              {kinds.map((name) => <option key={name} value={name}>{word(name)}</option>)}
            </select>
          </div>
          {data && <p className="count quiet small" role="status">{t("bank.shown", { shown: rows.length, total })}</p>}
        </div>
        {error !== undefined && <ProblemBanner error={error} onRetry={() => void refresh()} />}
        {!data && error === undefined && <Loading />}
        {data && rows.length === 0 && <p>{t(total === 0 ? "bank.empty" : "bank.no_match")}</p>}
        {rows.length > 0 && (
          <>
            <p className="quiet small keys-hint">{t("bank.keys")}</p>
            <PickTable
              caption={t("bank.items")}
              prefix={PREFIX}
              rows={rows}
              idOf={(item) => item.item_id}
              pathOf={(item) => `/items/${encodeURIComponent(item.item_id)}`}
              nameTitle={t("item.id")}
              nameOf={(item) => item.item_id}
              columns={[
                { title: t("item.stem"), cell: (item) => item.stem_text, isExtra: true },
                { title: t("bank.domain"), cell: (item) => domainTitle(item.domain) },
                { title: t("item.kind"), cell: (item) => word(item.kind), isExtra: true },
                { title: t("item.level"), cell: (item) => word(item.cognitive_level), isExtra: true },
                { title: t("item.facility"), cell: (item) => percent(item.facility_estimate), isNumber: true },
                { title: t("item.time"), cell: (item) => t("item.seconds", { n: item.time_seconds }), isNumber: true },
              ]}
              selected={itemId}
              go={go}
            />
          </>
        )}
      </div>
      {itemId && <ItemPanel key={itemId} itemId={itemId} domainTitle={domainTitle} onClose={close} go={go} />}
    </div>
  );
}
