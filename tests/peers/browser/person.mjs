#!/usr/bin/env node
/**
 * A person at a real Chromium.
 *
 *   person.mjs URL                          signs in at URL; made to be named by $BROWSER
 *   person.mjs --device URL [USER_CODE]     types the code in and signs in
 *   person.mjs --look URL                   looks at one page
 *   person.mjs --attack ADDRESS             opens a stranger's page that tries to reach the listener at
 *                                           ADDRESS, a redirect URI with its port (see attack.mjs)
 *
 * What to do stands in the variable PERSON_SCRIPT: JSON, or the path of a file that holds it. Every
 * member may be missing:
 *   report         the file for the report, which appears there whole when all is done
 *   account        whom to sign in as: picked from a list or typed
 *   password       typed where one is asked for; default "a password"
 *   cancel         true: presses Cancel on the first page that has it
 *   consent        "accept" (default) or "decline"
 *   secondFactor   "approve" (default) or "cancel"
 *   closeTab       true: closes the tab instead of answering the first page
 *   secondTab      true: opens URL in two tabs, and signs in at the first, then at the second
 *   strayFirst     paths asked for at the redirect URI's origin before anything else: "/favicon.ico" or a list
 *   reloadLanding  true: reloads the page that the redirect led to
 *   screenshot     the file for a PNG of the last page, and `screenshots` the folder for one of each page
 *   colorScheme    "light" (default) or "dark"
 *   profile        the folder of a browser profile that outlives the call; default: a fresh one
 *   addresses      { host: address }: where Chromium finds a host, for instance { "localhost": "[::1]" }
 *   anyCertificate true: https needs no trusted certificate
 *   noise          true: writes lines on standard output and standard error, which stay empty otherwise
 *   limitSeconds   after which the person gives up; default 60
 *   chromium       the program; default: the variable CHROMIUM, else `chromium` on PATH
 *
 * The report is JSON:
 *   outcome    "landed": the redirect was followed · "stopped": a page with nothing to press is the end ·
 *              "closed": the tab was closed · "failed": see `error`
 *   pages      the titles of the pages that were answered, in order
 *   landing    the last page: see Tab.describe in tab.mjs; `secondLanding` that of the second tab
 *   reload     the landing page after the reload, or { error }
 *   strays     [{ path, status, text }]
 *   historyHoldsCode   whether a `code=` parameter is in the files of Chromium's history
 * Exit code: 0, or 1 when the outcome is "failed".
 */
import { rename, readFile, writeFile } from 'node:fs/promises';

import { FOREIGN_ADDRESSES, attack } from './attack.mjs';
import { Browser } from './chromium.mjs';
import { look, signIn } from './visit.mjs';

const DEFAULT_LIMIT_SECONDS = 60;

async function readScript() {
  const text = process.env.PERSON_SCRIPT ?? '{}';
  return JSON.parse(text.trimStart().startsWith('{') ? text : await readFile(text, 'utf8'));
}

/** What is to be done at the browser, and the script for it. */
function task([first, ...rest], script) {
  const [url, userCode] = rest;
  if (first === '--device') {
    return [{ ...script, userCode }, (browser, whole) => signIn(browser, url, whole)];
  }
  if (first === '--look') {
    return [script, (browser, whole) => look(browser, url, whole)];
  }
  if (first === '--attack') {
    return [{ ...script, addresses: FOREIGN_ADDRESSES }, (browser) => attack(browser, url)];
  }
  if (first === undefined || first.startsWith('-') || rest.length > 0) {
    throw new Error('usage: person.mjs [--device | --look | --attack] URL [USER_CODE]');
  }
  return [script, (browser, whole) => signIn(browser, first, whole)];
}

function makeNoise(script) {
  if (script.noise) {
    console.log('eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.noise-on-standard-output.');
    console.error('[0101/000000.000000:ERROR:noise.cc(1)] noise on standard error');
  }
}

async function within(seconds, promise) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function run(script, doTask) {
  const browser = await Browser.open(script);
  let report;
  try {
    report = await within(script.limitSeconds ?? DEFAULT_LIMIT_SECONDS, doTask(browser, script));
  } catch (error) {
    report = { outcome: 'failed', error: error.stack };
  }
  return { ...report, historyHoldsCode: await browser.closeAndSearchHistory() };
}

async function hand(report, file) {
  const unfinished = `${file}.unfinished`;
  await writeFile(unfinished, JSON.stringify(report, null, 2));
  await rename(unfinished, file);
}

const script = await readScript();
makeNoise(script);
let report;
try {
  report = await run(...task(process.argv.slice(2), script));
} catch (error) {
  report = { outcome: 'failed', error: error.stack };
}
makeNoise(script);
if (script.report) {
  await hand(report, script.report);
}
// What Chromium left running must not keep this process alive.
process.exit(report.outcome === 'failed' ? 1 : 0);
