// The candidate's first load: every script that candidate.html asks for, gzipped. More than the limit fails the build.
import { readFileSync } from "node:fs";

const LIMIT_BYTES = 100_000;
const html = readFileSync("dist/candidate.html", "utf8");
const scripts = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]);
const bytes = scripts.reduce((sum, script) => sum + readFileSync(`dist/${script}.gz`).length, 0);
console.log(`candidate page: ${(bytes / 1000).toFixed(1)} kB of gzipped script (limit ${LIMIT_BYTES / 1000})`);
if (scripts.length === 0 || bytes > LIMIT_BYTES) process.exit(1);
