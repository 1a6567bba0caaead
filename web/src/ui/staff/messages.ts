import english from "../../messages/staff.en.json";
import { createMessages } from "../../messages/messages";

/** Words that both staff applications use. */
const messages = createMessages(english, { de: async () => (await import("../../messages/staff.de.json")).default });
export const t = messages.t;
export const chooseStaffLanguage = messages.choose;
export type StaffMessageKey = keyof typeof english;
