/** A sign-in from the first page to the last. */
import { recognise } from './pages.mjs';
import { ask } from './tab.mjs';

// No sign-in has more; a page that comes again and again is one that refuses the answer.
const MOST_PAGES = 12;

function redirectUri(url) {
  return new URL(url).searchParams.get('redirect_uri') ?? undefined;
}

/** Signs in at an address, as the script says. Returns the report of person.mjs. */
export async function signIn(browser, url, script) {
  const landing = redirectUri(url);
  const report = { strays: await sendStrays(browser, landing, script) };
  const first = await browser.newTab(landing);
  const second = script.secondTab ? await browser.newTab(landing) : undefined;
  await first.open(url);
  await second?.open(url);
  Object.assign(report, await walk(first, script));
  if (second) {
    const { outcome, landing: page } = await walk(second, script);
    Object.assign(report, { secondOutcome: outcome, secondLanding: page });
  }
  return report;
}

/** Looks at one page. */
export async function look(browser, url, script) {
  const tab = await browser.newTab(url);
  await tab.open(url);
  return { outcome: 'landed', ...(await leave(tab, script)) };
}

/** What a browser or a curious program asks for besides the redirect, each in a tab of its own. */
async function sendStrays(browser, landing, { strayFirst = [] }) {
  const strays = [];
  for (const path of [strayFirst].flat()) {
    const { page } = await browser.newTab();
    const { status, text } = await ask(page, new URL(path, landing).href);
    strays.push({ path, status, text });
    await page.close();
  }
  return strays;
}

async function walk(tab, script) {
  const pages = [];
  while (!tab.isBack) {
    const before = tab.arrivals;
    const known = await recogniseWhileItMayLeave(tab, before);
    if (known === undefined) {
      break;
    }
    if (known !== LEFT) {
      pages.push(await tab.page.title());
      await tab.takePicture();
      if (script.closeTab) {
        await tab.page.close();
        return { outcome: 'closed', pages };
      }
      if (pages.length > MOST_PAGES) {
        throw new Error(`no end after the pages: ${pages.join(' · ')}`);
      }
      await answer(tab.page, known, script);
    }
    await tab.nextArrival(before);
  }
  await tab.page.waitForLoadState('load');
  return { outcome: tab.isBack ? 'landed' : 'stopped', pages, ...(await leave(tab, script)) };
}

const LEFT = Symbol('a page that went on by itself');

/** A page that sends itself may be gone before it is looked at. */
async function recogniseWhileItMayLeave(tab, before) {
  try {
    const known = await recognise(tab.page);
    return known?.sendsItself || (tab.arrivals > before) ? LEFT : known;
  } catch (error) {
    if (tab.arrivals > before) {
      return LEFT;
    }
    throw error;
  }
}

async function answer(page, known, script) {
  const leaves = known.cancel && (script.cancel || known.isDeclined?.(script));
  await (leaves ? page.locator(known.cancel).click() : known.act(page, script));
}

/** The last page, its picture, and what a reload makes of it. */
async function leave(tab, script) {
  const landing = await tab.describe();
  if (script.screenshot) {
    await tab.page.screenshot({ path: script.screenshot });
  }
  if (!script.reloadLanding) {
    return { landing };
  }
  try {
    const reply = await tab.page.reload();
    return { landing, reload: { status: reply.status(), text: await tab.page.innerText('body') } };
  } catch (error) {
    return { landing, reload: { error: error.message } };
  }
}
