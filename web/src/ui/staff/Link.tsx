import type { AnchorHTMLAttributes, MouseEvent } from "react";

export type Go = (path: string) => void;

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  /** The application's prefix, such as `/examiner`. */
  prefix: string;
  /** The path below the prefix. */
  to: string;
  go: Go;
}

/** A link within the application: a plain click stays in the page, any other opens a tab as usual. */
export function Link({ prefix, to, go, ...rest }: Props) {
  const click = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return <a {...rest} href={prefix + to} onClick={click} />;
}
