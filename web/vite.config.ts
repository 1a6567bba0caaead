import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

// One bundle for each audience: staff screens never reach candidates.
export default defineConfig({
  base: "/",
  plugins: [react()],
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    rollupOptions: { input: { candidate: page("candidate"), examiner: page("examiner"), proctor: page("proctor") } },
  },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8080", ws: true } } },
});
