/** A tab that remembers what came to it. */
import { join } from 'node:path';

export const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Whether two addresses are the same but for query and fragment. */
function isSamePlace(one, other) {
  const [a, b] = [new URL(one), new URL(other)];
  return a.origin === b.origin && a.pathname === b.pathname;
}

/**
 * Asks for an address in the address bar: { status, headers, text }. An answer without text is one
 * here, though Chromium shows a page of its own for it.
 */
export async function ask(page, url) {
  const answered = page.waitForResponse(url);
  const response = await Promise.any([answered, page.goto(url)]);
  const headers = await response.allHeaders();
  const isEmpty = response.status() === 204 || headers['content-length'] === '0';
  return { status: response.status(), headers, text: isEmpty ? '' : await response.text() };
}

export class Tab {
  #page;
  #script;
  #landing;
  #arrivals = 0;
  #failure;
  #unreachable;
  #wake = () => {};
  #replies = [];
  #consoleErrors = [];
  #otherRequests = [];
  #pictures = 0;

  constructor(page, script, landing) {
    this.#page = page;
    this.#script = script;
    this.#landing = landing;
    page.on('framenavigated', (frame) => frame === page.mainFrame() && this.#arrived());
    page.on('requestfailed', (request) => {
      if (this.#isOfThisTab(request) && this.#leadsElsewhere(request.url())) {
        this.#unreachable = request.url();
        this.#arrived();
      } else if (this.#isOfThisTab(request)) {
        this.#failure = `${request.method()} ${request.url()}: ${request.failure()?.errorText}`;
        this.#arrived();
      }
    });
    page.on('response', (response) => this.#isOfThisTab(response.request()) && this.#remember(response));
    page.on('request', (request) => {
      if (!this.#isOfThisTab(request)) {
        this.#otherRequests.push({ text: request.url(), page: page.url() });
      }
    });
    page.on('console', (message) => {
      // That there is no icon says nothing about the page.
      if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) {
        this.#consoleErrors.push({ text: message.text(), page: page.url() });
      }
    });
  }

  get page() {
    return this.#page;
  }

  /** How many documents came, failed ones too. */
  get arrivals() {
    return this.#arrivals;
  }

  /** The address bar. Of a page that cannot be reached Playwright tells another address. */
  get url() {
    return this.#unreachable ?? this.#page.url();
  }

  /** Whether the redirect was followed, to wherever it leads. */
  get isBack() {
    const { url } = this;
    return this.#landing !== undefined && URL.canParse(url) && isSamePlace(url, this.#landing);
  }

  async open(url) {
    await this.#page.goto(url, { waitUntil: 'load' });
  }

  /** Waits until a document has come since there were `before`; throws if it could not be loaded. */
  async nextArrival(before) {
    while (this.#arrivals === before) {
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure) {
      throw new Error(`a page could not be loaded: ${this.#failure}`);
    }
    // Chromium's own page about it comes after the failure, and takes the place of the one before.
    await (this.#unreachable ? this.#page.waitForURL(/^chrome-error:/) : this.#page.waitForLoadState('load'));
  }

  async takePicture() {
    if (this.#script.screenshots) {
      this.#pictures += 1;
      await this.#page.screenshot({ path: join(this.#script.screenshots, `page-${this.#pictures}.png`) });
    }
  }

  /**
   * The page as it stands:
   *   url, title, text       as in the address bar, the title bar and on the page
   *   asked                  the address of the redirect as it was sent, query and all
   *   replies                what the landing origin answered to this tab: [{ method, url, status, headers }]
   *   status, headers        those of the last reply
   *   codeInAddress          whether an address of this tab, now or by the Back button, holds `code=`
   *   consoleErrors          that Chromium logged on pages of that origin
   *   otherRequests          what pages of that origin loaded besides themselves
   */
  async describe() {
    const page = this.#page;
    const replies = await Promise.all(this.#replies);
    const last = replies.at(-1);
    const addresses = [this.url, ...(await this.#addresses())];
    return {
      url: this.url,
      title: await page.title(),
      text: await page.evaluate(() => document.body?.innerText ?? ''),
      asked: replies[0]?.url,
      replies,
      status: last?.status,
      headers: last?.headers,
      codeInAddress: addresses.some((address) => /[?&#]code=/.test(address)),
      consoleErrors: this.#ofThisPage(this.#consoleErrors),
      otherRequests: this.#ofThisPage(this.#otherRequests),
    };
  }

  #ofThisPage(events) {
    const { origin } = new URL(this.#page.url());
    return events.filter((event) => event.page.startsWith(origin)).map((event) => event.text);
  }

  async #addresses() {
    const session = await this.#page.context().newCDPSession(this.#page);
    const { entries } = await session.send('Page.getNavigationHistory');
    await session.detach();
    return entries.map((entry) => entry.url);
  }

  /** No other machine can be reached from here; that of a web app's redirect need not be. */
  #leadsElsewhere(url) {
    const host = this.#landing && new URL(this.#landing).hostname;
    return host && !LOOPBACK.includes(host) && isSamePlace(url, this.#landing);
  }

  #isOfThisTab(request) {
    return request.isNavigationRequest() && request.frame() === this.#page.mainFrame();
  }

  #arrived() {
    this.#arrivals += 1;
    this.#wake();
  }

  #remember(response) {
    if (this.#landing && !isSamePlace(response.url(), this.#landing)) {
      return;
    }
    const reply = { method: response.request().method(), url: response.url(), status: response.status() };
    const complete = response.allHeaders().then((headers) => ({ ...reply, headers }));
    // A tab that is closed is never described; without this the loss of its headers would end the process.
    complete.catch(() => {});
    this.#replies.push(complete);
  }
}
