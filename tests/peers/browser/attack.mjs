/**
 * A stranger's page in the browser of the person who signs in.
 *
 * It is served from another loopback port, which is the strongest place it could have: Chromium's
 * own walls between the internet and this machine do not stand in its way. What it may not do, the
 * listener has to prevent.
 *
 * The report:
 *   outcome   "done"
 *   attempts  { name: { read, refused } }: what was tried; `read` is what the page learned, null if nothing
 *   read      the names of the attempts that learned anything
 *   rebinding { status, headers, text }: the answer to a foreign Host, whose name leads to this machine.
 *             Such a page is of the same origin as the listener, and can read all of it.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';

import { ask } from './tab.mjs';

/** Runs in the page. Every attempt resolves to what it learned, or to null. */
async function attempts(target) {
  const body = new URLSearchParams({ code: 'stolen', state: 'wrong' });
  const withQuery = `${target}?${body}`;
  const patience = 3000;

  const reads = async (request, init) => {
    const response = await fetch(request, init);
    const text = await response.text();
    return response.type === 'opaque' && text === '' ? null : { type: response.type, status: response.status, text };
  };
  const element = (name, address) =>
    new Promise((resolve) => {
      const made = document.createElement(name);
      made.onload = () => resolve(name === 'img' ? { width: made.naturalWidth } : { loaded: true });
      made.onerror = () => resolve(null);
      made.src = address;
      document.body.append(made);
    });
  const frame = (fill) =>
    new Promise((resolve) => {
      const made = document.createElement('iframe');
      made.name = `frame-${Math.random()}`;
      made.onload = () => {
        let href;
        try {
          ({ href } = made.contentWindow.location);
        } catch {
          resolve(null);
        }
        // The empty document that a frame begins with is loaded, too.
        if (href !== undefined && href !== 'about:blank') {
          resolve({ href, text: made.contentDocument.body.innerText });
        }
      };
      document.body.append(made);
      fill(made);
    });
  const post = (made) => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: target, target: made.name });
    for (const [name, value] of body) {
      form.append(Object.assign(document.createElement('input'), { name, value, type: 'hidden' }));
    }
    document.body.append(form);
    form.submit();
  };
  const socket = () =>
    new Promise((resolve) => {
      const opened = new WebSocket(target.replace(/^http/, 'ws'));
      opened.onopen = () => resolve({ opened: true });
      opened.onerror = () => resolve(null);
    });
  const events = () =>
    new Promise((resolve) => {
      const source = new EventSource(target);
      source.onopen = () => resolve({ opened: true });
      source.onerror = () => {
        source.close();
        resolve(null);
      };
    });

  const tried = {
    'fetch, no-cors, GET': () => reads(withQuery, { mode: 'no-cors' }),
    'fetch, no-cors, POST of a form': () => reads(target, { mode: 'no-cors', method: 'POST', body }),
    'fetch, cors, GET': () => reads(withQuery, { mode: 'cors' }),
    'fetch, cors, POST of a form': () => reads(target, { mode: 'cors', method: 'POST', body }),
    'fetch, cors, with credentials': () => reads(withQuery, { mode: 'cors', credentials: 'include' }),
    'fetch, cors, after a preflight': () =>
      reads(target, { mode: 'cors', method: 'PUT', headers: { 'x-attack': '1', 'content-type': 'application/json' } }),
    'form in a frame': () => frame(post),
    'address in a frame': () => frame((made) => Object.assign(made, { src: withQuery })),
    image: () => element('img', withQuery),
    script: () => element('script', withQuery),
    WebSocket: socket,
    EventSource: events,
  };
  const silence = () => new Promise((resolve) => setTimeout(resolve, patience, null));
  const results = {};
  for (const [name, attempt] of Object.entries(tried)) {
    try {
      results[name] = { read: await Promise.race([attempt(), silence()]) };
    } catch (error) {
      results[name] = { read: null, refused: String(error) };
    }
  }
  return results;
}

const FOREIGN_HOST = 'rebound.example';

/** A name that an attacker owns and has lead to this machine, as `addresses` of the script. */
export const FOREIGN_ADDRESSES = { [FOREIGN_HOST]: '127.0.0.1' };

async function servedByAnAttacker() {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Win a prize</title><body>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Attacks the listener at this address, in a browser that finds FOREIGN_ADDRESSES. */
export async function attack(browser, target) {
  const server = await servedByAnAttacker();
  try {
    const { page } = await browser.newTab();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const results = await page.evaluate(attempts, target);
    return {
      outcome: 'done',
      attempts: results,
      read: Object.keys(results).filter((name) => results[name].read !== null),
      rebinding: await rebind(browser, target),
    };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function rebind(browser, target) {
  const url = new URL(target);
  url.hostname = FOREIGN_HOST;
  const { page } = await browser.newTab();
  return ask(page, url.href);
}
