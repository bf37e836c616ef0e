/** Chromium with a profile of its own, cut off from everything but this machine. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { chromium } from 'playwright-core';

import { LOOPBACK, Tab } from './tab.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const VIEWPORT = { width: 900, height: 640 };

function onPath(name) {
  const isProgram = (file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)).find(isProgram);
}

function program(script) {
  const found = script.chromium ?? process.env.CHROMIUM ?? NAMES.map(onPath).find(Boolean);
  if (!found) {
    throw new Error(`none of these is on PATH: ${NAMES.join(', ')}`);
  }
  return found;
}

/** Where hosts are found: as the script says, else on this machine, else nowhere. */
function resolverRules(addresses = {}) {
  const named = Object.entries(addresses).map(([host, address]) => `MAP ${host} ${address}`);
  const left = LOOPBACK.filter((host) => !(host in addresses)).map((host) => `EXCLUDE ${host}`);
  return [...named, 'MAP * ~NOTFOUND', ...left].join(', ');
}

export class Browser {
  #context;
  #profile;
  #isOwnProfile;
  #script;

  /** Starts Chromium; `script` is that of person.mjs. */
  static async open(script) {
    const browser = new Browser();
    browser.#script = script;
    browser.#isOwnProfile = !script.profile;
    browser.#profile = script.profile ?? (await mkdtemp(join(tmpdir(), 'person-')));
    browser.#context = await chromium.launchPersistentContext(browser.#profile, {
      executablePath: program(script),
      args: [
        `--host-resolver-rules=${resolverRules(script.addresses)}`,
        '--no-proxy-server',
        '--disable-quic',
        ...(script.arguments ?? []),
      ],
      // Chromium refuses its sandbox to root, and containers seldom allow it.
      chromiumSandbox: false,
      colorScheme: script.colorScheme ?? 'light',
      headless: true,
      ignoreHTTPSErrors: Boolean(script.anyCertificate),
      reducedMotion: 'reduce',
      viewport: script.viewport ?? VIEWPORT,
    });
    return browser;
  }

  /** A new tab; `landing` is the redirect URI that the sign-in is to lead to, if any. */
  async newTab(landing) {
    return new Tab(await this.#context.newPage(), this.#script, landing);
  }

  /** Closes Chromium; whether its history files hold an authorization code. */
  async closeAndSearchHistory() {
    await this.#context.close();
    try {
      return await this.#historyHoldsCode();
    } finally {
      if (this.#isOwnProfile) {
        await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
      }
    }
  }

  async #historyHoldsCode() {
    for (const name of ['History', 'History-journal', 'History-wal']) {
      const file = join(this.#profile, 'Default', name);
      const bytes = await readFile(file, 'latin1').catch((error) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      if (/[?&#]code=/.test(bytes)) {
        return true;
      }
    }
    return false;
  }
}
