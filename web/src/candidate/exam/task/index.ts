import { lazy } from "react";

/** The live task. Loaded when the first one is opened: its terminal is larger than the rest of the exam page. */
export const TaskView = lazy(async () => {
  const [view, { choose }] = await Promise.all([import("./TaskView"), import("./messages")]);
  await choose();
  return view;
});
