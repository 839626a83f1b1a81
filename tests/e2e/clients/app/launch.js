// What fhirclient's authorize() is given comes in the fragment; an EHR launch opens the page without one.
const given = location.hash ? JSON.parse(decodeURIComponent(location.hash.slice(1))) : {};
FHIR.oauth2.authorize({
  clientId: 'CLIENT_ID', scope: 'launch openid fhirUser patient/*.rs', redirectUri: 'app.html', pkceMode: 'required',
  ...given,
}).catch(error => { document.title = `failed: ${error.message}`; });
