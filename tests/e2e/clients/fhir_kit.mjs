// fhir-kit-client: each interaction of R4 as that client sends it.
import assert from 'node:assert/strict';
import Client from 'fhir-kit-client';

const client = ({ base, token }) => new Client({ baseUrl: base, bearerToken: token });
const person = family => ({ resourceType: 'Patient', name: [{ family }] });
const status = resource => Client.httpFor(resource).response.status;

/** What a refused call was answered with. */
async function refusal(call) {
  try {
    await call;
  } catch (error) {
    const { status: code, data } = error.response;
    assert.equal(data.resourceType, 'OperationOutcome');
    assert.ok(data.issue[0].diagnostics || data.issue[0].details.text);
    return { code, issue: data.issue[0].code };
  }
  assert.fail('nothing was refused');
}

export async function discovery(facts) {
  const open = new Client({ baseUrl: facts.base });
  const metadata = await open.smartAuthMetadata();
  const statement = await open.capabilityStatement();
  assert.equal(statement.fhirVersion, '4.0.1');
  return Object.fromEntries(Object.entries(metadata).map(([name, url]) => [name, String(url)]));
}

export async function changes(facts) {
  const fhir = client(facts);
  const made = await fhir.create({ resourceType: 'Patient', body: person('Kitmade') });
  const { id } = made;
  assert.equal(status(made), 201);
  const { headers } = Client.httpFor(made).response;
  assert.equal(headers.get('etag'), 'W/"1"');
  assert.ok(headers.get('location').endsWith(`/Patient/${id}/_history/1`));

  const read = await fhir.read({ resourceType: 'Patient', id });
  assert.deepEqual(read.name, [{ family: 'Kitmade' }]);
  const changed = await fhir.update({ resourceType: 'Patient', id, body: { ...read, gender: 'female' } });
  assert.equal(changed.meta.versionId, '2');
  const patched = await fhir.patch({
    resourceType: 'Patient', id, JSONPatch: [{ op: 'replace', path: '/gender', value: 'other' }],
  });
  assert.equal(patched.gender, 'other');

  const first = await fhir.vread({ resourceType: 'Patient', id, version: '1' });
  assert.equal(first.gender, undefined);
  const history = await fhir.history({ resourceType: 'Patient', id });
  assert.deepEqual(history.entry.map(e => e.resource.meta.versionId), ['3', '2', '1']);
  const ofType = await fhir.history({ resourceType: 'Patient' });
  assert.equal(ofType.type, 'history');
  assert.equal((await fhir.history()).type, 'history');

  await fhir.delete({ resourceType: 'Patient', id });
  assert.deepEqual(await refusal(fhir.read({ resourceType: 'Patient', id })), { code: 410, issue: 'deleted' });
}

export async function conditions(facts) {
  const fhir = client(facts);
  const identifier = [{ system: 'urn:kit', value: 'once' }];
  const body = { ...person('Once'), identifier };
  const headers = { 'If-None-Exist': 'identifier=urn:kit|once' };
  const made = await fhir.create({ resourceType: 'Patient', body, options: { headers } });
  const again = await fhir.create({ resourceType: 'Patient', body, options: { headers } });
  assert.deepEqual([status(made), status(again)], [201, 200]);
  assert.equal(again.id, made.id);

  const found = await fhir.update({
    resourceType: 'Patient', searchParams: { identifier: 'urn:kit|once' }, body: { ...body, active: true },
  });
  assert.equal(found.id, made.id);
  const stale = fhir.update({
    resourceType: 'Patient', id: made.id, body: { ...body, id: made.id }, options: { headers: { 'If-Match': 'W/"1"' } },
  });
  assert.equal((await refusal(stale)).code, 412);
  const old = await fhir.read({
    resourceType: 'Patient', id: made.id, options: { headers: { 'If-None-Match': 'W/"1"' } },
  });
  assert.equal(old.meta.versionId, '2');
}

export async function searches(facts) {
  const fhir = client(facts);
  const entry = [1, 2, 3, 4, 5].map(n => ({
    resource: { ...person('Pager'), id: `pager-${n}` }, request: { method: 'PUT', url: `Patient/pager-${n}` },
  }));
  const done = await fhir.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } });
  assert.equal(done.type, 'transaction-response');

  const ids = [];
  let page = await fhir.search({ resourceType: 'Patient', searchParams: { family: 'Pager', _count: 2, _sort: '_id' } });
  const first = page;
  for (; page; page = await fhir.nextPage({ bundle: page })) ids.push(...page.entry.map(e => e.resource.id));
  assert.deepEqual(ids, entry.map(e => e.resource.id));
  const second = await fhir.nextPage({ bundle: first });
  const back = await fhir.prevPage({ bundle: second });
  if (back) assert.deepEqual(back.entry.map(e => e.resource.id), ['pager-1', 'pager-2']);

  const posted = await fhir.resourceSearch({
    resourceType: 'Patient', searchParams: { family: 'Pager' }, options: { postSearch: true },
  });
  assert.equal(posted.entry.length, 5);
  const several = await fhir.search({ resourceType: 'Patient', searchParams: { _id: ['pager-1,pager-2'] } });
  assert.equal(several.entry.length, 2);
  const compartment = await fhir.search({
    resourceType: 'Observation', compartment: { resourceType: 'Patient', id: 'p1' },
  });
  assert.deepEqual(compartment.entry.map(e => e.resource.id).sort(), ['p1-lab', 'p1-vital']);
  const system = await fhir.systemSearch({
    searchParams: { _type: 'Patient,Device', _summary: 'count' }, options: { postSearch: true },
  });
  assert.ok(system.total >= 7);
  assert.equal((await refusal(fhir.search({ resourceType: 'Patient', searchParams: { birthdate: 'soon' } }))).code, 400);
}

export async function bundles(facts) {
  const fhir = client(facts);
  const request = (method, url) => ({ request: { method, url } });
  const entry = [request('GET', 'Patient/p1'), request('GET', 'Patient/nobody'), request('GET', 'Observation?subject=Patient/p1')];
  const answer = await fhir.batch({ body: { resourceType: 'Bundle', type: 'batch', entry } });
  assert.deepEqual(answer.entry.map(e => e.response.status.slice(0, 3)), ['200', '404', '200']);
  const broken = {
    resourceType: 'Bundle', type: 'transaction',
    entry: [{ resource: person('Never'), ...request('POST', 'Patient') }, request('DELETE', 'Patient?_id')],
  };
  await refusal(fhir.transaction({ body: broken }));
  const none = await fhir.search({ resourceType: 'Patient', searchParams: { family: 'Never' } });
  assert.deepEqual(none.entry ?? [], []);
}

export async function operations(facts) {
  const fhir = client(facts);
  const everything = await fhir.operation({ name: 'everything', resourceType: 'Patient', id: 'p1', method: 'GET' });
  assert.ok(everything.entry.some(e => e.resource.id === 'p1-lab'));
  const judged = await fhir.operation({
    name: '$validate', resourceType: 'Patient',
    input: { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: { ...person('X'), gender: 'unknwon' } }] },
  });
  assert.ok(judged.issue.some(i => i.severity === 'error' && i.expression[0].startsWith('Patient.gender')));
  const last = await fhir.operation({
    name: 'lastn', resourceType: 'Observation', method: 'GET', input: { patient: 'p1', max: 1 },
  });
  assert.equal(last.type, 'searchset');
}

export async function references(facts) {
  const fhir = client(facts);
  const observation = await fhir.read({ resourceType: 'Observation', id: 'p1-lab' });
  const relative = await fhir.resolve({ reference: observation.subject.reference });
  assert.equal(relative.id, 'p1');
  const absolute = await fhir.resolve({ reference: `${facts.base}/Practitioner/dr` });
  assert.equal(absolute.resourceType, 'Practitioner');
  const bundle = { resourceType: 'Bundle', entry: [{ fullUrl: `${facts.base}/Patient/p1`, resource: relative }] };
  assert.equal((await fhir.resolve({ reference: 'Patient/p1', context: bundle })).id, 'p1');
}

export async function refusals(facts) {
  const fhir = client(facts);
  return {
    missing: await refusal(fhir.read({ resourceType: 'Patient', id: 'nobody' })),
    unknown: await refusal(fhir.request('Nothing/1')),
    invalid: await refusal(fhir.create({ resourceType: 'Patient', body: { resourceType: 'Patient', gender: 'unknwon' } })),
    anonymous: await refusal(new Client({ baseUrl: facts.base }).read({ resourceType: 'Patient', id: 'p1' })),
  };
}
