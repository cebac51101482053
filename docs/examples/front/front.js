// OpenID Connect with a code and PKCE (RFC 7636), from a page without a server. Where it runs:
//   index.html?issuer=http://127.0.0.1:8080/oidc&client_id=…     (remembered for the tab)
const show = (id, text) => { document.getElementById(id).textContent = text; };
const here = location.origin + location.pathname;
const kept = sessionStorage;
const given = new URLSearchParams(location.search);
for (const name of ["issuer", "client_id"]) if (given.has(name)) kept[name] = given.get(name);

const base64url = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

const discover = async () => (await fetch(kept.issuer + "/.well-known/openid-configuration")).json();

async function signIn() {
  const provider = await discover();
  kept.verifier = random();
  kept.state = random();
  const challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(kept.verifier));
  location.assign(provider.authorization_endpoint + "?" + new URLSearchParams({
    response_type: "code", client_id: kept.client_id, redirect_uri: here, scope: "openid profile api.read",
    state: kept.state, code_challenge: base64url(challenge), code_challenge_method: "S256",
  }));
}

async function comeBack() {
  history.replaceState(null, "", here);
  // The state is ours, and the provider that answers is the one that was asked (RFC 9207).
  if (given.get("state") !== kept.state || given.get("iss") !== kept.issuer) throw new Error("this answer is to nobody's question");
  if (given.has("error")) throw new Error(given.get("error_description") ?? given.get("error"));
  const provider = await discover();
  const answer = await fetch(provider.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code", code: given.get("code"), redirect_uri: here, client_id: kept.client_id,
      code_verifier: kept.verifier,
    }),
  });
  const tokens = await answer.json();
  if (!answer.ok) throw new Error(tokens.error_description);
  delete kept.verifier;
  delete kept.state;
  kept.access = tokens.access_token;
  kept.identity = tokens.id_token;
}

// An access token lives for ten minutes; then the person, still signed in there, comes back without being asked anything.
async function call(path) {
  const answer = await fetch(new URL(path, kept.issuer), { headers: { Authorization: "Bearer " + kept.access } });
  if (answer.status === 401) { delete kept.access; await signIn(); }
  if (!answer.ok) throw new Error(path + ": " + answer.status);
  return answer.json();
}

async function showTimetable() {
  const session = await call("/api/v1/session");
  show("who", session.account.name);
  const week = await call("/api/v1/me/timetable");
  const list = document.getElementById("lessons");
  for (const timetable of week.timetables) {
    for (const lesson of timetable.lessons) {
      const item = document.createElement("li");
      item.textContent = [lesson.date, lesson.start, lesson.subject?.name ?? lesson.title].filter(Boolean).join(" · ");
      list.append(item);
    }
  }
  show("status", `${list.children.length} lessons this week`);
}

async function signOut() {
  const provider = await discover();
  const hint = kept.identity;
  for (const name of ["access", "identity"]) delete kept[name];
  location.assign(provider.end_session_endpoint + "?" + new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: here }));
}

const button = (id, action, isThere) => Object.assign(document.getElementById(id), { hidden: !isThere, onclick: action });
try {
  if (given.has("code") || given.has("error")) await comeBack();
  button("sign-in", signIn, !kept.access);
  button("sign-out", signOut, Boolean(kept.access));
  if (kept.access) await showTimetable(); else show("status", kept.client_id ? "Not signed in" : "Add ?issuer=…&client_id=… to the address");
} catch (error) {
  button("sign-in", signIn, true);
  show("status", error.message);
}
