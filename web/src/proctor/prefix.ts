/** Where the application lives. */
export const PREFIX = "/proctor";
