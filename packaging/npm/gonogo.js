#!/usr/bin/env node
// Starts the binary that npm installed for this platform, and ends as it ends.
"use strict";

const { spawnSync } = require("node:child_process");

// Nothing was judged, which is exit code 3 and must never read as a GO.
const NO_VERDICT = 3;

function fail(message) {
  console.error(`gonogo: ${message}`);
  process.exit(NO_VERDICT);
}

function binary() {
  const name = `@gonogo/${process.platform}-${process.arch}`;
  const file = process.platform === "win32" ? "gonogo.exe" : "gonogo";
  try {
    return require.resolve(`${name}/bin/${file}`);
  } catch {
    return fail(
      `the package ${name} with the program for this platform is not installed; ` +
        "install again without --omit=optional, or take another package of gonogo if there is none for this platform",
    );
  }
}

const run = spawnSync(binary(), process.argv.slice(2), { stdio: "inherit", windowsHide: true });
if (run.error) {
  fail(`the program could not be started: ${run.error.message}`);
}
if (run.signal) {
  // The shell tells of a signal by what ended us, so end the same way.
  process.kill(process.pid, run.signal);
}
process.exitCode = run.status ?? NO_VERDICT;
