import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { Link, type Go } from "./Link";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  isNumber?: boolean;
  /** Left out where the table is narrow. */
  isExtra?: boolean;
}

interface Props<Row> {
  caption: string;
  prefix: string;
  rows: readonly Row[];
  idOf: (row: Row) => string;
  pathOf: (row: Row) => string;
  nameTitle: string;
  nameOf: (row: Row) => ReactNode;
  columns: readonly Column<Row>[];
  selected: string | undefined;
  go: Go;
}

/** A table of links. One Tab stop: up, down, Home and End move, Enter opens. */
export function PickTable<Row>({ caption, prefix, rows, idOf, pathOf, nameTitle, nameOf, columns, selected, go }: Props<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [focused, setFocused] = useState<string>();
  const wanted = focused ?? selected;
  const reachable = rows.some((row) => idOf(row) === wanted) ? wanted : rows[0] && idOf(rows[0]);
  const move = (event: KeyboardEvent) => {
    const links = [...(body.current?.querySelectorAll<HTMLAnchorElement>("a.pick") ?? [])];
    const index = links.indexOf(event.target as HTMLAnchorElement);
    const steps: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + 10, PageUp: index - 10, Home: 0, End: links.length - 1 };
    const target = steps[event.key];
    if (index < 0 || target === undefined) return;
    event.preventDefault();
    links[Math.min(links.length - 1, Math.max(0, target))]?.focus();
  };
  return (
    <table className="pick-table">
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{nameTitle}</th>
          {columns.map(({ title, isNumber, isExtra }) => <th key={title} scope="col" className={classes(isNumber, isExtra)}>{title}</th>)}
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={move}>
        {rows.map((row) => {
          const id = idOf(row);
          return (
            <tr key={id} className={id === selected ? "is-selected" : undefined} onClick={(event) => openRow(event.target, () => go(pathOf(row)))}>
              <th scope="row">
                <Link
                  className="pick"
                  id={`pick-${id}`}
                  prefix={prefix}
                  to={pathOf(row)}
                  go={go}
                  tabIndex={id === reachable ? 0 : -1}
                  aria-current={id === selected ? "true" : undefined}
                  onFocus={() => setFocused(id)}
                >
                  {nameOf(row)}
                </Link>
              </th>
              {columns.map(({ title, cell, isNumber, isExtra }) => <td key={title} className={classes(isNumber, isExtra)}>{cell(row)}</td>)}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const classes = (isNumber = false, isExtra = false) => `${isNumber ? "number" : ""} ${isExtra ? "extra" : ""}`.trim() || undefined;

/** A click anywhere in the row opens it; a click on the link does so by itself. */
function openRow(target: EventTarget, open: () => void) {
  if (target instanceof Element && !target.closest("a")) open();
}
