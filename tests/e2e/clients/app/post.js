// Sends what comes in the fragment to the authorization server as a form, as an app of another site does.
const { action, parameters } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const form = document.createElement('form');
form.method = 'post';
form.action = action;
for (const [name, value] of Object.entries(parameters)) {
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = name;
  field.value = value;
  form.append(field);
}
document.body.append(form);
form.submit();
