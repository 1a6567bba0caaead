import english from "../messages/examiner.en.json";
import { createMessages } from "../messages/messages";

export const { t, choose } = createMessages(english, { de: async () => (await import("../messages/examiner.de.json")).default });
export type MessageKey = keyof typeof english;
