// The npm package `@transmitsecurity/platform-web-sdk`, unchanged, in a real browser, against a real server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

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
  assert.equal(signals.behavior.typing_velocity > 0.5, true);
  assert.ok(reasons.includes("DEVICE_BOT"), `a driven browser: ${reasons}`);

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

test("nothing secret is in the log", () => {
  const text = server.log.join("\n");
  const { client_id, client_secret } = server.keys.transmit;
  for (const secret of [client_secret, client_id, bearer.authorization, "action_token", "frida"]) {
    assert.equal(text.includes(secret), false, "the log names what it must not");
  }
});
