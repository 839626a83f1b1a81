// fhirclient on a server: https://hl7.org/fhir/smart-app-launch/app-launch.html and /backend-services.html
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { randomBytes } from 'node:crypto';
import { choosePatient, consent, inBrowser, logIn } from './browser.mjs';

const require = createRequire(import.meta.url);
const smart = require('fhirclient');
const { importJWK, signCompactJws } = require('fhirclient/lib/security/server');

/** An app of two routes, with one session for its one visitor. */
function app(facts) {
  const session = {};
  const settings = {
    iss: facts.base, clientId: 'server-app', clientSecret: facts.secret, redirectUri: '/app',
    scope: 'launch/patient openid fhirUser offline_access patient/*.rs user/Practitioner.rs', pkceMode: 'required',
  };
  const answer = async (request, response) => {
    request.session = session;
    const fhir = smart(request, response);
    if (request.url.startsWith('/launch')) return fhir.authorize(settings);
    const client = await fhir.ready();
    await client.refresh();
    const [patient, user] = await Promise.all([client.patient.read(), client.user.read()]);
    const observations = await client.patient.request('Observation', { flat: true, pageLimit: 0 });
    response.setHeader('Content-Type', 'application/json');
    return response.end(JSON.stringify({ patient: patient.id, user: user.id, observations: observations.map(o => o.id).sort() }));
  };
  return createServer((request, response) => {
    if (!/^\/(launch|app)/.test(request.url)) return response.writeHead(404).end();
    return answer(request, response).catch(error => response.writeHead(500).end(String(error)));
  });
}

/** A confidential client with a secret, in a browser that runs no script. */
export async function launch(facts) {
  const server = app(facts);
  await new Promise(resolve => { server.listen(facts.port, '127.0.0.1', resolve); });
  try {
    return await inBrowser(facts, async page => {
      await page.goto(`http://127.0.0.1:${facts.port}/launch`);
      await logIn(page, facts);
      await choosePatient(page, 'p1');
      await consent(page);
      const response = await page.reload();  // the code has been used, the session has the token
      assert.equal(response.status(), 200);
      return response.json();
    }, { hasScripts: false });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** A backend service: private_key_jwt, then the API with paging. */
export async function backend({ base, key }) {
  const { token_endpoint: endpoint } = await (await fetch(`${base}/.well-known/smart-configuration`)).json();
  const now = Math.floor(Date.now() / 1000);
  const assertion = await signCompactJws(
    key.alg, await importJWK(key), { typ: 'JWT', kid: key.kid },
    { iss: 'backend', sub: 'backend', aud: endpoint, exp: now + 240, jti: randomBytes(32).toString('hex') });
  const body = new URLSearchParams({
    grant_type: 'client_credentials', scope: 'system/*.rs', client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  });
  const tokenResponse = await (await fetch(endpoint, { method: 'POST', body })).json();
  const client = smart({ headers: { host: '127.0.0.1' }, url: '/', socket: {}, session: {} }, {})
    .client({ serverUrl: base, tokenResponse });
  const observations = await client.request('Observation?_count=1&_sort=_id', { flat: true, pageLimit: 0 });
  const refused = await client.create({ resourceType: 'Patient' }).then(() => 201, error => error.statusCode);
  return { observations: observations.map(o => o.id), refused };
}
