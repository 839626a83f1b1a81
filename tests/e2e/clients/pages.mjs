// Each page of the authorization server as axe-core, a keyboard and a browser without scripts find it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { button, choosePatient, consent, heading, inBrowser, leads, logIn, oneTimeCode, press } from './browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCOPE = 'launch/patient openid fhirUser offline_access patient/Patient.rs patient/Observation.rs patient/Condition.rs user/Practitioner.rs';

function authorizeUrl(facts, changes = {}) {
  const parameters = {
    response_type: 'code', client_id: 'browser-app', redirect_uri: `${facts.app}/app.html`, scope: SCOPE, state: 'a-state',
    aud: facts.base, code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...changes,
  };
  return `${facts.base}/auth/authorize?${new URLSearchParams(parameters)}`;
}

/** What axe-core finds wrong with the page, as lines. */
async function faults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const styled = await page.evaluate(() => document.styleSheets.length === 1 && document.styleSheets[0].cssRules.length > 5);
  assert.ok(styled, `${await heading(page)}: its style sheet is not there`);
  const title = await page.title();
  return violations.flatMap(v => v.nodes.map(n => `${title}: ${v.id} at ${n.target}: ${n.failureSummary}`));
}

function watcher(page) {
  const seen = [];
  const wrong = [];
  const look = async () => {
    seen.push(await heading(page));
    wrong.push(...await faults(page));
  };
  return { seen, wrong, look };
}

/** Every page of a launch and what a user can do about it; returns their headings and what is wrong. */
export const accessible = facts => inBrowser(facts, async page => {
  const { seen, wrong, look } = watcher(page);
  await page.goto(authorizeUrl(facts, { client_id: 'nobody' }));
  await look();
  await page.goto(`${facts.base}/auth/nothing`);
  await look();
  await page.goto(authorizeUrl(facts));
  await look();
  await logIn(page, { user: facts.user, password: 'wrong' });
  await look();
  await logIn(page, facts);
  await look();
  await page.type('#code', '000000');
  await press(page, 'Go on');
  await look();
  await page.type('#code', oneTimeCode(facts.secret));
  await press(page, 'Go on');
  await look();
  await page.type('#name', 'Nobodybythatname');
  await press(page, 'Search');
  await look();
  await page.$eval('#name', field => { field.value = ''; });
  await press(page, 'Search');
  await choosePatient(page, 'p1');
  await look();
  await consent(page);
  await page.goto(`${facts.base}/auth/launch`);
  await look();
  await page.click('input[name=patient][value=p1]');
  await press(page, 'Choose');
  await look();
  await page.goto(`${facts.base}/auth/manage`);
  await look();
  const { children } = await page.accessibility.snapshot();
  const buttons = children.filter(child => child.role === 'button').map(child => child.name);
  await press(page, 'Log out');
  await look();
  return { seen, wrong, buttons };
});

/** The user's own account: an authenticator is set up, used and removed, the password changed. */
export const account = facts => inBrowser(facts, async page => {
  const { seen, wrong, look } = watcher(page);
  const follow = async text => {
    const link = await page.$(`::-p-xpath(//a[normalize-space()=${JSON.stringify(text)}])`);
    await leads(page, () => link.click());
  };
  await page.goto(`${facts.base}/auth/account`);
  await logIn(page, facts);
  await look();
  await follow('Set up an authenticator');
  await look();
  await page.type('#password', 'wrong');
  await press(page, 'Go on');
  await look();
  await page.type('#password', facts.password);
  await press(page, 'Go on');
  await look();
  const secret = await page.$eval('code', code => code.textContent);
  await page.type('#code', oneTimeCode(secret));
  await press(page, 'Confirm');
  await look();
  const recovery = await page.$eval('li code', code => code.textContent);
  await follow('Back');
  await look();
  await follow('Remove the second factor');
  await look();
  await page.type('#password', facts.password);
  await page.type('#code', recovery);
  await press(page, 'Remove');
  await follow('Change your password');
  await look();
  await page.type('#password', facts.password);
  await page.type('#next', facts.next);
  await page.type('#again', facts.next);
  await press(page, 'Change');
  await look();
  return { seen, wrong };
});

/** Emergency access at a launch of either kind, and where it shows afterwards. */
export const emergency = facts => inBrowser(facts, async page => {
  const { seen, wrong, look } = watcher(page);
  const declare = async () => {
    await page.type('#reason', 'Found unconscious');
    await page.select('#purpose', 'ETREAT');
    await press(page, 'Go on in an emergency');
  };
  await page.goto(authorizeUrl(facts));
  await logIn(page, facts);
  await look();
  const order = [];
  await page.focus('#reason');
  for (let count = 0; count < 3; ++count) {
    order.push(await focused(page));
    await page.keyboard.press('Tab');
  }
  // A browser asks for the reason itself; a blank one is for the server to refuse.
  await press(page, 'Search');
  await page.type('#reason', '   ');
  await press(page, 'Go on in an emergency');
  await look();
  await declare();
  await look();
  await choosePatient(page, 'p1');
  await look();
  await consent(page);
  const target = new URL(page.url()).origin;
  await page.goto(`${facts.base}/auth/launch`);
  await look();
  await declare();
  await look();
  await page.click('input[name=patient][value=p1]');
  await press(page, 'Choose');
  await look();
  await page.goto(`${facts.base}/auth/account`);
  await look();
  await page.goto(`${facts.base}/auth/manage`);
  await look();
  return { seen, wrong, order, target };
});

/** What axe-core says of a page that was spoiled, so that its silence means something. */
export const spoiled = facts => inBrowser(facts, async page => {
  await page.goto(authorizeUrl(facts));
  await page.evaluate(() => {
    document.documentElement.removeAttribute('lang');
    document.querySelector('label[for=user]').remove();
    document.querySelector('button').style.color = '#0b5300';
  });
  return (await faults(page)).map(line => line.split(': ')[1].split(' at ')[0]).sort();
});

/** A script in a page is not run, and the browser's report of it fails the step. */
export const violated = facts => inBrowser(facts, async page => {
  await page.goto(authorizeUrl(facts));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "run"';
    document.body.append(script);
  });
  assert.notEqual(await page.title(), 'run');
});

/** What has the focus, by its name and value or its text. */
const focused = page => page.evaluate(() => {
  const at = document.activeElement;
  return at.name ? `${at.name}=${at.type === 'radio' || at.type === 'checkbox' || at.type === 'submit' ? at.value : ''}` : at.textContent.trim();
});

/** A field with `autofocus` gets the focus when the page is first drawn, which may be after it was loaded. */
async function getsFocus(page, name) {
  const end = Date.now() + 10_000;
  let at = await focused(page);
  while (at !== name && Date.now() < end) {
    await new Promise(resolve => setTimeout(resolve, 20));
    at = await focused(page);
  }
  assert.equal(at, name);
}

/** From the login to the app's redirect by Tab, Space and Enter, with scripts off. */
export const keyboard = facts => inBrowser(facts, async page => {
  const order = [];
  const tab = async () => {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    order.push(at);
    const shown = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(shown, 'none', `the focus on ${at} is not seen`);
    return at;
  };
  const tabTo = async name => {
    for (let count = 0; count < 40; ++count) if (await tab() === name) return;
    assert.fail(`the keyboard does not reach ${name}: ${order}`);
  };
  const enter = async () => { await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]); };

  await page.goto(authorizeUrl(facts));
  await getsFocus(page, 'user=');
  await page.keyboard.type(facts.user);
  await tab();
  await page.keyboard.type(facts.password);
  await tabTo('Log in');
  await enter();
  await tabTo('name=');
  await tabTo('patient=p1');
  await page.keyboard.press('Space');
  await tabTo('Choose');
  await enter();
  assert.equal(await heading(page), 'Allow access?');
  await tabTo('scope=patient/Condition.rs');
  await page.keyboard.press('Space');
  await tabTo('decision=allow');
  await enter();
  const target = new URL(page.url());
  return { order, target: target.origin + target.pathname, state: target.searchParams.get('state'), hasCode: target.searchParams.has('code') };
}, { hasScripts: false });

/** At the width of a telephone nothing is cut off sideways, and texts may grow to twice their size. */
export const narrow = facts => inBrowser(facts, async page => {
  await page.setViewport({ width: 320, height: 640 });
  const fits = async () => {
    const { has, needs } = await page.evaluate(() => ({ has: innerWidth, needs: document.documentElement.scrollWidth }));
    assert.ok(needs <= has, `${await heading(page)}: ${needs} px in ${has}`);
  };
  await page.goto(authorizeUrl(facts));
  await fits();
  await logIn(page, facts);
  await fits();
  await choosePatient(page, 'p1');
  await fits();
  await consent(page);
  await page.goto(`${facts.base}/auth/manage`);
  await fits();
  assert.ok(await button(page, 'Take back'));
  return true;
});
