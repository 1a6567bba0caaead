import type { Schemas } from "../../api/client";
import { t } from "./messages";

export interface ExamProps {
  session: Schemas["SessionView"];
  /** The paper of a session that was started here a moment ago; otherwise it is fetched. */
  started?: Schemas["Started"];
  onEnded: () => void;
}

/** The exam: one page that never reloads. */
export function Exam(_props: ExamProps) {
  return <p>{t("exam.loading")}</p>;
}

export default Exam;
