// What Ravelin's page library sends, from a real browser: a simple request without a preflight, to another origin.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser, startSite, visitor } from "./browser.mjs";
import { startServer } from "./server.mjs";

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><form><input name="p"></form>`;

let server, browser, site;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  site = await startSite({ "/": PAGE });
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await server?.stop();
});

const DEVICE = "rjs-0c999b50-db07-46a0-829f-f55b89dc1dc0";

function event(eventType, eventName, properties, clientEventTimeMilliseconds) {
  return {
    eventType,
    eventData: properties ? { eventName, properties } : { eventName },
    libVer: "1.8.1-ravelinjs",
    eventMeta: {
      trackingSource: "browser",
      url: "https://shop.example/login",
      ravelinDeviceId: DEVICE,
      ravelinSessionId: "5b0ac9a6-0a6e-4ab1-8f1e-0f7a90a4a5c1",
      ravelinWindowId: "d61096b5-4ef8-4404-8666-eb9e8df1d754",
      pageTitle: "Log in",
      clientEventTimeMilliseconds,
      timezoneOffset: -60,
    },
  };
}

function send(page, path, body) {
  const url = `https://${server.host}${path}?key=${server.keys.ravelin.publishable_key}`;
  const request = ([url, body]) =>
    new Promise((done) => {
      const xhr = new XMLHttpRequest();
      xhr.open("POST", url);
      xhr.setRequestHeader("Content-Type", "text/plain;charset=UTF-8");
      xhr.onloadend = () => done(xhr.status);
      xhr.send(JSON.stringify(body));
    });
  return page.evaluate(request, [url, body]);
}

test("a page reports, and the backend's login knows of it", async () => {
  const page = await (await visitor(browser)).newPage();
  await page.goto(site.url);
  const now = Date.now();
  assert.equal(await send(page, "/z", { events: [event("track", "PAGE_LOADED", undefined, now - 4000)] }), 204);
  const paste = { fieldName: "password", formName: "login", formAction: "", pastedValue: "XXXXX000", selectionStart: 0, selectionEnd: 0 };
  assert.equal(await send(page, "/z", { events: [event("paste", "paste", paste, now - 1000)] }), 204);
  // A retry carries the same bytes, and counts once.
  assert.equal(await send(page, "/z", { events: [event("paste", "paste", paste, now - 1000)] }), 204);
  assert.equal(await send(page, "/z/err", { deviceId: DEVICE, libVer: "1.8.1-ravelinjs", type: "", msg: "x", error: "" }), 204);

  const login = await server.call("/v3/login?score=true", {
    headers: { authorization: `token ${server.keys.ravelin.secret_key}` },
    body: {
      timestamp: now,
      login: {
        username: "anna@example.com",
        customerId: "anna",
        success: true,
        authenticationMechanism: { password: { success: true } },
      },
      device: { deviceId: DEVICE, ipAddress: "81.152.92.84" },
    },
  });
  assert.equal(login.status, 200);
  const told = await server.call(`/v1/assessments/${login.body.data.ato.loginId}`, {
    method: "GET",
    headers: { authorization: `Bearer ${server.keys.native.api_key}` },
  });
  assert.equal(told.status, 200);
  assert.equal(told.body.event.behavior.pastes, 1);
});

test("a publishable key reports and does nothing else", async () => {
  const key = server.keys.ravelin.publishable_key;
  const headers = { authorization: `token ${key}` };
  const answer = await server.call("/v3/login?score=true", { headers, body: {} });
  assert.equal(answer.status, 401);
});
