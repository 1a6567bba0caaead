// The only module that knows CodeMirror; it is loaded when the first file is opened.
import { StreamLanguage, type StreamParser } from "@codemirror/language";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { nginx } from "@codemirror/legacy-modes/mode/nginx";
import { properties } from "@codemirror/legacy-modes/mode/properties";
import { python } from "@codemirror/legacy-modes/mode/python";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { EditorState } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { basicSetup, EditorView } from "codemirror";
import { useEffect, useRef } from "react";

interface Props {
  label: string;
  path: string;
  content: string;
  onChange: (content: string) => void;
  onSave: () => void;
}

function modeOf(path: string): StreamParser<unknown> | undefined {
  if (/\.(sh|bash)$|rc$|\.profile$/.test(path)) return shell;
  if (/\.ya?ml$/.test(path)) return yaml;
  if (path.endsWith(".toml")) return toml;
  if (path.endsWith(".py")) return python;
  if (/nginx|\/sites-/.test(path)) return nginx;
  if (/Dockerfile/.test(path)) return dockerFile;
  if (/\.(ini|cfg|conf|properties|env)$/.test(path)) return properties;
  return undefined;
}

/** Edits one text. Tab moves on after Escape, as in every CodeMirror. */
export default function Editor({ label, path, content, onChange, onSave }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const current = useRef({ onChange, onSave });
  current.current = { onChange, onSave };
  const first = useRef(content);
  useEffect(() => {
    if (!box.current) return undefined;
    const mode = modeOf(path);
    const view = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          keymap.of([{ key: "Mod-s", run: () => { current.current.onSave(); return true; } }]),
          basicSetup,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorView.updateListener.of((update) => { if (update.docChanged) current.current.onChange(update.state.doc.toString()); }),
          ...(mode ? [StreamLanguage.define(mode)] : []),
        ],
      }),
    });
    return () => view.destroy();
  }, [path, label]);
  return <div className="editor" ref={box} />;
}
