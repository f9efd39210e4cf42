// The npm package `@transmitsecurity/platform-web-sdk`, unchanged, in a real browser, against a real server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { startBrowser, startSite, visitor } from "./browser.mjs";
import { startServer } from "./server.mjs";

// The backend's calls of this file go to a certificate made for it.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bank</title>
<form id="login" onsubmit="return false"><input id="name"><input id="password" type="password"><button id="go">Go</button></form>
<script type="module">
  import * as drs from "/modules/@transmitsecurity/platform-web-sdk/dist/drs.js";
  window.sdk = drs;
</script>`;

let server, browser, site, bearer;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  site = await startSite({ "/": PAGE });
  const { client_id, client_secret } = server.keys.transmit;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id,
    client_secret,
    resource: "https://risk.identity.security",
  });
  const response = await fetch(`https://${server.host}/oidc/token`, { method: "POST", body: form });
  assert.equal(response.status, 200);
  const told = await response.json();
  assert.equal(told.expires_in, 3600);
  bearer = { authorization: `Bearer ${told.access_token}` };
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await server?.stop();
});

/** A page on which the client has begun. */
async function open(context, options = {}) {
  const page = await context.newPage();
  const seen = [];
  page.on("response", (response) => {
    if (response.url().includes("/risk-collect/")) seen.push([response.status(), response.url()]);
  });
  await page.goto(site.url);
  await page.waitForFunction(() => window.sdk !== undefined);
  await page.evaluate(
    ([clientId, serverPath, options]) =>
      window.sdk.initialize({ clientId, drs: { serverPath, enableSessionToken: true, ...options } }),
    [server.keys.transmit.client_id, `https://${server.host}/risk-collect/`, options],
  );
  page.seen = seen;
  return page;
}

const trigger = (page, type, options) =>
  page.evaluate(([type, options]) => window.sdk.triggerActionEvent(type, options), [type, options]);

function get(actionToken, user) {
  const query = new URLSearchParams({ action_token: actionToken, ...(user && { user_id: user }) });
  return server.call(`/risk/v1/recommendation?${query}`, { method: "GET", headers: bearer });
}

const post = (path, body) => server.call(`/risk/v1/${path}`, { body, headers: bearer });

test("an action that the page reports is recommended upon, with what the page has told", async () => {
  const page = await open(await visitor(browser, { timezoneId: "Europe/Oslo", locale: "nb-NO" }));
  await page.mouse.move(40, 40);
  await page.mouse.move(120, 60, { steps: 12 });
  await page.click("#name");
  await page.keyboard.type("anna", { delay: 60 });
  await page.click("#password");
  await page.keyboard.type("correct horse", { delay: 45 });
  await page.click("#go");
  const told = await trigger(page, "login", { correlationId: "c-1", claimedUserId: "anna", claimedUserIdType: "account_id" });
  assert.equal(typeof told.actionToken, "string", JSON.stringify(told));
  assert.doesNotMatch(told.actionToken, /error|disabled/);
  assert.equal(told.userId, undefined, "a user in the answer would be adopted");

  const first = await get(told.actionToken, "anna");
  assert.equal(first.status, 200, JSON.stringify(first.body));
  const { context, risk_signals: signals, reasons, recommendation } = first.body;
  assert.ok(["allow", "challenge", "deny"].includes(recommendation.type), recommendation.type);
  assert.equal(context.action_type, "login");
  assert.equal(context.user_id, "anna");
  assert.equal(context.claimed_user_id, "anna");
  assert.equal(context.correlation_id, "c-1");
  assert.equal(context.device_timezone, "Europe/Oslo");
  assert.equal(context.device_platform, "desktop");
  assert.equal(context.browser_name, "Chrome");
  assert.match(context.device_id, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.match(context.device_fingerprint, /^[0-9a-f]{64}$/);
  assert.equal(signals.device.core_number > 0, true);
  assert.match(signals.device.graphic_card, /\w/);
  assert.equal(signals.device.screen_width > 0, true);
  assert.deepEqual(signals.device.accept_languages.slice(0, 1), ["nb-NO"]);
  assert.deepEqual(signals.behavior.input_method, ["is_typing"]);
  assert.equal(signals.behavior.no_user_interaction, false);
  // How fast is the machine's to say as well: a share of people, whichever.
  const { typing_velocity: velocity } = signals.behavior;
  assert.ok(velocity >= 0 && velocity <= 1, `a share: ${velocity}`);
  assert.equal(signals.history.device_action_rate_60_sec, 1);
  assert.equal(signals.history.ip_user_count_last_hour, 1);
  assert.equal(signals.device.emulated, true, signals.device.graphic_card);
  for (const reason of ["DEVICE_BOT", "DEVICE_EMULATED_GPU"]) {
    assert.ok(reasons.includes(reason), `a driven browser without a graphics processor: ${reasons}`);
  }

  const again = await get(told.actionToken, "anna");
  assert.deepEqual(again.body, first.body, "judged once");
  for (const [status, url] of page.seen) assert.equal(status, 200, url);
});

test("a transaction comes back as it was told", async () => {
  const page = await open(await visitor(browser));
  const transactionData = {
    amount: 120.5,
    currency: "EUR",
    reason: "rent",
    transactionDate: Date.now(),
    payer: { name: "Anna", accountNumber: "NO93 8601 1117 947", bankIdentifier: "DNBANOKK", branchIdentifier: "1" },
    payee: { name: "Berta", accountNumber: "DE89 3704 0044 0532 0130 00" },
  };
  const { actionToken } = await trigger(page, "transaction", { transactionData, customAttributes: { channel: "web" } });
  const { body } = await get(actionToken, "tora");
  assert.deepEqual(body.transaction_data, transactionData);
  assert.deepEqual(body.custom_attributes, { channel: "web" });
  assert.equal(body.context.action_type, "transaction");
});

test("a device keeps its id, over pages and users", async () => {
  const context = await visitor(browser);
  const page = await open(context);
  const one = await get((await trigger(page, "login")).actionToken, "carla");
  await page.evaluate(() => window.sdk.setAuthenticatedUser("carla"));
  await page.close();
  const next = await open(context);
  const two = await get((await trigger(next, "account_details_change")).actionToken);
  assert.equal(two.body.context.device_id, one.body.context.device_id);
  assert.equal(two.body.context.user_id, "carla", "the user of the session");
  assert.equal(await next.evaluate(() => window.sdk.clearUser()), true);
  const three = await get((await trigger(next, "logout")).actionToken);
  assert.equal(three.body.context.user_id, undefined);
  const other = await open(await visitor(browser));
  const four = await get((await trigger(other, "login")).actionToken, "carla");
  assert.notEqual(four.body.context.device_id, one.body.context.device_id);
});

test("a page's word on a user is nobody's word", async () => {
  const page = await open(await visitor(browser));
  const { actionToken } = await trigger(page, "login", { claimedUserId: "victim" });
  await get(actionToken);
  const unnamed = await post("action/result", { action_token: actionToken, result: "success" });
  assert.equal(unnamed.status, 201);
  const found = await get(actionToken);
  assert.equal(found.body.recommendation.result, undefined, "nothing is concluded for a user whom only the page names");
});

test("a server reports an action in the page's session", async () => {
  const page = await open(await visitor(browser));
  await trigger(page, "login");
  const session = await page.evaluate(() => window.sdk.getSessionToken());
  assert.match(session, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  const body = { session_token: session, action_type: "withdraw", user_id: "dora" };
  const triggered = await post("action/trigger-action", body);
  assert.equal(triggered.status, 201, JSON.stringify(triggered.body));
  const asked = await get(triggered.body.action_token);
  assert.equal(asked.body.context.user_id, "dora");
  assert.match(asked.body.context.user_agent, /Chrome/);
  const at_once = await post("action/trigger-action?get_recommendation=true", body);
  assert.equal(at_once.status, 201);
  assert.equal(at_once.body.context.device_id, asked.body.context.device_id);
  assert.match(at_once.body.action_token, /\w/);
});

test("a secured session token is the device's, the action's, and good once", async () => {
  const page = await open(await visitor(browser));
  await trigger(page, "login");
  const secured = (type) => page.evaluate((type) => window.sdk.getSecureSessionToken(type), type);
  const ask = (token, type) =>
    post("action/trigger-action", { secured_session_token: token, action_type: type, user_id: "emil" });
  const bound = await secured("transaction");
  const mismatch = await ask(bound, "login");
  assert.equal(mismatch.status, 403);
  assert.equal(mismatch.body.message, "Action type mismatch");
  assert.equal((await ask(bound, "transaction")).status, 201);
  const replayed = await ask(bound, "transaction");
  assert.equal(replayed.status, 403, JSON.stringify(replayed.body));
  const [head, claims, signature] = (await secured("transaction")).split(".");
  const flipped = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  assert.equal((await ask(`${head}.${claims}.${flipped}`, "transaction")).status, 403);
  // Another device's session in it.
  const other = await open(await visitor(browser));
  await trigger(other, "login");
  const foreign = await other.evaluate(() => window.sdk.getSessionToken());
  const told = JSON.parse(Buffer.from(claims, "base64url").toString());
  const moved = Buffer.from(JSON.stringify({ ...told, backendSessionToken: foreign })).toString("base64url");
  assert.equal((await ask(`${head}.${moved}.${signature}`, "transaction")).status, 403);
});

test("a device that the client has reported is known in a Ravelin login that carries its id", async () => {
  const page = await open(await visitor(browser));
  const { actionToken } = await trigger(page, "login");
  const { body } = await get(actionToken, "frida");
  const login = (device) =>
    server.call("/v3/login?score=true", {
      headers: { authorization: `token ${server.keys.ravelin.secret_key}` },
      body: {
        timestamp: Date.now(),
        login: {
          username: "frida",
          customerId: "frida",
          success: true,
          authenticationMechanism: { password: { success: true } },
        },
        device: { deviceId: device, ipAddress: "127.0.0.1" },
      },
    });
  await post("action/result", { action_token: actionToken, result: "success", user_id: "frida", challenge_type: "totp" });
  const known = await login(body.context.device_id);
  assert.equal(known.status, 200);
  const reasons = async (answer) => {
    const event = answer.body.data.scoreId;
    const record = await server.call(`/v1/assessments/${event}`, {
      method: "GET",
      headers: { authorization: `Bearer ${server.keys.native.api_key}` },
    });
    return JSON.stringify(record.body);
  };
  assert.match(await reasons(known), /PROFILE_DEVICE_FAMILIAR/);
  assert.match(await reasons(await login("another")), /PROFILE_DEVICE_NEW/);
});

/** What the client sends, made by hand: sealed under the server's key, unless something is to be wrong with it. */
async function sealed(payload, change = {}) {
  const conf = await fetch(`https://${server.host}/risk-collect/device/conf?tenantId=${server.keys.transmit.client_id}`);
  const jwk = change.jwk ?? JSON.parse((await conf.json()).publicKey);
  const rsa = await crypto.subtle.importKey("jwk", jwk, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
  const [symKey, iv] = [crypto.getRandomValues(new Uint8Array(32)), crypto.getRandomValues(new Uint8Array(12))];
  const base64 = (bytes) => Buffer.from(bytes).toString("base64");
  const page = JSON.stringify({ symKey: base64(symKey), iv: base64(iv) });
  const key = await crypto.subtle.encrypt({ name: "RSA-OAEP" }, rsa, Buffer.from(page));
  const aes = await crypto.subtle.importKey("raw", symKey, "AES-GCM", false, ["encrypt"]);
  const content = change.content ?? gzipSync(Buffer.from(JSON.stringify(payload)));
  const data = Buffer.from(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, aes, content));
  if (change.flip) data[change.flip] ^= 1;
  return { data: base64(data), key: base64(key), dataType: "compressed" };
}

const action = (change = {}) => ({
  clientId: server.keys.transmit.client_id,
  keyIdentifier: "ab".repeat(32),
  userId: null,
  events: [{ type: "action", attributes: { action_type: "login" }, index: 1, tabId: "1", timestamp: Date.now(), ...change }],
});
const send = (body, headers = {}) =>
  server.call("/risk-collect/device/events", { body, headers: { origin: "http://localhost:1", ...headers } });

test("what is wrong with a report is refused, and said", async () => {
  const good = await send(await sealed(action()));
  assert.equal(good.status, 200, JSON.stringify(good.body));
  const pair = await crypto.subtle.generateKey(
    { name: "RSA-OAEP", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    true,
    ["encrypt", "decrypt"],
  );
  const other = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const bomb = gzipSync(Buffer.alloc(60_000_000, 32));
  for (const [what, status, body] of [
    ["an old key", 400, await sealed(action(), { jwk: other })],
    ["a flipped bit", 400, await sealed(action(), { flip: 7 })],
    ["a bomb", 400, await sealed({}, { content: bomb })],
    ["no gzip", 400, await sealed({}, { content: Buffer.from("{}") })],
    ["no JSON", 401, await sealed({}, { content: gzipSync(Buffer.from("[1]")) })],
    ["no client", 401, await sealed({ ...action(), clientId: "test_nobody" })],
    ["no events", 400, await sealed({ ...action(), events: [] })],
    ["plain", 400, action()],
    ["megabytes", 400, { data: "A".repeat(2_000_000), key: "", dataType: "compressed" }],
  ]) {
    const answer = await send(body);
    assert.equal(answer.status, status, `${what}: ${JSON.stringify(answer.body)}`);
    assert.match(answer.body.message, /./, what);
  }
  const foreign = await send(await sealed(action()), { origin: "https://elsewhere.example" });
  assert.equal(foreign.status, 403);
  // From the future, and out of order.
  const early = await send(await sealed(action({ timestamp: Date.now() + 86_400_000, index: 9 })));
  const late = await send(await sealed(action({ timestamp: 1, index: 0 })));
  assert.deepEqual([early.status, late.status], [200, 200]);
});

test("the same action twice is one action with one token", async () => {
  const twice = action({ timestamp: Date.now() });
  const [one, two] = await Promise.all([send(await sealed(twice)), send(await sealed(twice))]);
  assert.equal(one.body.deviceId, two.body.deviceId);
  const [first, second] = await Promise.all([get(one.body.actionToken, "gerda"), get(two.body.actionToken, "gerda")]);
  assert.equal(first.body.context.action_id, second.body.context.action_id);
  assert.deepEqual(first.body, second.body);
});

test("who has no right to ask is told so", async () => {
  const { body: good } = await send(await sealed(action()));
  const ask = (headers, token = good.actionToken) =>
    server.call(`/risk/v1/recommendation?action_token=${token}`, { method: "GET", headers });
  assert.equal((await ask({})).status, 401);
  assert.equal((await ask({ authorization: "Bearer a.b.c" })).status, 401);
  assert.equal((await ask({ authorization: `Bearer ${server.keys.transmit.client_secret}` })).status, 401);
  const token = (body) => server.call("/oidc/token", { body: { grant_type: "client_credentials", ...body } });
  const wrong = await token({ client_id: server.keys.transmit.client_id, client_secret: "x" });
  assert.deepEqual([wrong.status, wrong.body.error], [401, "invalid_client"]);
  const alone = await token({ client_secret: server.keys.transmit.client_secret });
  assert.equal(alone.status, 401);
  const other = server.createApplication("other");
  const theirs = await token(other.transmit);
  assert.equal(theirs.status, 200);
  const foreign = await ask({ authorization: `Bearer ${theirs.body.access_token}` });
  assert.equal(foreign.status, 403, "another application's action");
  assert.equal((await ask(bearer, `${good.actionToken.slice(0, -1)}${good.actionToken.endsWith("A") ? "B" : "A"}`)).status, 400);
  assert.equal((await ask(bearer)).status, 200);
  const keys = await server.call("/.well-known/jwks.json", { method: "GET" });
  assert.deepEqual([keys.body.keys[0].kty, keys.body.keys[0].alg], ["OKP", "EdDSA"]);
});

test("a user who left no trace but a challenge is believed after it is passed", async () => {
  const page = await open(await visitor(browser));
  const one = await trigger(page, "login");
  const first = await get(one.actionToken, "hanna");
  const passed = { action_token: one.actionToken, result: "success", user_id: "hanna", challenge_type: "passkey" };
  assert.equal((await post("action/result", passed)).status, 201);
  const then = await get(one.actionToken, "hanna");
  assert.deepEqual(then.body.recommendation, { type: first.body.recommendation.type, result: "success", challenge_type: "passkey" });
  const two = await trigger(page, "login");
  const second = await get(two.actionToken, "hanna");
  assert.ok(second.body.reasons.includes("PROFILE_DEVICE_FAMILIAR"), `${second.body.reasons}`);
  const label = { label_type: "CONFIRMED_FRAUD", use_case: "ACCOUNT_TAKEOVER", subject: { type: "ACTION_ID", value: second.body.context.action_id } };
  assert.equal((await post("label", label)).status, 201);
  const three = await trigger(page, "withdraw");
  const third = await get(three.actionToken, "hanna");
  assert.ok(third.body.reasons.includes("USER_REPORTED_COMPROMISE"), `${third.body.reasons}`);
});

test("an address that reports too often is told to wait", async () => {
  const statuses = await Promise.all(Array.from({ length: 80 }, () => send({ data: "AA==", key: "AA==" })));
  const told = statuses.find((answer) => answer.status === 429);
  assert.ok(told, "some of eighty at once are too many");
  assert.match(told.body.message, /too often/);
});

test("nothing secret is in the log", () => {
  const text = server.log.join("\n");
  const { client_id, client_secret } = server.keys.transmit;
  for (const secret of [client_secret, client_id, bearer.authorization, "action_token", "frida"]) {
    assert.equal(text.includes(secret), false, "the log names what it must not");
  }
});
