import { ExternalLink } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { showPort } from "../../api/lab";
import { Dialog } from "../../ui/Dialog";
import { problemText } from "../problems";
import { t } from "./messages";

interface Props {
  sessionId: string;
  epoch: number;
  task: Schemas["PaperTask"];
  onClose: () => void;
}

/** A web service of the lab, in a tab of its own and from another origin. */
export function PreviewDialog({ sessionId, epoch, task, onClose }: Props) {
  const [host, setHost] = useState(task.hosts[0] ?? "lab");
  const [port, setPort] = useState("8080");
  const [url, setUrl] = useState<string>();
  const [error, setError] = useState<unknown>();
  const number = Number(port);
  const isPort = /^\d+$/.test(port) && number >= 1 && number <= 65_535;
  const show = async (event: FormEvent) => {
    event.preventDefault();
    setError(undefined);
    try {
      setUrl((await showPort(sessionId, task.entry_id, epoch, host, number)).url);
    } catch (caught) {
      setError(caught);
    }
  };
  const problem = error === undefined ? undefined : problemText(error);
  return (
    <Dialog title={t("preview.title")} onClose={onClose}>
      <p>{t("preview.text")}</p>
      <form onSubmit={(event) => void show(event)}>
        {task.hosts.length > 1 && (
          <div className="field">
            <label htmlFor="preview-host">{t("files.host")}</label>
            <select id="preview-host" value={host} onChange={(event) => { setHost(event.target.value); setUrl(undefined); }}>
              {task.hosts.map((name) => <option key={name}>{name}</option>)}
            </select>
          </div>
        )}
        <div className="field">
          <label htmlFor="preview-port">{t("preview.port")}</label>
          <input id="preview-port" className="minutes" type="text" inputMode="numeric" value={port} onChange={(event) => { setPort(event.target.value); setUrl(undefined); }} />
        </div>
        {problem && <p role="alert" className="error">{problem.title} {problem.next}</p>}
        {url && <p role="status"><a href={url} target="_blank" rel="noopener noreferrer"><ExternalLink size={16} aria-hidden="true" /> {t("preview.open", { port })}</a></p>}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>{t("preview.close")}</button>
          <button type="submit" className="button primary" disabled={!isPort || url !== undefined}>{t("preview.show")}</button>
        </div>
      </form>
    </Dialog>
  );
}
