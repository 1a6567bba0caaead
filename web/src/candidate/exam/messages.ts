import english from "../../messages/exam.en.json";
import { createMessages } from "../../messages/messages";

/** The exam page has a catalogue of its own, loaded with it. */
const messages = createMessages(english, { de: async () => (await import("../../messages/exam.de.json")).default });
export const t = messages.t;
export const chooseExamLanguage = messages.choose;
export type ExamMessageKey = keyof typeof english;
