// What Transmit's client, unchanged, tells of how a page is used: people and programs give other signals and reasons.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser, startSite, visitor } from "./browser.mjs";
import { startServer } from "./server.mjs";

// The backend's calls of this file go to a certificate made for it.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bank</title>
<style>input, button { position: absolute } #name { left: 40px; top: 60px } #password { left: 420px; top: 190px }
#go { left: 130px; top: 330px } #note { left: 520px; top: 420px }</style>
<form id="login" onsubmit="return false"><input id="name"><input id="password" type="password"><input id="note">
<button id="go">Go</button></form>
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
  const form = new URLSearchParams({ grant_type: "client_credentials", client_id, client_secret });
  const response = await fetch(`https://${server.host}/oidc/token`, { method: "POST", body: form });
  bearer = { authorization: `Bearer ${(await response.json()).access_token}` };
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await server?.stop();
});

/** A page on which the client listens: what is done before is not told. */
async function open(context) {
  const page = await context.newPage();
  await page.goto(site.url);
  await page.waitForFunction(() => window.sdk !== undefined);
  const asked = page.waitForResponse((response) => response.url().includes("/device/conf"));
  await page.evaluate(
    ([clientId, serverPath]) => window.sdk.initialize({ clientId, drs: { serverPath } }),
    [server.keys.transmit.client_id, `https://${server.host}/risk-collect/`],
  );
  await asked;
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith("_rdi")));
  return page;
}

/** What is recommended of an action, after what was done before it. */
async function recommended(page, user, type = "login") {
  const { actionToken } = await page.evaluate((type) => window.sdk.triggerActionEvent(type), type);
  const query = new URLSearchParams({ action_token: actionToken, ...(user && { user_id: user }) });
  const answer = await server.call(`/risk/v1/recommendation?${query}`, { method: "GET", headers: bearer });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

const pause = (page, ms) => page.waitForTimeout(ms);

/** Numbers that are as uneven each time as the last. */
const uneven = (n) => ((n * 2_654_435_761) % 1_000) / 1_000;

/** Moves to a place as a hand does: in a bow, fast in the middle, not quite steady. */
async function reach(page, from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const steps = 18;
  for (let n = 1; n <= steps; n += 1) {
    const part = (1 - Math.cos((Math.PI * n) / steps)) / 2;
    const bow = Math.sin(Math.PI * part) * 0.12 + (uneven(n) - 0.5) * 0.02;
    await page.mouse.move(from[0] + dx * part - dy * bow, from[1] + dy * part + dx * bow);
    await pause(page, 8 + 8 * uneven(n + 7));
  }
}

/** Types as fingers do: each key held for a while, some before the last one is let go. */
async function typeAsPeople(page, text) {
  for (const [n, key] of [...text].entries()) {
    await page.keyboard.down(key);
    await pause(page, 60 + 70 * uneven(n));
    await page.keyboard.up(key);
    await pause(page, 30 + 190 * uneven(n + 3));
  }
}

const BEHAVIOR = /^BEHAVIOR_/;

test("a person moves, types and clicks, and no reason says otherwise", async () => {
  const page = await open(await visitor(browser));
  await page.mouse.move(300, 400);
  await reach(page, [300, 400], [90, 70]);
  await page.mouse.down();
  await pause(page, 70);
  await page.mouse.up();
  await typeAsPeople(page, "anna@mail");
  await page.keyboard.press("Backspace", { delay: 80 });
  await reach(page, [90, 70], [470, 200]);
  await page.mouse.down();
  await pause(page, 80);
  await page.mouse.up();
  await typeAsPeople(page, "correct horse");
  await reach(page, [470, 200], [145, 340]);
  await page.mouse.down();
  await pause(page, 60);
  await page.mouse.up();
  const { risk_signals: signals, reasons } = await recommended(page, "anna");
  assert.deepEqual(signals.behavior.input_method, ["is_typing", "is_delete_content_backward"]);
  assert.equal(signals.behavior.no_user_interaction, false);
  // How fast is the machine's to say as well.
  assert.ok(signals.behavior.typing_velocity >= 0 && signals.behavior.typing_velocity <= 1, JSON.stringify(signals.behavior));
  assert.ok(signals.behavior.movement_velocity > 0, JSON.stringify(signals.behavior));
  assert.ok(signals.behavior.straight_line_ratio < 0.9, JSON.stringify(signals.behavior));
  assert.ok(signals.behavior.minor_angels_ratio > 0.1, JSON.stringify(signals.behavior));
  assert.ok(signals.behavior.movement_latency >= 0, JSON.stringify(signals.behavior));
  assert.equal(signals.behavior.corner_click, undefined);
  assert.deepEqual(reasons.filter((reason) => BEHAVIOR.test(reason)), [], "even in a browser that a program drives");
});

test("a program fills in at once and clicks without typing", async () => {
  const page = await open(await visitor(browser));
  await page.fill("#name", "anna");
  await page.fill("#password", "correct horse");
  await page.click("#note");
  await page.click("#name");
  await page.click("#go");
  const { risk_signals: signals, reasons } = await recommended(page, "anna");
  assert.equal(signals.behavior.typing_velocity, undefined, "nothing was typed");
  assert.equal((signals.behavior.input_method ?? []).includes("is_typing"), false);
  assert.ok(signals.behavior.movement_velocity > 0, JSON.stringify(signals.behavior));
  // How many of its jumps are seen depends on which of them share a report.
  for (const reason of ["BEHAVIOR_BOT", "DEVICE_BOT"]) {
    assert.ok(reasons.includes(reason), `${reason}: ${reasons} ${JSON.stringify(signals.behavior)}`);
  }
});

test("a program types, with a delay or without one", async () => {
  for (const delay of [0, 60]) {
    const page = await open(await visitor(browser));
    await page.click("#name");
    await page.keyboard.type("anna@mail.example", { delay });
    await page.click("#password");
    await page.keyboard.type("correct horse battery", { delay });
    await page.click("#go");
    const { risk_signals: signals, reasons } = await recommended(page, "anna");
    assert.deepEqual(signals.behavior.input_method, ["is_typing"]);
    const typing = ["BEHAVIOR_BOT_TYPING", "BEHAVIOR_INHUMAN_INPUT", "BEHAVIOR_BOT"].filter((reason) => reasons.includes(reason));
    assert.ok(typing.length > 0, `${delay}: ${reasons}`);
  }
});

test("a program draws lines", async () => {
  const page = await open(await visitor(browser));
  let from = [600, 300];
  await page.mouse.move(...from);
  for (const to of [[90, 70], [470, 200], [145, 340], [560, 430]]) {
    await pause(page, 400);
    for (let n = 1; n <= 15; n += 1) {
      await page.mouse.move(from[0] + ((to[0] - from[0]) * n) / 15, from[1] + ((to[1] - from[1]) * n) / 15);
      await pause(page, 16);
    }
    await page.mouse.down();
    await page.mouse.up();
    from = to;
  }
  const { risk_signals: signals, reasons } = await recommended(page, "anna");
  assert.ok(signals.behavior.straight_line_ratio > 0.3, JSON.stringify(signals.behavior));
  assert.ok(reasons.includes("BEHAVIOR_SUSPICIOUS_MOVEMENT"), `${reasons} ${JSON.stringify(signals.behavior)}`);
});

test("a page on which nobody did anything says so, and one that says nothing is not made to", async () => {
  const page = await open(await visitor(browser));
  const idle = await recommended(page, "anna");
  assert.deepEqual(idle.risk_signals.behavior, { no_user_interaction: true });
  assert.deepEqual(idle.reasons.filter((reason) => BEHAVIOR.test(reason)), []);
  await page.evaluate(() => document.querySelector("#go").click());
  const clicked = await recommended(page, "anna");
  assert.deepEqual(clicked.risk_signals.behavior, {}, "a screen reader clicks like that, and so does a script");
  const body = { action_type: "transaction", user_id: "anna", transaction_data: { amount: 5, currency: "EUR" } };
  const alone = await server.call("/risk/v1/transaction-monitoring/evaluate", { body, headers: bearer });
  assert.deepEqual(alone.body.risk_signals.behavior, {}, "no page told anything");
});

test("ways of putting text in are told, and none of them is a reason", async () => {
  const context = await visitor(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  const page = await open(context);
  await page.focus("#name");
  await page.evaluate(() => navigator.clipboard.writeText("anna"));
  await page.keyboard.press("Control+V", { delay: 70 });
  await page.keyboard.press("Tab", { delay: 70 });
  // As a password manager puts it in, from within the page.
  await page.evaluate(() => {
    const field = document.querySelector("#password");
    field.value = "correct horse";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await page.keyboard.press("Tab", { delay: 70 });
  await page.keyboard.press("Tab", { delay: 70 });
  await page.keyboard.press("Enter", { delay: 70 });
  const { risk_signals: signals, reasons } = await recommended(page, "anna");
  assert.ok(signals.behavior.input_method.includes("is_paste"), JSON.stringify(signals.behavior));
  assert.ok(signals.behavior.input_method.includes("is_password_manager"), JSON.stringify(signals.behavior));
  assert.equal(signals.behavior.no_user_interaction, false);
  assert.deepEqual(reasons.filter((reason) => BEHAVIOR.test(reason)), []);
});

test("what the device is, is told where it is known and left out where it is not", async () => {
  const page = await open(await visitor(browser));
  const { risk_signals: signals, reasons } = await recommended(page, "anna");
  assert.equal(signals.device.emulated, true, signals.device.graphic_card);
  assert.equal(signals.device.tampered, false);
  assert.equal(signals.device.spoofed, false);
  assert.equal("incognito" in signals.device, false, "this Chromium tells the same in both kinds of windows");
  assert.equal("tz_mismatch" in signals.device, false, "nobody knows where 127.0.0.1 is");
  for (const signal of ["ram", "total_storage", "available_storage", "core_number", "screen_width", "screen_color_depth", "font_count"]) {
    assert.equal(typeof signals.device[signal], "number", signal);
  }
  for (const reason of ["DEVICE_SUSPICIOUS_ATTRIBUTE", "DEVICE_ORIGIN_ANOMALY", "DEVICE_EMULATOR", "DEVICE_SUSPICIOUS_NETWORK"]) {
    assert.equal(reasons.includes(reason), false, reason);
  }
});

test("a computer that plays a phone is one that is emulated", async () => {
  const userAgent = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";
  const page = await open(await visitor(browser, { userAgent, isMobile: true, hasTouch: true }));
  await page.tap("#name");
  await page.tap("#password");
  await page.tap("#go");
  const { risk_signals: signals, reasons, context } = await recommended(page, "anna");
  assert.equal(context.device_platform, "mobile");
  assert.equal(signals.device.emulated, true);
  assert.ok(reasons.includes("DEVICE_EMULATOR"), `${reasons}`);
  assert.equal(reasons.includes("BEHAVIOR_SUSPICIOUS_MOVEMENT"), false, "a finger does not move before it taps");
});

test("a clock that the zone never shows is an attribute that no browser has", async () => {
  const context = await visitor(browser, { timezoneId: "Europe/Oslo" });
  await context.addInitScript(() => {
    Date.prototype.getTimezoneOffset = () => 480;
  });
  const { reasons } = await recommended(await open(context), "anna");
  assert.ok(reasons.includes("DEVICE_SUSPICIOUS_ATTRIBUTE"), `${reasons}`);
});

test("the claimed account's own ways are compared, though nobody has proved to be its owner", async () => {
  const home = await visitor(browser);
  const first = await open(home);
  const { actionToken } = await first.evaluate(() => window.sdk.triggerActionEvent("login"));
  const done = { action_token: actionToken, result: "success", user_id: "berta", challenge_type: "passkey" };
  assert.equal((await server.call("/risk/v1/action/result", { body: done, headers: bearer })).status, 201);
  const claim = (page) =>
    page.evaluate(() => window.sdk.triggerActionEvent("login", { claimedUserId: "berta", claimedUserIdType: "account_id" }));
  const asked = async (page) => {
    const { actionToken } = await claim(page);
    const answer = await server.call(`/risk/v1/recommendation?action_token=${actionToken}`, { method: "GET", headers: bearer });
    assert.equal(answer.body.context.user_id, "berta");
    return answer.body.reasons;
  };
  const own = await asked(first);
  assert.ok(own.includes("PROFILE_DEVICE_FAMILIAR"), `${own}`);
  const strange = await asked(await open(await visitor(browser)));
  assert.ok(strange.includes("PROFILE_DEVICE_NEW"), `${strange}`);
  assert.equal(strange.includes("PROFILE_DEVICE_FAMILIAR"), false);
});

test("one device at several accounts is told", async () => {
  const page = await open(await visitor(browser));
  for (const user of ["carl", "dora", "emma"]) await recommended(page, user);
  const { risk_signals: signals, reasons } = await recommended(page, "fritz");
  assert.equal(signals.history.linking_device_to_users_count, 4);
  assert.ok(reasons.includes("DEVICE_SUSPICIOUS_VELOCITY"), `${reasons}`);
});
