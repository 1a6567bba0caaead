import { LogOut } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { get, post, type Schemas } from "../../api/client";
import { Link, type Go } from "./Link";
import { t } from "./messages";
import { isNotSignedIn } from "./problem";
import { ProblemBanner } from "./ProblemBanner";
import { useAsked } from "./useAsked";
import "./staff.css";

export interface Place {
  to: string;
  label: string;
  isCurrent: boolean;
}

interface Props {
  area: "examiner" | "proctor";
  places: readonly Place[];
  go: Go;
  children: ReactNode;
}

/** The frame of a staff application: who is signed in, where to go, and the page itself once somebody is signed in. */
export function Shell({ area, places, go, children }: Props) {
  const me = useAsked(() => get<Schemas["Me"]>(`/me?area=${area}`), area);
  const signOut = async () => {
    try {
      await post(`/sign-out?area=${area}`);
    } finally {
      window.location.assign(`/sign-in?area=${area}`);
    }
  };
  if (isNotSignedIn(me.error)) return <SignedOut area={area} />;
  return (
    <>
      <a className="skip" href="#main">{t("shell.skip")}</a>
      <header className="shell-top">
        <Link className="shell-name" prefix={`/${area}`} to="/" go={go}>Assay <span className="quiet">{t(`area.${area}`)}</span></Link>
        {places.length > 0 && (
          <nav aria-label={t("shell.nav")}>
            {places.map(({ to, label, isCurrent }) => (
              <Link key={to} prefix={`/${area}`} to={to} go={go} aria-current={isCurrent ? "page" : undefined}>{label}</Link>
            ))}
          </nav>
        )}
        <div className="shell-person">
          <span>{me.data?.name}</span>
          <button type="button" className="button quiet" onClick={() => void signOut()}><LogOut size={16} aria-hidden="true" />{t("shell.sign_out")}</button>
        </div>
      </header>
      <main id="main" className="staff-page" tabIndex={-1}>
        {me.error !== undefined && !me.data && <ProblemBanner error={me.error} onRetry={() => void me.refresh()} />}
        {me.data ? children : me.error === undefined && <Loading />}
      </main>
    </>
  );
}

export function Loading() {
  return <p className="quiet" role="status">{t("shell.loading")}</p>;
}

/** Says that the sign-in is missing, and leads to it. */
export function SignedOut({ area }: { area: "examiner" | "proctor" }) {
  useEffect(() => { document.title = `${t("signed_out.title")} · Assay`; }, []);
  return (
    <main className="page stack">
      <h1>{t("signed_out.title")}</h1>
      <p>{t("signed_out.text")}</p>
      <p><a className="button primary" href={`/sign-in?area=${area}`}>{t("signed_out.link")}</a></p>
    </main>
  );
}
