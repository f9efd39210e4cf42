// Sumsub's own words: requests signed as its documentation says, npm `@sumsub/fisherman` unchanged in a real browser, and a
// receiver of webhooks.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { startBrowser, startSite, visitor } from "./browser.mjs";
import { startServer } from "./server.mjs";

// The backend's calls of this file go to a certificate made for it.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><input id="name">
<script type="module">
  import * as fisherman from "/packages/@sumsub/fisherman/dist/fisherman-full.js";
  window.fisherman = fisherman;
</script>`;

let server, browser, site;

before(async () => {
  server = await startServer({ RIGHTFUL_HOOKS__ALLOW_PRIVATE_ADDRESSES: "true" });
  browser = await startBrowser();
  site = await startSite({ "/": PAGE });
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await server?.stop();
});

/** Signs and sends, as AppTokenUsageExamples do. */
async function signed(method, path, body, { type = "application/json", ...changed } = {}) {
  const { app_token: token, secret_key: secret } = server.keys.sumsub;
  const raw = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const ts = changed.ts ?? Math.floor(Date.now() / 1000).toString();
  const signature = createHmac("sha256", changed.secret ?? secret)
    .update(ts + method + (changed.signedPath ?? path) + (changed.signedBody ?? raw))
    .digest("hex");
  const response = await fetch(`https://${server.host}${path}`, {
    method,
    headers: {
      ...(raw === "" ? {} : { "content-type": type }),
      "x-app-token": changed.token ?? token,
      "x-app-access-ts": ts,
      "x-app-access-sig": changed.signature ?? signature,
    },
    body: raw === "" ? undefined : raw,
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

const NEW = "/resources/applicants/-/kyt/txns/-/data?levelName=basic-kyc";
let n = 0;
const next = () => `txn-${process.pid}-${(n += 1)}`;
const date = (daysAgo = 0) =>
  new Date(Date.now() - daysAgo * 86_400_000).toISOString().replace("T", " ").replace(/\.\d+Z/, "+0000");

const login = (user, device, more = {}) => ({
  txnId: next(),
  type: "userPlatformEvent",
  applicant: { externalUserId: user, type: "individual", device },
  userPlatformEventInfo: { type: "login" },
  ...more,
});

const withdrawal = (user, device, iban, more = {}) => ({
  txnId: next(),
  applicant: {
    externalUserId: user,
    device,
    paymentMethod: { type: "bankAccount", accountId: iban, issuingCountry: "DEU" },
  },
  info: { direction: "out", amount: 101.42, currencyCode: "EUR" },
  ...more,
});

test("who does not sign, or late, or something else, is refused in the vendor's words", async () => {
  const body = login("anna", { fingerprint: "f" });
  const refused = async (changed, name) => {
    const { status, body: told } = await signed("POST", NEW, body, changed);
    assert.equal(status, 401, JSON.stringify(told));
    assert.deepEqual(Object.keys(told), ["description", "code", "correlationId", "errorCode", "errorName"]);
    assert.equal(told.code, 401);
    assert.equal(told.errorName, name);
    assert.match(told.correlationId, /^req-[0-9a-f-]{36}$/);
    return told;
  };
  const now = Math.floor(Date.now() / 1000);
  const mismatch = await refused({ secret: "other" }, "app-token-signature-mismatch");
  assert.equal(mismatch.description, "Invalid signature");
  await refused({ signedBody: JSON.stringify({ ...body, txnId: "x" }) }, "app-token-signature-mismatch");
  await refused({ signedPath: NEW.split("?")[0] }, "app-token-signature-mismatch");
  await refused({ signature: "00" }, "app-token-signature-mismatch");
  await refused({ signature: "" }, "app-token-not-all-auth-params-supplied");
  await refused({ ts: String(now - 62) }, "app-token-expired");
  await refused({ ts: String(now + 65) }, "app-token-expired");
  await refused({ ts: "soon" }, "app-token-expired");
  await refused({ token: "sbx:none" }, "app-token-not-found");
  assert.equal((await signed("POST", NEW, body, { ts: String(now - 50) })).status, 200);
  const found = await signed("GET", `/resources/kyt/txns/-;data.txnId=${body.txnId}/one`);
  assert.equal(found.status, 200, "only the last was taken");
});

test("is anybody there?", async () => {
  assert.equal((await signed("GET", "/resources/status/api")).status, 200);
});

test("the sample of the guide, as printed, is judged and found again", async () => {
  const sample = {
    txnId: "631f268442d8290001e1eee9_newTxn",
    applicant: {
      externalUserId: "uniqueRemitterId",
      address: { country: "DEU", street: "Chauseestr. 60", postCode: "101115", town: "Berlin" },
      device: { ipInfo: { ip: "87.141.63.130" } },
      institutionInfo: { code: "DEUTDEDB101", name: "Deutsche Bank" },
      paymentMethod: { type: "card", accountId: "eg_hash_of_credit_card_number", issuingCountry: "DEU" },
      counterparty: {
        externalUserId: "uniqueBeneficiaryId",
        fullName: "John Smith",
        type: "individual",
        institutionInfo: { code: "CRESCHZZXXX", name: "Credit Swiss (Schweiz)" },
      },
      info: { direction: "out", amount: 101.42, currencyCode: "GBP", paymentDetails: "Birthday Present" },
      props: { customProperty: "Custom value that can be used in rules" },
    },
  };
  const { status, body } = await signed("POST", NEW, sample);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.txnId, sample.txnId);
  assert.equal(body.review.reviewStatus, "completed");
  assert.deepEqual(body.review.reviewResult, { reviewAnswer: "GREEN" });
  assert.equal(body.data.info.amount, 101.42);
  assert.deepEqual(body.data.props, sample.applicant.props);
  assert.ok(Array.isArray(body.scoringResult.matchedRules));
  const again = await signed("GET", `/resources/kyt/txns/${body.id}/one`);
  assert.deepEqual(again.body, body);
  const byTheirs = await signed("GET", `/resources/kyt/txns/-;data.txnId=${sample.txnId}/one`);
  assert.deepEqual(byTheirs.body, body);
  const twice = await signed("POST", NEW, sample);
  assert.equal(twice.status, 409);
  assert.equal(twice.body.description, "Entity already exists");
  const applicant = await signed("GET", `/resources/applicants/${body.applicantId}/one`);
  assert.equal(applicant.body.externalUserId, "uniqueRemitterId");
  assert.ok(Array.isArray(applicant.body.riskLabels.device));
  const byUser = await signed("GET", "/resources/applicants/-;externalUserId=uniqueRemitterId/one");
  assert.deepEqual(byUser.body, applicant.body);
  // The applicant's own id is enough to know who it is.
  const known = await signed("POST", `/resources/applicants/${body.applicantId}/kyt/txns/-/data`, {
    txnId: next(),
    applicant: { device: { ipInfo: { ip: "87.141.63.130" } } },
    info: { direction: "in", amount: 5, currencyCode: "GBP" },
  });
  assert.equal(known.body.externalUserId, "uniqueRemitterId", JSON.stringify(known.body));
});

test("what cannot be a transaction is refused, and nothing of it kept", async () => {
  const good = withdrawal("berta", {}, "DE89370400440532013000");
  const raw = (change) => JSON.stringify(good).replace(...change);
  const bad = [
    [422, { ...good, txnId: undefined }],
    [400, { ...good, applicant: undefined }],
    [400, { ...good, applicant: { ...good.applicant, externalUserId: undefined } }],
    [400, { ...good, info: undefined }],
    [400, { ...good, info: { ...good.info, amount: -1 } }],
    [400, { ...good, info: { ...good.info, amount: "101" } }],
    [400, raw([/101\.42/, "NaN"])],
    [400, raw([/101\.42/, "1e400"])],
    [400, raw([/101\.42/, "1e300"])],
    [400, { ...good, info: { ...good.info, currencyCode: "ZZZ" } }],
    [400, { ...good, info: { ...good.info, direction: "sideways" } }],
    [400, { ...good, type: "gamblingBet" }],
    [400, { ...good, applicant: { ...good.applicant, device: { ipInfo: { ip: "300.1.1.1" } } } }],
    [400, { ...good, type: "userPlatformEvent" }],
    [400, { ...good, props: { deep: {} } }],
    [400, "{"],
    ...["2022-08-10", "10.08.2022", "1660142948", "Wed, 10 Aug 2022 14:49:08 GMT", "2022-08-10 14:49:08", "soon", ""].map(
      (txnDate) => [400, { ...good, txnDate }],
    ),
  ];
  for (const [expected, body] of bad) {
    const { status, body: told } = await signed("POST", NEW, body);
    assert.equal(status, expected, `${JSON.stringify(body)} ${JSON.stringify(told)}`);
    assert.equal(told.code, expected);
  }
  assert.equal((await signed("GET", `/resources/kyt/txns/-;data.txnId=${good.txnId}/one`)).status, 404);
  assert.equal((await signed("GET", "/resources/applicants/-;externalUserId=berta/one")).status, 404);
  assert.equal((await signed("POST", NEW, good)).status, 200);
});

test("every type of transaction is taken", async () => {
  const device = { fingerprint: "typed", ipInfo: { ip: "87.141.63.131" } };
  for (const kind of ["login", "failedLogin", "signup", "passwordReset", "twoFaReset", "general"]) {
    const { status, body } = await signed("POST", NEW, login("typed", device, { userPlatformEventInfo: { type: kind } }));
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.type, "userPlatformEvent");
  }
  for (const type of ["kyc", "auditTrailEvent", "scheduledEvent", "iGamingSession"]) {
    const more = { type, iGamingSessionInfo: { betAmount: 3 }, userPlatformEventInfo: undefined };
    const { status, body } = await signed("POST", NEW, login("typed", device, more));
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.type, type);
    assert.deepEqual(body.data.iGamingSessionInfo, { betAmount: 3 });
  }
  const travel = withdrawal("typed", device, "0xa79e8726DaF031f753477C79653d0d56AA0D5DF6", {
    type: "travelRule",
    info: { direction: "out", amount: 0.00012345, currencyCode: "USDT", currencyType: "crypto" },
  });
  assert.equal((await signed("POST", NEW, travel)).body.data.type, "travelRule");
  const submitted = await signed("POST", "/resources/api/applicants/tm/-/submit", {
    options: { async: true },
    data: login("typed", device),
  });
  assert.equal(submitted.body.review.reviewStatus, "init", JSON.stringify(submitted.body));
});

/** A year in the life of an account, told as it went. */
async function lived(user, device, iban) {
  const lines = [];
  for (let day = 300; day > 40; day -= 4) {
    lines.push({ data: login(user, device, { txnDate: date(day) }) });
    if (day % 12 === 0) lines.push({ data: withdrawal(user, device, iban, { txnDate: date(day - 0.01) }) });
  }
  const file = lines.map((line) => JSON.stringify(line)).join("\n");
  const { status, body } = await signed("POST", "/resources/kyt/misc/txns/importHistory", file, {
    type: "application/x-ndjson",
  });
  assert.equal(status, 200);
  assert.deepEqual(body, { createdCnt: lines.length, duplicateCnt: 0, errorCnt: 0, errors: [] });
}

const HOME = { fingerprint: "carla-laptop", ipInfo: { ip: "87.141.63.130" }, userAgent: "Mozilla/5.0 (Windows NT 10.0)" };
const STRANGE = { fingerprint: "stranger", ipInfo: { ip: "45.83.220.5" }, userAgent: "Mozilla/5.0 (X11; Linux x86_64)" };
const OWN = "DE89370400440532013000";
const OTHER = "GB82WEST12345698765432";

test("the first withdrawal to a new IBAN after a new device signs in is held, and decided by people", async () => {
  await lived("carla", HOME, OWN);
  const signIn = await signed("POST", NEW, login("carla", STRANGE));
  assert.equal(signIn.status, 200);
  const taken = await signed("POST", NEW, withdrawal("carla", STRANGE, OTHER, { info: { direction: "out", amount: 900, currencyCode: "EUR" } }));
  assert.equal(taken.body.review.reviewStatus, "onHold", JSON.stringify(taken.body));
  assert.equal(taken.body.scoringResult.action, "onHold");
  assert.ok(taken.body.scoringResult.matchedRules.some((rule) => rule.id === "PROFILE_PAYMENT_METHOD_NEW"));
  // What is kept of an IBAN is its end.
  const found = await signed("GET", `/resources/kyt/txns/${taken.body.id}/one`);
  assert.equal(found.body.data.applicant.paymentMethod.accountId, "****5432");

  const bearer = { authorization: `Bearer ${server.keys.native.api_key}` };
  const cases = await server.call("/v1/cases?queue=requires_action", { method: "GET", headers: bearer });
  const mine = cases.body.items.find((item) => item.account === "carla");
  assert.equal(mine.state, "open", JSON.stringify(cases.body));
  const act = (what, body) => server.call(`/v1/cases/${mine.event_id}/${what}`, { body, headers: bearer });
  const both = await Promise.all([act("claim", { by: "ann" }), act("claim", { by: "bob" })]);
  assert.deepEqual(both.map((answer) => answer.status).sort(), [200, 409]);
  const [holder, other] = both[0].status === 200 ? ["ann", "bob"] : ["bob", "ann"];
  assert.equal((await act("decision", { by: other, decision: "reject" })).status, 409);
  const notes = await Promise.all([act("notes", { by: "ann", text: "one" }), act("notes", { by: "bob", text: "two" })]);
  assert.deepEqual(notes.map((answer) => answer.status), [200, 200]);
  assert.equal((await act("decision", { by: holder, decision: "reject", comment: "not her" })).body.state, "deciding");
  assert.equal((await act("undo", { by: holder })).body.state, "open");
  const asked = await act("decision", { by: holder, decision: "ask_user", at_once: true });
  assert.equal(asked.body.state, "awaiting_user", JSON.stringify(asked.body));
  const waiting = await signed("GET", `/resources/kyt/txns/${taken.body.id}/one`);
  assert.equal(waiting.body.review.reviewStatus, "awaitingUser");
  // A link to a page of the server's own, which changes nothing until a button is pressed.
  const [action] = waiting.body.applicantActions;
  const address = new URL(action.url);
  const shown = await fetch(`https://${server.host}${address.pathname}${address.search}`);
  assert.match(await shown.text(), /Was this you/);
  const forged = await fetch(`https://${server.host}${address.pathname}?id=x`);
  assert.equal(forged.status, 403);
  const reviewed = await signed("POST", `/resources/kyt/txns/${taken.body.id}/review/status/completed`, {
    reviewAnswer: "RED",
    rejectLabels: ["FRAUD"],
    clientComment: "her bank says no",
  });
  assert.deepEqual(reviewed.body.review.reviewResult, {
    reviewAnswer: "RED",
    reviewRejectType: "FINAL",
    rejectLabels: ["FRAUD"],
    clientComment: "her bank says no",
  });
  const noted = await server.call(`/v1/cases/${mine.event_id}`, { method: "GET", headers: bearer });
  assert.equal(noted.body.notes.length, 2);
  assert.equal(noted.body.state, "decided");
});

test("who is asked and says yes is let through", async () => {
  await lived("ida", { ...HOME, fingerprint: "ida-laptop" }, OWN);
  // Not the one that was refused for carla: that is known by now, and is refused.
  const other = { ...STRANGE, fingerprint: "borrowed", ipInfo: { ip: "45.83.221.9" } };
  await signed("POST", NEW, login("ida", other));
  const { body } = await signed("POST", NEW, withdrawal("ida", other, OTHER, { info: { direction: "out", amount: 900, currencyCode: "EUR" } }));
  assert.equal(body.review.reviewStatus, "onHold", JSON.stringify(body));
  const bearer = { authorization: `Bearer ${server.keys.native.api_key}` };
  const asked = await server.call(`/v1/cases/${body.id}/decision`, { body: { by: "ann", decision: "ask_user", at_once: true }, headers: bearer });
  assert.equal(asked.body.state, "awaiting_user");
  const waiting = await signed("GET", `/resources/kyt/txns/${body.id}/one`);
  const { pathname, search } = new URL(waiting.body.applicantActions[0].url);
  const answered = await fetch(`https://${server.host}${pathname}${search}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "answer=yes",
  });
  assert.equal(answered.status, 200);
  const done = await signed("GET", `/resources/kyt/txns/${body.id}/one`);
  assert.deepEqual(done.body.review.reviewResult, { reviewAnswer: "GREEN" });
  const closed = await server.call(`/v1/cases/${body.id}`, { method: "GET", headers: bearer });
  assert.equal(closed.body.state, "decided");
});

test("the same IBAN a month later is not held", async () => {
  const device = { ...HOME, fingerprint: "dora-laptop" };
  await lived("dora", device, OWN);
  const month = [{ data: withdrawal("dora", device, OTHER, { txnDate: date(31) }) }];
  for (let day = 30; day > 1; day -= 4) month.push({ data: login("dora", device, { txnDate: date(day) }) });
  const file = month.map((line) => JSON.stringify(line)).join("\n");
  await signed("POST", "/resources/kyt/misc/txns/importHistory", file, { type: "application/x-ndjson" });
  await signed("POST", NEW, login("dora", device));
  const spelled = OTHER.replace(/(.{4})/g, "$1 ").toLowerCase();
  const taken = await signed("POST", NEW, withdrawal("dora", device, spelled));
  assert.deepEqual(taken.body.review.reviewResult, { reviewAnswer: "GREEN" }, JSON.stringify(taken.body));
});

test("a file's good lines are kept, and the others named", async () => {
  const lines = [];
  for (let i = 0; i < 50; i += 1) lines.push(JSON.stringify({ data: login(`bulk-${i}`, {}) }));
  lines.splice(10, 0, "{broken", JSON.stringify({ data: { txnId: "no-applicant" } }), "");
  lines.push(lines[0]);
  const path = "/resources/kyt/misc/txns/import";
  const taken = await signed("POST", `${path}?ignoreErrors=true`, lines.join("\n"), { type: "application/x-ndjson" });
  assert.equal(taken.body.createdCnt, 50, JSON.stringify(taken.body));
  assert.equal(taken.body.duplicateCnt, 1);
  assert.deepEqual(taken.body.errors.map((error) => error.line), [11, 12]);
  const strict = await signed("POST", path, [JSON.stringify({ data: login("strict-1", {}) }), "{", JSON.stringify({ data: login("strict-2", {}) })].join("\n"));
  assert.equal(strict.body.createdCnt, 1);
  assert.equal((await signed("GET", "/resources/applicants/-;externalUserId=strict-2/one")).status, 404);
});

test("fifty megabytes with broken lines leave the good ones", async () => {
  const padding = "x".repeat(12_000);
  const lines = [];
  for (let i = 0; i < 4_400; i += 1) {
    const line = JSON.stringify({ data: login(`large-${i % 50}`, {}, { props: { padding } }) });
    lines.push(i % 2 === 0 ? line.slice(0, -20) : i % 100 === 1 ? line : `${line}!`);
  }
  const file = lines.join("\n");
  assert.ok(file.length > 50 * 1024 * 1024, String(file.length));
  const { status, body } = await signed("POST", "/resources/kyt/misc/txns/import?ignoreErrors=true", file, { type: "application/x-ndjson" });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual([body.createdCnt, body.duplicateCnt, body.errorCnt], [44, 0, 4_356]);
});

test("a transaction is judged again, and deleted", async () => {
  const { body } = await signed("POST", NEW, login("emil", { fingerprint: "e" }));
  const again = await signed("POST", `/resources/kyt/txns/${body.id}/-/score`);
  assert.equal(again.status, 200, JSON.stringify(again.body));
  assert.equal(again.body.review.attemptCnt, 1);
  assert.deepEqual((await signed("DELETE", `/resources/kyt/txns/${body.id}`)).body, { deleted: 1 });
  assert.equal((await signed("GET", `/resources/kyt/txns/${body.id}/one`)).body.txnInactive, true);
  assert.equal((await signed("DELETE", "/resources/kyt/txns/00000000000070008000000000000000")).status, 404);
});

test("webhooks tell each status, signed as asked", async () => {
  const told = [];
  const receiver = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      told.push({ url: request.url, headers: request.headers, raw: Buffer.concat(chunks) });
      response.end();
    });
  });
  await new Promise((listening) => receiver.listen(0, "127.0.0.1", listening));
  const target = `http://127.0.0.1:${receiver.address().port}`;
  try {
    for (const [path, signatureAlgorithm] of [["1", "HMAC_SHA1_HEX"], ["256", "HMAC_SHA256_HEX"], ["512", "HMAC_SHA512_HEX"]]) {
      const made = await signed("POST", "/resources/api/agent/clientWebhooks", {
        name: `sha${path}`,
        target: `${target}/${path}`,
        targetType: "http",
        types: ["applicantKytTxnCreated", "applicantKytTxnApproved", "applicantKytTxnRejected", "applicantKytTxnReviewed", "applicantKytTxnDeleted", "applicantKytTxnDataChanged", "kytCaseCreated", "kytCaseReviewed"],
        secretKey: `secret-${path}`,
        signatureAlgorithm,
      });
      assert.equal(made.status, 200, JSON.stringify(made.body));
    }
    const list = await signed("GET", "/resources/api/clientWebhooks");
    assert.equal(list.body.list.items.length, 3);
    const [first] = list.body.list.items;
    const one = await signed("GET", `/resources/api/clientWebhooks/${first.id}`);
    assert.deepEqual(one.body, first);
    const { body } = await signed("POST", NEW, login("frida", { fingerprint: "frida" }));
    await signed("POST", `/resources/kyt/txns/${body.id}/review/status/completed`, { reviewAnswer: "RED" });
    const changed = await signed("PATCH", `/resources/kyt/txns/${body.id}/props`, { tier: "vip" });
    assert.deepEqual(changed.body.data.props, { tier: "vip" });
    await signed("DELETE", `/resources/kyt/txns/${body.id}`);
    const types = (path) => told.filter((it) => it.url === `/${path}`).map((it) => JSON.parse(it.raw).type);
    const all = ["applicantKytTxnCreated", "applicantKytTxnRejected", "applicantKytTxnReviewed", "applicantKytTxnDataChanged", "applicantKytTxnDeleted"];
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline && !all.every((kind) => ["1", "256", "512"].every((path) => types(path).includes(kind)))) {
      await new Promise((wait) => setTimeout(wait, 100));
    }
    for (const path of ["1", "256", "512"]) {
      for (const kind of all) assert.ok(types(path).includes(kind), `${path} ${kind} ${types(path)}`);
    }
    for (const { url, headers, raw } of told) {
      const bits = url.slice(1);
      assert.equal(headers["x-payload-digest-alg"], `HMAC_SHA${bits}_HEX`);
      const digest = createHmac(`sha${bits}`, `secret-${bits}`).update(raw).digest("hex");
      assert.equal(headers["x-payload-digest"], digest);
    }
    const message = JSON.parse(told.find((it) => JSON.parse(it.raw).type === "applicantKytTxnCreated").raw);
    assert.equal(message.kytTxnId, body.id);
    assert.equal(message.kytDataTxnId, body.txnId);
    assert.equal(message.reviewStatus, "init");
    assert.equal(message.kytTxnType, "userPlatformEvent");
    assert.match(message.createdAt, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+0000$/);
    assert.match(message.createdAtMs, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
    const off = await signed("PATCH", "/resources/api/agent/clientWebhooks", { id: first.id, disabled: true });
    assert.equal(off.body.disabled, true);
    assert.equal(off.body.signatureAlgorithm, "HMAC_SHA1_HEX");
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});

test("Fisherman, unchanged, captures a device that joins the transaction", async () => {
  const token = await signed("POST", "/resources/accessTokens/behavior", { sessionId: "session-1", ttlInSecs: 600 });
  assert.match(token.body.token, /^_act-jwt-/);
  const context = await visitor(browser);
  const page = await context.newPage();
  await page.goto(site.url);
  await page.waitForFunction(() => window.fisherman !== undefined);
  const reported = page.waitForResponse((response) => response.url().includes("/resources/bhv/evts/") && response.ok());
  const seen = await page.evaluate(
    async ([accessToken, baseUrl]) => {
      const errors = [];
      const started = await window.fisherman.init({ token: accessToken, baseUrl, onError: (error) => errors.push(String(error.type ?? error)) });
      return { enabled: started.isDeviceIntelligenceEnabled, ...(await started.fingerprint()), errors };
    },
    [token.body.token, `https://${server.host}`],
  );
  assert.equal(seen.enabled, true, JSON.stringify(seen));
  assert.match(seen.visitorId, /^rf-[0-9a-f]{32}$/);
  assert.deepEqual(seen.errors, []);
  await reported;
  const { status, body } = await signed("POST", `/resources/applicants/-/kyt/txns/-/data?accessToken=${token.body.token}`, login("gerda", undefined));
  assert.equal(status, 200, JSON.stringify(body));
  const bearer = { authorization: `Bearer ${server.keys.native.api_key}` };
  const event = await server.call(`/v1/assessments/${body.id}`, { method: "GET", headers: bearer });
  const told = JSON.stringify(event.body.event.device);
  assert.match(told, /canvas/, told);
  assert.equal(event.body.event.network.ip, "127.0.0.1");
  assert.equal(event.body.device_sighting.first, true, JSON.stringify(event.body.device_sighting));

  // Another session of the same browser: known again by its likeness, named by the visitor id alone.
  const second = await signed("POST", "/resources/accessTokens/behavior", { sessionId: "session-2", ttlInSecs: 600 });
  const other = await (await visitor(browser)).newPage();
  await other.goto(site.url);
  await other.waitForFunction(() => window.fisherman !== undefined);
  const said = other.waitForResponse((response) => response.url().includes("/resources/bhv/evts/") && response.ok());
  const { visitorId } = await other.evaluate(
    async ([accessToken, baseUrl]) => (await window.fisherman.init({ token: accessToken, baseUrl })).fingerprint(),
    [second.body.token, `https://${server.host}`],
  );
  await said;
  const again = await signed("POST", NEW, login("gerda", { fingerprint: visitorId }));
  const known = await server.call(`/v1/assessments/${again.body.id}`, { method: "GET", headers: bearer });
  assert.equal(known.body.device_sighting.first, false, JSON.stringify(known.body.event.device));
});

test("a page without a token of ours is told nothing", async () => {
  const page = await (await visitor(browser)).newPage();
  await page.goto(site.url);
  await page.waitForFunction(() => window.fisherman !== undefined);
  const token = `_act-jwt-${server.keys.sumsub.app_token}.${"0".repeat(32)}.9999999999.${"0".repeat(32)}`;
  const enabled = await page.evaluate(
    async ([accessToken, baseUrl]) => (await window.fisherman.init({ token: accessToken, baseUrl, onError: () => {} })).isDeviceIntelligenceEnabled,
    [token, `https://${server.host}`],
  );
  assert.equal(enabled, false);
});

test("nothing secret is in the log", () => {
  const text = server.log.join("\n");
  for (const secret of [server.keys.sumsub.secret_key, "_act-jwt", OWN, OTHER, "carla"]) {
    assert.equal(text.includes(secret), false, "the log names what it must not");
  }
});
