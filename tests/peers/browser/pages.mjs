/**
 * The pages a person meets, and what the person does there: those of the emulator, then those of
 * `oidc-provider`.
 *
 * `mark` finds a page, `act` answers it; `cancel` is what its way out looks like.
 */

const CANCEL = 'form:has(input[name=step][value=cancel]) button';
const ABORT = 'a[href$="/abort"]';

async function pickOrType(page, { account }) {
  const named = page.locator(`button[name=account][value="${account}"]`);
  if (account !== undefined && (await named.count()) > 0) {
    await named.click();
  } else if (account === undefined) {
    await page.locator('button[name=account]').first().click();
  } else {
    await page.locator('form:has(input[name=step][value=other]) button').click();
  }
}

async function typeAccount(page, { account }) {
  if (await page.locator('[role=alert]').count()) {
    throw new Error(`the account is refused: ${await page.locator('[role=alert]').innerText()}`);
  }
  if (account !== undefined) {
    await page.locator('input#account').fill(account);
  }
  await page.locator('form:has(input#account) button').click();
}

async function typeUserCode(page, { userCode }, button) {
  const field = page.locator('input[name=user_code]');
  if (userCode !== undefined) {
    await field.fill(userCode);
  } else if ((await field.inputValue()) === '') {
    throw new Error('a code is asked for, and none was given');
  }
  await page.locator(button).click();
}

async function logIn(page, { account, password }) {
  if (account !== undefined) {
    await page.locator('input[name=login]').fill(account);
  }
  await page.locator('input[name=password]').fill(password ?? 'a password');
  await page.locator('button.login-submit').click();
}

const presses = (selector) => (page) => page.locator(selector).click();

export const PAGES = [
  {
    name: 'answer on its way',
    mark: 'form:has(input[name=code]):not(:has(input[name=step])), form:has(input[name=error])',
    sendsItself: true,
  },
  { name: 'account picker', mark: 'button[name=account]', act: pickOrType, cancel: CANCEL },
  { name: 'account', mark: 'input#account', act: typeAccount, cancel: CANCEL },
  {
    name: 'second factor',
    mark: 'input[name=step][value=approve]',
    act: presses('form:has(input[name=step][value=approve]) button'),
    cancel: CANCEL,
    isDeclined: (script) => script.secondFactor === 'cancel',
  },
  {
    name: 'consent',
    mark: 'input[name=step][value=accept]',
    act: presses('form:has(input[name=step][value=accept]) button'),
    cancel: CANCEL,
    isDeclined: (script) => script.consent === 'decline',
  },
  // Nothing a user can agree to.
  { name: 'administrator needed', mark: CANCEL, act: presses(CANCEL), cancel: CANCEL },
  {
    name: 'device code',
    mark: 'input#user_code',
    act: (page, script) => typeUserCode(page, script, 'form:has(input#user_code) button'),
  },

  { name: 'login', mark: 'input[name=login]', act: logIn, cancel: ABORT },
  {
    name: 'consent',
    mark: 'input[name=prompt][value=consent]',
    act: presses('button.login-submit'),
    cancel: ABORT,
    isDeclined: (script) => script.consent === 'decline',
  },
  {
    name: 'device code',
    mark: '[id="op.deviceInputForm"]',
    act: (page, script) => typeUserCode(page, script, 'button[form="op.deviceInputForm"]'),
  },
  {
    name: 'device confirmation',
    mark: '[id="op.deviceConfirmForm"]',
    act: presses('button[form="op.deviceConfirmForm"][autofocus]'),
    cancel: 'button[name=abort]',
    isDeclined: (script) => script.consent === 'decline',
  },
  {
    name: 'device code on its way',
    mark: 'form:has(input[type=hidden][name=user_code]):has(input[name=xsrf]):not([id])',
    sendsItself: true,
  },
];

/** Which of the pages this is; `undefined` where there is nothing to press. */
export async function recognise(page) {
  for (const known of PAGES) {
    if ((await page.locator(known.mark).count()) > 0) {
      return known;
    }
  }
  return undefined;
}
