import { Dialog } from "../../ui/Dialog";
import { type ExamMessageKey, t } from "./messages";

const KEYS: [string[], ExamMessageKey][] = [
  [["N", "→"], "help.next"],
  [["P", "←"], "help.previous"],
  [["F"], "help.flag"],
  [["1", "…", "9"], "help.choose"],
  [["G"], "help.palette"],
  [["?"], "help.help"],
  [["F6", "Ctrl+Shift+Backspace"], "help.leave"],
];

interface Props {
  keysOn: boolean;
  onKeys: (isOn: boolean) => void;
  onClose: () => void;
}

export function HelpDialog({ keysOn, onKeys, onClose }: Props) {
  return (
    <Dialog title={t("help.title")} onClose={onClose}>
      <p>{t("help.saved")}</p>
      <table>
        <thead><tr><th scope="col">{t("help.key")}</th><th scope="col">{t("help.does")}</th></tr></thead>
        <tbody>
          {KEYS.map(([keys, text]) => (
            <tr key={text}><td>{keys.map((key) => (key === "…" ? " … " : <kbd key={key}>{key}</kbd>))}</td><td>{t(text)}</td></tr>
          ))}
        </tbody>
      </table>
      <label className="row check"><input type="checkbox" checked={keysOn} onChange={(event) => onKeys(event.target.checked)} /> {t("help.keys_on")}</label>
      <div className="dialog-actions"><button type="button" className="button primary" onClick={onClose}>{t("help.close")}</button></div>
    </Dialog>
  );
}
