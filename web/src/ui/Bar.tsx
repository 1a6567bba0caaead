interface Props {
  /** What the bar shows, for screen readers. */
  label: string;
  percent: number;
  /** A mark on the bar, such as what had to be reached. */
  markPercent?: number;
}

/** A share of a whole. The number itself stands beside it in the text. */
export function Bar({ label, percent, markPercent }: Props) {
  return (
    <div className="bar" role="img" aria-label={label}>
      <span style={{ inlineSize: `${Math.min(100, Math.max(0, percent))}%` }} />
      {markPercent !== undefined && <i style={{ insetInlineStart: `${markPercent}%` }} />}
    </div>
  );
}
