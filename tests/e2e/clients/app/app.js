// Trades the code for a token; the test then uses window.client.
FHIR.oauth2.ready()
  .then(client => { window.client = client; document.title = 'ready'; })
  .catch(error => { document.title = `failed: ${error.message}`; });
