// A page in headless Chromium, and the authorization server's pages as somebody uses them.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import puppeteer from 'puppeteer-core';

/**
 * Runs `use(page)` in a browser context of its own. What the browser reports of a page (violations of
 * its Content-Security-Policy, errors of scripts) fails the step.
 */
export async function inBrowser({ chromium }, use, { hasScripts = true } = {}) {
  const browser = await puppeteer.connect({ browserWSEndpoint: chromium });
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const problems = [];
    page.on('console', message => { if (message.type() === 'error') problems.push(message.text()); });
    page.on('pageerror', error => problems.push(String(error)));
    await page.setJavaScriptEnabled(hasScripts);
    const result = await use(page);
    // An answer of 4xx to a document is no fault of its page; no page names an icon.
    assert.deepEqual(problems.filter(text => !/Failed to load resource/.test(text)), []);
    return result;
  } finally {
    await context.close();
    await browser.disconnect();
  }
}

/** Does something that leads to another document, and waits for that. */
export async function leads(page, act) {
  await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), act()]);
}

/** Waits for a document that is whole and of which that is true. */
export const arrives = (page, isThere) =>
  page.waitForFunction(`document.readyState === 'complete' && (${isThere})()`);

/** Presses the button with that text. */
export const button = (page, text) => page.$(`::-p-xpath(//button[normalize-space()=${JSON.stringify(text)}])`);
export const press = (page, text) => leads(page, async () => (await button(page, text)).click());

export const heading = page => page.$eval('h1', h1 => h1.textContent);

export async function logIn(page, { user, password }) {
  assert.equal(await heading(page), 'Log in');
  await page.type('#user', user);
  await page.type('#password', password);
  await press(page, 'Log in');
}

/** The code of RFC 6238 for a secret in base32. */
export function oneTimeCode(secret, time = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map(c => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

export async function choosePatient(page, id) {
  assert.equal(await heading(page), 'Choose a patient');
  await page.click(`input[name=patient][value="${id}"]`);
  await press(page, 'Choose');
}

/** Unchecks and checks boxes of the consent page by their scopes, and allows the rest. */
export async function consent(page, { uncheck = [], check = [], decision = 'Allow' } = {}) {
  assert.equal(await heading(page), 'Allow access?');
  for (const scope of [...uncheck, ...check]) await page.click(`input[name=scope][value="${scope}"]`);
  await press(page, decision);
}

/** The app's page after its script has traded the code; its title tells what came of it. */
export async function settled(page) {
  await page.waitForFunction(() => /^(ready|failed)/.test(document.title));
  return page.title();
}

/** Opens the app's launch page, which leads to the authorization server. */
export async function startApp(page, facts, settings) {
  const given = { iss: facts.base, ...settings };
  await page.goto(`${facts.app}/launch.html#${encodeURIComponent(JSON.stringify(given))}`);
  await arrives(page, () => /\/fhir\/auth\//.test(location.href) || /^failed/.test(document.title));
}
