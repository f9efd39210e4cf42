// The npm package `rupt`, unchanged, in a real browser, against a real server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser, startSite, visitor } from "./browser.mjs";
import { startServer } from "./server.mjs";

// The backend's calls of this file go to a certificate made for it.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<script type="module">
  import * as Rupt from "/packages/rupt/index.mjs";
  window.Rupt = Rupt.default ?? Rupt;
</script>`;

let server, browser, site;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  site = await startSite({ "/": PAGE, "/signed-out": PAGE, "/upgrade": PAGE });
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await server?.stop();
});

const bearer = () => ({ authorization: `Bearer ${server.keys.rupt.api_secret}` });

async function open(context) {
  const page = await context.newPage();
  await page.goto(site.url);
  await page.waitForFunction(() => window.Rupt !== undefined);
  return page;
}

function inPage(page, name, options) {
  const all = { client_id: server.keys.rupt.client_id, domain: server.host, ...options };
  return page.evaluate(([name, all]) => window.Rupt[name](all), [name, all]);
}

const identify = (page) => inPage(page, "identify");
const complete = (identification, account) =>
  server.call(`/v2/proj/identification/${identification}/complete`, { body: { account }, headers: bearer() });

test("a device is new on an account once, and the page is told nothing but a token", async () => {
  const context = await visitor(browser);
  const page = await open(context);
  const told = await identify(page);
  assert.deepEqual(Object.keys(told), ["identification"]);
  assert.match(told.identification, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

  const first = await complete(told.identification, "anna");
  assert.equal(first.status, 200);
  assert.deepEqual(Object.keys(first.body), ["access", "device", "new_device", "metadata_fields"]);
  assert.match(first.body.device, /^[0-9a-f]{24}$/);
  assert.match(first.body.access, /^[0-9a-f]{24}$/);
  assert.equal(first.body.new_device, true);

  // Another visit of the same browser, with no memory of the first: known by its likeness alone.
  const again = await open(await visitor(browser));
  const second = await complete((await identify(again)).identification, "anna");
  assert.equal(second.body.new_device, false);
  assert.equal(second.body.device, first.body.device);
  assert.notEqual(second.body.access, first.body.access);

  const elsewhere = await complete((await identify(page)).identification, "berta");
  assert.equal(elsewhere.body.new_device, true, "new on another account");
});

test("another device is another device", async () => {
  const desk = await open(await visitor(browser));
  const phone = await open(
    await visitor(browser, {
      viewport: { width: 390, height: 844 },
      screen: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      timezoneId: "America/Lima",
      locale: "es-PE",
      userAgent:
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
    }),
  );
  const one = await complete((await identify(desk)).identification, "carla");
  const two = await complete((await identify(phone)).identification, "carla");
  assert.equal(two.body.new_device, true);
  assert.notEqual(two.body.device, one.body.device);
});

test("of two completes at once, one device is new", async () => {
  const page = await open(await visitor(browser));
  const tokens = [];
  for (let n = 0; n < 8; n += 1) tokens.push((await identify(page)).identification);
  const answers = await Promise.all(tokens.map((token) => complete(token, "dora")));
  assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([200]));
  assert.equal(answers.filter((answer) => answer.body.new_device).length, 1);
});

test("a token is good once, here, and for a while", async () => {
  const page = await open(await visitor(browser));
  const { identification } = await identify(page);
  const raced = await Promise.all([1, 2, 3].map(() => complete(identification, "emil")));
  assert.deepEqual(raced.map((answer) => answer.status).sort(), [200, 409, 409]);
  assert.equal((await complete(identification, "mallory")).status, 409, "replayed for another account");
  assert.equal((await complete("00000000-0000-7000-8000-000000000000", "emil")).status, 404);
  assert.ok([400, 404].includes((await complete("not-a-token", "emil")).status));
  const stranger = await server.call(`/v2/proj/identification/${identification}/complete`, {
    body: { account: "emil" },
    headers: { authorization: "Bearer wrong" },
  });
  assert.equal(stranger.status, 401);
});

test("what the backend notes of a device comes back with it", async () => {
  const page = await open(await visitor(browser));
  const first = await complete((await identify(page)).identification, "frida");
  const fields = { "2fa_verified": ["true"], desk: ["12", "13"] };
  const noted = await server.call(`/v2/proj/device/${first.body.device}/metadata`, {
    body: { metadata_fields: fields },
    headers: bearer(),
  });
  assert.deepEqual(noted, { status: 200, body: { success: true } });
  const second = await complete((await identify(page)).identification, "frida");
  assert.deepEqual(second.body.metadata_fields, fields);
  const devices = await server.call("/v2/proj/user/frida/devices?whitelisted=false&dev=false", {
    method: "GET",
    headers: bearer(),
  });
  assert.equal(devices.body.length, 1);
  assert.equal(devices.body[0]._id, first.body.device);
  assert.equal(devices.body[0].status, "attached");
});

test("a device that is detached elsewhere is signed out here", async () => {
  const page = await open(await visitor(browser));
  const attached = await inPage(page, "attach", {
    account: "gerda",
    redirect_urls: { logout_url: `${site.url}/signed-out`, new_account_url: `${site.url}/upgrade` },
  });
  assert.equal(attached.success, true);
  assert.match(attached.device_id, /^[0-9a-f]{24}$/);
  assert.equal(attached.attached_devices, 1);
  const left = page.waitForURL(/signed-out/);
  // The channel opens when the page has been answered; a detach before that is told when it opens.
  const detached = await server.call(`/v2/device/${attached.device_id}/detach`, {
    body: { user: "gerda" },
    headers: bearer(),
  });
  assert.equal(detached.status, 200);
  await left;
  const listed = await server.call("/v2/proj/user/gerda/devices", { method: "GET", headers: bearer() });
  assert.equal(listed.body.find((device) => device._id === attached.device_id).status, "detached");
});

test("a page may ask for its fingerprint and for a verdict, and is told no more", async () => {
  const page = await open(await visitor(browser));
  // The package remembers its server only from an attach.
  await inPage(page, "attach", {
    account: "hanna",
    redirect_urls: { logout_url: `${site.url}/signed-out`, new_account_url: `${site.url}/upgrade` },
  });
  const one = await inPage(page, "getFingerprint", {});
  const two = await inPage(page, "getFingerprint", {});
  assert.equal(one.fingerprint_id, two.fingerprint_id);
  assert.equal(two.confidence, 1);
  const judged = await inPage(page, "evaluate", { action: "signup" });
  assert.ok(["allow", "challenge", "deny"].includes(judged.verdict), JSON.stringify(judged));
  assert.ok(Array.isArray(judged.reasons));
  const attached = await inPage(page, "getAttachedDevices", { user: "hanna" });
  assert.ok(JSON.stringify(attached).length > 2);
});

test("nothing secret is in the log", () => {
  const text = server.log.join("\n");
  for (const secret of [server.keys.rupt.api_secret, server.keys.rupt.client_id, "auth=", "gerda"]) {
    assert.equal(text.includes(secret), false, "the log names what it must not");
  }
});
