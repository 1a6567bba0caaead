interface Props {
  /** HTML that the server made from Markdown: raw HTML in it has become text. */
  html: string;
  className?: string;
  inline?: boolean;
}

/** The only place where HTML is put into a page. */
export function Html({ html, className, inline }: Props) {
  const content = { __html: html };
  return inline ? <span className={className} dangerouslySetInnerHTML={content} /> : <div className={className} dangerouslySetInnerHTML={content} />;
}
