import { type ReactNode, useEffect, useRef } from "react";

let isFirstPage = true;

interface Props {
  /** For the title of the document. */
  title: string;
  children?: ReactNode;
}

/** The heading of a page. It names the document and takes the focus when the page changes, but not at the first load. */
export function Heading({ title, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => { document.title = `${title} · Assay`; }, [title]);
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus({ preventScroll: true });
    const timer = setTimeout(() => { isFirstPage = false; });
    return () => clearTimeout(timer);
  }, []);
  return <h1 ref={heading} tabIndex={-1}>{children ?? title}</h1>;
}
