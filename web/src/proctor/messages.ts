import english from "../messages/proctor.en.json";
import { createMessages } from "../messages/messages";

export const { t, choose } = createMessages(english, { de: async () => (await import("../messages/proctor.de.json")).default });
export type MessageKey = keyof typeof english;
