// fhirclient in a browser: https://hl7.org/fhir/smart-app-launch/app-launch.html
import assert from 'node:assert/strict';
import { arrives, button, choosePatient, consent, heading, inBrowser, logIn, oneTimeCode, press, settled, startApp } from './browser.mjs';

const OFFLINE = 'launch/patient openid fhirUser offline_access patient/*.rs user/Practitioner.rs';

/** A whole standalone launch; at its end the app's page has a client. */
async function launched(page, facts, { scope = OFFLINE, patient = 'p1', boxes = {}, ...settings } = {}) {
  await startApp(page, facts, { scope, ...settings });
  await logIn(page, facts);
  await choosePatient(page, patient);
  await consent(page, boxes);
  assert.equal(await settled(page), 'ready');
}

const said = page => page.evaluate(() => client.state.tokenResponse);

export const standalone = facts => inBrowser(facts, async page => {
  await launched(page, facts);
  const seen = await page.evaluate(async () => {
    const patient = await client.patient.read();
    const user = await client.user.read();
    const pages = [];
    await client.request('Observation?_count=1&_sort=_id', { pageLimit: 0, onPage: page => { pages.push(page.entry[0].resource.id); } });
    const flat = await client.request('Observation?_count=1', { pageLimit: 0, flat: true });
    const resolved = await client.request('Observation/p1-lab', { resolveReferences: ['subject', 'performer.0'], graph: true });
    const own = await client.patient.request('Observation', { flat: true });
    const missing = await client.request('Patient/p2').then(() => 200, error => error.statusCode);
    return {
      patient: patient.id, fhirUser: client.user.fhirUser, user: user.id, pages, flat: flat.length,
      family: resolved.subject.name[0].family, doctor: resolved.performer[0].name[0].family,
      own: own.map(o => o.id).sort(), missing, challenge: !!client.state.codeChallenge,
    };
  });
  return { ...seen, token: await said(page) };
});

/** A new access token by the refresh token, and the old refresh token is another. */
export const refresh = facts => inBrowser(facts, async page => {
  await launched(page, facts);
  const before = await said(page);
  const after = await page.evaluate(async () => {
    await client.refresh();
    return { ...client.state.tokenResponse, read: (await client.patient.read()).id };
  });
  assert.notEqual(after.access_token, before.access_token);
  assert.notEqual(after.refresh_token, before.refresh_token);
  assert.equal(after.patient, 'p1');
  return after.read;
});

/** fhirclient signs its own assertion in the browser. */
export const asymmetric = facts => inBrowser(facts, async page => {
  await launched(page, facts, { clientId: 'browser-asym', clientPrivateJwk: facts.key });
  // It signs no refresh, so it has to be refused one.
  const refreshed = await page.evaluate(() => client.refresh().then(() => 200, error => error.statusCode));
  assert.equal(refreshed, 401);
  return page.evaluate(async () => (await client.patient.read()).id);
});

export const narrowed = facts => inBrowser(facts, async page => {
  const laboratory = 'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory';
  await launched(page, facts, {
    scope: 'launch/patient patient/Patient.rs patient/Condition.rs patient/Observation.rs',
    boxes: { uncheck: ['patient/Condition.rs', 'patient/Observation.rs'], check: [laboratory] },
  });
  const seen = await page.evaluate(async () => ({
    scope: client.state.tokenResponse.scope.split(' ').sort(),
    observations: (await client.request('Observation', { flat: true })).map(o => o.id),
    condition: await client.request('Condition?patient=p1').then(() => 200, error => error.statusCode),
  }));
  assert.deepEqual(seen.scope, ['launch/patient', 'patient/Patient.rs', laboratory].sort());
  return seen;
});

export const denied = facts => inBrowser(facts, async page => {
  await startApp(page, facts, { scope: 'launch/patient patient/Patient.rs' });
  await logIn(page, facts);
  await choosePatient(page, 'p1');
  await consent(page, { decision: 'Deny' });
  return settled(page);
});

/** From the launcher page, where the user chooses patient, app and encounter. */
export const ehr = facts => inBrowser(facts, async page => {
  await page.goto(`${facts.base}/auth/launch`);
  await logIn(page, facts);
  await page.type('#name', facts.name);
  await press(page, 'Search');
  await page.click(`input[name=patient][value="${facts.patient}"]`);
  await press(page, 'Choose');
  await page.select('#client', facts.client);
  await page.select('#encounter', facts.encounter);
  await (await button(page, 'Launch')).click();
  await arrives(page, () => document.querySelector('h1')?.textContent === 'Allow access?');
  await consent(page);
  assert.equal(await settled(page), 'ready');
  return page.evaluate(async () => ({
    patient: (await client.patient.read()).id, encounter: client.encounter.id && (await client.encounter.read()).id,
    banner: client.state.tokenResponse.need_patient_banner, user: client.getFhirUser(), types: (await
    client.request(`Patient/${client.patient.id}/$everything`, { flat: true, pageLimit: 0 })).map(r => r.resourceType),
  }));
});

/** An app of another site posts its request: who is logged in stays so. The form is not fhirclient's. */
export const posted = facts => inBrowser(facts, async page => {
  await page.goto(`${facts.base}/auth/manage`);
  await logIn(page, facts);
  const parameters = {
    response_type: 'code', client_id: 'browser-app', redirect_uri: `${facts.app}/app.html`, state: 'posted-state',
    scope: 'launch/patient patient/*.rs', aud: facts.base, code_challenge_method: 'S256',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  };
  const site = facts.app.replace('127.0.0.1', 'localhost');
  const given = { action: `${facts.base}/auth/authorize`, parameters };
  await page.goto(`${site}/post.html#${encodeURIComponent(JSON.stringify(given))}`);
  await arrives(page, () => document.querySelector('h1') !== null);
  await choosePatient(page, 'p1');
  const { pathname, searchParams } = new URL((await Promise.all([
    page.waitForRequest(request => request.url().startsWith(parameters.redirect_uri)), consent(page),
  ]))[0].url());
  return { pathname, state: searchParams.get('state'), hasCode: searchParams.has('code') };
});

/** The second factor, then out again: the visit is over, and the next one asks for it anew. */
export const secondFactor = facts => inBrowser(facts, async page => {
  await startApp(page, facts, { scope: 'openid fhirUser user/Patient.rs' });
  await logIn(page, facts);
  assert.equal(await heading(page), 'Second factor');
  await page.type('#code', '000000');
  await press(page, 'Go on');
  assert.match(await page.$eval('[role=alert]', alert => alert.textContent), /code is wrong/);
  await page.type('#code', oneTimeCode(facts.secret));
  await press(page, 'Go on');
  await consent(page);
  assert.equal(await settled(page), 'ready');
  const names = await page.evaluate(async () => (await client.request('Patient', { flat: true })).map(p => p.id).sort());

  await page.goto(`${facts.base}/auth/manage`);
  assert.equal(await heading(page), 'Apps with access');
  await press(page, 'Take back');
  await press(page, 'Log out');
  assert.equal(await heading(page), 'Logged out');
  await page.goto(`${facts.base}/auth/manage`);
  assert.equal(await heading(page), 'Log in');
  await page.goBack();
  return names;
});

/** An app that asks for what nobody can give is told so where it can read it. */
export const refused = facts => inBrowser(facts, async page => {
  await startApp(page, facts, { scope: 'patient/Nothing.rs' });
  return settled(page);
});

/** What the page of each of the users says, one after the other in one browser. */
export const signIn = facts => inBrowser(facts, async page => {
  const said = {};
  for (const user of facts.users) {
    await page.goto(`${facts.base}/auth/manage`);
    await logIn(page, { user, password: facts.password });
    said[user] = await page.$eval('main', main => main.textContent);
    await press(page, 'Log out');
  }
  return said;
});
