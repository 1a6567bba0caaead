import { t } from "./messages";

/** Sources as links; anything that is no web address stays text. */
export function References({ links }: { links: readonly string[] }) {
  if (links.length === 0) return t("item.no_references");
  return (
    <ul className="plain-list">
      {links.map((link) => <li key={link}>{/^https?:\/\//.test(link) ? <a href={link} target="_blank" rel="noreferrer">{link}</a> : link}</li>)}
    </ul>
  );
}
