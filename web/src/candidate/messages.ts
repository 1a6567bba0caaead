import english from "../messages/candidate.en.json";
import { createMessages } from "../messages/messages";

export const { t, choose } = createMessages(english, { de: async () => (await import("../messages/candidate.de.json")).default });
export type MessageKey = keyof typeof english;
