import { X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";

interface Props {
  title: string;
  closeLabel: string;
  onClose: () => void;
  children: ReactNode;
}

/** What is open beside a table. It takes the focus when something opens; Escape closes it and the row has the focus again. */
export function SidePanel({ title, closeLabel, onClose, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · Assay`;
    heading.current?.focus({ preventScroll: !matchMedia("(max-width: 60rem)").matches });
    return () => { document.title = before; };
  }, [title]);
  const key = (event: KeyboardEvent) => { if (event.key === "Escape") onClose(); };
  return (
    <section className="side-panel" aria-label={title} onKeyDown={key}>
      <header>
        <h2 ref={heading} tabIndex={-1}>{title}</h2>
        <button type="button" className="button quiet icon" aria-label={closeLabel} onClick={onClose}><X size={18} aria-hidden="true" /></button>
      </header>
      {children}
    </section>
  );
}
