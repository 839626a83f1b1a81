// @medplum/core pointed at a server that is not Medplum's.
import assert from 'node:assert/strict';
import { MedplumClient, OperationOutcomeError } from '@medplum/core';

function client({ base, token }) {
  const root = new URL('/', base).toString();
  return new MedplumClient({
    baseUrl: root, fhirUrlPath: 'fhir', tokenUrl: `${base}/auth/token`, authorizeUrl: `${base}/auth/authorize`,
    logoutUrl: `${base}/auth/logout`, accessToken: token, cacheTime: 0, fetch,
  });
}

async function refusal(call) {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof OperationOutcomeError, String(error));
    return error.outcome.issue[0].code;
  }
  assert.fail('nothing was refused');
}

export async function changes(facts) {
  const medplum = client(facts);
  const made = await medplum.createResource({ resourceType: 'Patient', name: [{ family: 'Plum' }] });
  assert.equal(made.meta.versionId, '1');
  const changed = await medplum.updateResource({ ...made, gender: 'male' });
  assert.equal(changed.meta.versionId, '2');
  const patched = await medplum.patchResource('Patient', made.id, [{ op: 'add', path: '/active', value: true }]);
  assert.equal(patched.active, true);
  assert.deepEqual((await medplum.readHistory('Patient', made.id)).entry.map(e => e.resource.meta.versionId), ['3', '2', '1']);
  assert.equal((await medplum.readVersion('Patient', made.id, '1')).gender, undefined);
  assert.equal((await medplum.readReference({ reference: `Patient/${made.id}` })).id, made.id);
  await medplum.deleteResource('Patient', made.id);
  return refusal(medplum.readResource('Patient', made.id));
}

export async function conditions(facts) {
  const medplum = client(facts);
  const identifier = [{ system: 'urn:plum', value: 'once' }];
  const body = { resourceType: 'Patient', identifier, name: [{ family: 'Once' }] };
  const made = await medplum.createResourceIfNoneExist(body, 'identifier=urn:plum|once');
  const again = await medplum.createResourceIfNoneExist(body, 'identifier=urn:plum|once');
  assert.equal(again.id, made.id);
  const upserted = await medplum.upsertResource({ ...body, active: true }, 'identifier=urn:plum|once');
  assert.equal(upserted.id, made.id);
  assert.equal((await medplum.searchOne('Patient', 'identifier=urn:plum|once')).active, true);
}

export async function searches(facts) {
  const medplum = client(facts);
  const bundle = await medplum.search('Patient', 'family=Onely');
  assert.deepEqual(bundle.entry.map(e => e.resource.id), ['p1']);
  const listed = await medplum.searchResources('Observation', { subject: 'Patient/p1', _sort: '_id' });
  assert.deepEqual(listed.map(o => o.id), ['p1-lab', 'p1-vital']);
  const ids = [];
  for await (const page of medplum.searchResourcePages('Observation', '_count=1&_sort=_id')) ids.push(...page.map(o => o.id));
  assert.deepEqual(ids, ['p1-lab', 'p1-vital', 'p2-lab', 'p2-vital']);
  const everything = await medplum.readPatientEverything('p1');
  assert.ok(everything.entry.some(e => e.resource.id === 'p1-con'));
  assert.equal(await medplum.searchOne('Patient', 'family=Nobody'), undefined);
}

export async function bundles(facts) {
  const medplum = client(facts);
  const get = url => ({ request: { method: 'GET', url } });
  const answer = await medplum.executeBatch({
    resourceType: 'Bundle', type: 'batch', entry: [get('Patient/p1'), get('Patient/nobody')],
  });
  assert.deepEqual(answer.entry.map(e => e.response.status.slice(0, 3)), ['200', '404']);
}

export async function graphql(facts) {
  const medplum = client(facts);
  const { data } = await medplum.graphql('{ Patient(id: "p1") { id name { family } ObservationList(_reference: subject) { id } } }');
  assert.equal(data.Patient.name[0].family, 'Onely');
  assert.deepEqual(data.Patient.ObservationList.map(o => o.id).sort(), ['p1-lab', 'p1-vital']);
}

export async function terminology(facts) {
  const medplum = client(facts);
  const set = await medplum.valueSetExpand({ url: 'http://hl7.org/fhir/ValueSet/administrative-gender' });
  assert.deepEqual(set.expansion.contains.map(c => c.code).sort(), ['female', 'male', 'other', 'unknown']);
}

export async function binaries(facts) {
  const medplum = client(facts);
  const made = await medplum.createBinary({ data: 'plain text of a letter', contentType: 'text/plain' });
  assert.equal(made.resourceType, 'Binary');
  const blob = await medplum.download(`${facts.base}/Binary/${made.id}`, { headers: { Accept: 'text/plain' } });
  assert.equal(await blob.text(), 'plain text of a letter');
}

export async function refusals(facts) {
  const medplum = client(facts);
  return {
    missing: await refusal(medplum.readResource('Patient', 'nobody')),
    invalid: await refusal(medplum.createResource({ resourceType: 'Patient', gender: 'unknwon' })),
    anonymous: await refusal(client({ base: facts.base }).readResource('Patient', 'p1')),
  };
}

/** Client credentials by a signed assertion. */
export async function signIn({ base, assertion }) {
  const medplum = client({ base });
  await medplum.startJwtAssertionLogin(assertion);
  const patient = await medplum.readResource('Patient', 'p1');
  return { token: medplum.getAccessToken(), patient: patient.id };
}
