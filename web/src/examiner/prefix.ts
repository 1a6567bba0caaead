/** Where the application lives. */
export const PREFIX = "/examiner";
