import { Banner } from "../Banner";
import { t } from "./messages";
import { problemText } from "./problem";

interface Props {
  error: unknown;
  onRetry?: () => void;
}

/** A refusal in the page, spoken at once. */
export function ProblemBanner({ error, onRetry }: Props) {
  const { title, next, requestId } = problemText(error);
  return (
    <Banner tone="bad" isUrgent>
      <p><strong>{title}.</strong> {next}</p>
      {requestId && <p className="quiet small">{t("problem.request", { id: requestId })}</p>}
      {onRetry && <button type="button" className="button banner-action" onClick={onRetry}>{t("retry")}</button>}
    </Banner>
  );
}
