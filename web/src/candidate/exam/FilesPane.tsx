import { ArrowUp, File, FileSymlink, Folder, Save } from "lucide-react";
import { type FormEvent, lazy, Suspense, useCallback, useEffect, useState } from "react";
import { ProblemError, type Schemas } from "../../api/client";
import { listDirectory, readFile, writeFile } from "../../api/lab";
import { Boundary } from "../../ui/Boundary";
import { problemText } from "../problems";
import { t } from "./messages";

const Editor = lazy(() => import("./Editor"));

interface Props {
  sessionId: string;
  epoch: number;
  task: Schemas["PaperTask"];
}

/** A file that is open, with what was typed into it. */
interface Open {
  host: string;
  path: string;
  /** As it was read; none for a new one. */
  digest: string | null;
  saved: string;
  draft: string;
  /** Rises when the text comes from outside. */
  version: number;
}

const parent = (path: string) => path.replace(/\/[^/]+\/?$/, "") || "/";
const joined = (directory: string, name: string) => (directory === "/" ? `/${name}` : `${directory}/${name}`);

/** The files of a task's machines: a directory beside an editor. */
export function FilesPane({ sessionId, epoch, task }: Props) {
  const [host, setHost] = useState(task.hosts[0] ?? "lab");
  const [directory, setDirectory] = useState("/");
  const [entries, setEntries] = useState<readonly Schemas["LabEntry"][]>();
  const [file, setFile] = useState<Open>();
  const [drafts, setDrafts] = useState<Readonly<Record<string, Open>>>({});
  const [error, setError] = useState<unknown>();
  const [isSaving, setIsSaving] = useState(false);
  const [target, setTarget] = useState("/");

  const show = useCallback(async (path: string) => {
    setError(undefined);
    try {
      const { entries: found } = await listDirectory(sessionId, task.entry_id, epoch, host, path);
      setEntries(found);
      setDirectory(path);
      setTarget(path);
    } catch (caught) {
      setError(caught);
    }
  }, [sessionId, task.entry_id, epoch, host]);
  useEffect(() => { void show("/"); }, [show]);

  const keep = (open: Open | undefined) => {
    if (open && open.draft !== open.saved) setDrafts((all) => ({ ...all, [`${open.host}:${open.path}`]: open }));
  };
  const open = async (path: string) => {
    setError(undefined);
    keep(file);
    const draft = drafts[`${host}:${path}`];
    if (draft) {
      setFile(draft);
      return;
    }
    try {
      const { content, digest } = await readFile(sessionId, task.entry_id, epoch, host, path);
      setFile({ host, path, digest, saved: content, draft: content, version: 0 });
    } catch (caught) {
      // A path that is no file yet can be begun; one that is a directory is entered.
      if (caught instanceof ProblemError && caught.code === "not_found") setFile({ host, path, digest: null, saved: "", draft: "", version: 0 });
      else if (caught instanceof ProblemError && caught.code === "file_refused") void show(path);
      else setError(caught);
    }
  };
  const save = async () => {
    if (!file || isSaving) return;
    setIsSaving(true);
    setError(undefined);
    try {
      const { digest } = await writeFile(sessionId, task.entry_id, file.host, file.path, { epoch, content: file.draft, digest: file.digest });
      setFile((now) => now && now.path === file.path ? { ...now, digest, saved: file.draft } : now);
      setDrafts((all) => Object.fromEntries(Object.entries(all).filter(([key]) => key !== `${file.host}:${file.path}`)));
      if (file.digest === null) void show(directory);
    } catch (caught) {
      setError(caught);
    }
    setIsSaving(false);
  };
  const reload = async () => {
    if (!file) return;
    setError(undefined);
    try {
      const { content, digest } = await readFile(sessionId, task.entry_id, epoch, file.host, file.path);
      setFile({ ...file, digest, saved: content, draft: content, version: file.version + 1 });
    } catch (caught) {
      setError(caught);
    }
  };
  const go = (event: FormEvent) => {
    event.preventDefault();
    const path = `/${target.trim()}`.replace(/\/+/g, "/").replace(/(.)\/$/, "$1");
    if (target.trim().endsWith("/") || path === "/") void show(path);
    else void open(path);
  };
  const isChanged = file !== undefined && file.draft !== file.saved;
  const problem = error === undefined ? undefined : problemText(error);
  const hasChangedOutside = error instanceof ProblemError && error.code === "file_changed";
  return (
    <div className="files">
      <div className="files-list">
        <form className="files-path" onSubmit={go}>
          {task.hosts.length > 1 && (
            <select aria-label={t("files.host")} value={host} onChange={(event) => { keep(file); setFile(undefined); setHost(event.target.value); }}>
              {task.hosts.map((name) => <option key={name}>{name}</option>)}
            </select>
          )}
          <input aria-label={t("files.path")} type="text" spellCheck={false} autoComplete="off" value={target} onChange={(event) => setTarget(event.target.value)} />
          <button type="submit" className="button quiet">{t("files.open")}</button>
        </form>
        <ul className="plain-list" aria-label={t("files.in", { path: directory })}>
          {directory !== "/" && <li><button type="button" className="file-entry" onClick={() => void show(parent(directory))}><ArrowUp size={16} aria-hidden="true" /> {t("files.up")}</button></li>}
          {entries?.map((entry) => {
            const Icon = entry.kind === "directory" ? Folder : entry.kind === "link" ? FileSymlink : File;
            const path = joined(directory, entry.name);
            return (
              <li key={entry.name}>
                <button type="button" className="file-entry" disabled={entry.kind === "other"} aria-current={file?.path === path ? "true" : undefined}
                  onClick={() => void (entry.kind === "directory" ? show(path) : open(path))}>
                  <Icon size={16} aria-hidden="true" /> {entry.name}{entry.kind === "directory" ? "/" : ""}
                </button>
              </li>
            );
          })}
        </ul>
      </div>
      <div className="files-editor">
        {problem && (
          <p role="alert" className="files-problem">{hasChangedOutside ? t("files.changed") : `${problem.title}. ${error instanceof ProblemError ? error.message : problem.next}`}
            {hasChangedOutside && <button type="button" className="button" onClick={() => void reload()}>{t("files.reload")}</button>}
          </p>
        )}
        {!file && <p className="lab-words">{t("files.none")}</p>}
        {file && (
          <>
            <div className="files-bar">
              <strong className="files-name">{task.hosts.length > 1 ? `${file.host}:` : ""}{file.path}</strong>
              <span role="status" className="small">{t(isSaving ? "files.saving" : file.digest === null ? "files.new" : isChanged ? "files.unsaved" : "files.saved")}</span>
              <button type="button" className="button" disabled={isSaving || (!isChanged && file.digest !== null)} onClick={() => void save()}><Save size={16} aria-hidden="true" /> {t("files.save")} <kbd>Ctrl+S</kbd></button>
            </div>
            <Boundary fallback={<p className="lab-words" role="alert">{t("files.not_loaded")}</p>}><Suspense fallback={<p className="lab-words" role="status">{t("files.loading")}</p>}>
              <Editor key={`${file.host}:${file.path}:${file.version}`} label={file.path} path={file.path} content={file.draft}
                onChange={(draft) => setFile((now) => now && { ...now, draft })} onSave={() => void save()} />
            </Suspense></Boundary>
          </>
        )}
      </div>
    </div>
  );
}
