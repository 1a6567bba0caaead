import english from "../../../messages/task.en.json";
import { createMessages } from "../../../messages/messages";

/** Live tasks have a catalogue of their own, loaded with them. */
export const { t, choose } = createMessages(english, { de: async () => (await import("../../../messages/task.de.json")).default });
export type TaskMessageKey = keyof typeof english;
