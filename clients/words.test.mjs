// One story, told in Transmit's words, in Ravelin's and in ours, each to an application of its own: the same verdicts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { startServer } from "./server.mjs";

// The calls of this file go to a certificate made for it.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

const OWN = {
  key: "0a".repeat(32),
  ip: "203.0.113.20",
  agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  os: "Windows",
  platform: "Win32",
  language: "de-DE",
};
const STRANGE = {
  key: "0b".repeat(32),
  ip: "198.51.100.77",
  agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  os: "Linux",
  platform: "Linux x86_64",
  language: "ru-RU",
};

/** Who does what, on which machine, and how it ends. */
const STORY = [
  ...Array.from({ length: 4 }, () => ["login", OWN, "succeeded"]),
  ["login", STRANGE, "failed"],
  ["login", STRANGE, "failed"],
  ["login", STRANGE, "failed"],
  ["login", STRANGE, "succeeded"],
  ["login", OWN, "succeeded"],
];

let server;

before(async () => {
  server = await startServer({ RIGHTFUL_SERVER__TRUSTED_PROXIES: "127.0.0.0/8" });
});

after(() => server?.stop());

const native = (keys) => ({ authorization: `Bearer ${keys.native.api_key}` });

async function verdictOf(keys, event) {
  const { body } = await server.call(`/v1/assessments/${event}`, { method: "GET", headers: native(keys) });
  return body.verdict;
}

/** Whoever is challenged leaves, so nothing comes of it. */
const isTold = (verdict, outcome) => outcome === "failed" || !["challenge", "deny"].includes(verdict);

async function inOurs() {
  const keys = server.createApplication("ours");
  const verdicts = [];
  for (const [action, machine, outcome] of STORY) {
    const told = await server.call("/v1/assessments", {
      headers: native(keys),
      body: {
        action,
        outcome: "pending",
        account: "ann",
        device: { id: machine.key, type: "computer", os: machine.os, language: machine.language },
        network: { ip: machine.ip, user_agent: machine.agent },
      },
    });
    verdicts.push(told.body.verdict);
    if (isTold(told.body.verdict, outcome)) {
      await server.call(`/v1/events/${told.body.event_id}/outcome`, { headers: native(keys), body: { outcome } });
    }
  }
  return verdicts;
}

async function inRavelins() {
  const keys = server.createApplication("ravelin");
  const verdicts = [];
  for (const [, machine, outcome] of STORY) {
    const success = outcome === "succeeded";
    const told = await server.call("/v3/login?score=true", {
      headers: { authorization: `token ${keys.ravelin.secret_key}` },
      body: {
        timestamp: Date.now(),
        login: {
          username: "ann",
          customerId: "ann",
          success,
          authenticationMechanism: { password: { success, ...(!success && { failureReason: "BAD_PASSWORD" }) } },
        },
        device: {
          deviceId: machine.key,
          type: "computer",
          os: machine.os,
          language: machine.language,
          ipAddress: machine.ip,
          userAgent: machine.agent,
        },
      },
    });
    verdicts.push(await verdictOf(keys, told.body.data.scoreId));
  }
  return verdicts;
}

async function sealed(payload) {
  const conf = await server.call(`/risk-collect/device/conf?tenantId=${payload.clientId}`, { method: "GET" });
  const jwk = JSON.parse(conf.body.publicKey);
  const rsa = await crypto.subtle.importKey("jwk", jwk, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
  const [symKey, iv] = [crypto.getRandomValues(new Uint8Array(32)), crypto.getRandomValues(new Uint8Array(12))];
  const base64 = (bytes) => Buffer.from(bytes).toString("base64");
  const page = JSON.stringify({ symKey: base64(symKey), iv: base64(iv) });
  const key = await crypto.subtle.encrypt({ name: "RSA-OAEP" }, rsa, Buffer.from(page));
  const aes = await crypto.subtle.importKey("raw", symKey, "AES-GCM", false, ["encrypt"]);
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, aes, gzipSync(JSON.stringify(payload)));
  return { data: base64(data), key: base64(key), dataType: "compressed" };
}

async function inTransmits() {
  const keys = server.createApplication("transmit");
  const granted = await server.call("/oidc/token", { body: { grant_type: "client_credentials", ...keys.transmit } });
  const headers = { authorization: `Bearer ${granted.body.access_token}` };
  const verdicts = [];
  for (const [index, [action, machine, outcome]] of STORY.entries()) {
    const device = { platform: machine.platform, languages: [machine.language], navigatorUserAgent: machine.agent };
    const event = (type, attributes) => ({ type, attributes, index, tabId: "1", timestamp: Date.now() });
    const said = await server.call("/risk-collect/device/events", {
      headers: { "x-forwarded-for": machine.ip, "user-agent": machine.agent, origin: "http://localhost" },
      body: await sealed({
        clientId: keys.transmit.client_id,
        keyIdentifier: machine.key,
        sdkPlatform: "desktop_web",
        userId: null,
        events: [
          event("device", { ...device, navigatorHighEntropyData: { platform: machine.os } }),
          event("action", { action_type: action }),
        ],
      }),
    });
    const token = said.body.actionToken;
    const query = `action_token=${token}&user_id=ann`;
    const told = await server.call(`/risk/v1/recommendation?${query}`, { method: "GET", headers });
    assert.equal(told.status, 200, JSON.stringify(told.body));
    assert.equal(told.body.context.ip, machine.ip);
    verdicts.push(told.body.recommendation.type);
    if (isTold(told.body.recommendation.type, outcome)) {
      const body = { action_token: token, result: outcome === "succeeded" ? "success" : "failure", user_id: "ann" };
      assert.equal((await server.call("/risk/v1/action/result", { headers, body })).status, 201);
    }
  }
  return verdicts;
}

test("the same story in three words has the same verdicts", async () => {
  const ours = await inOurs();
  assert.ok(ours.includes("challenge") || ours.includes("deny"), `the story is worth telling: ${ours}`);
  assert.ok(ours.includes("allow"), `${ours}`);
  assert.deepEqual(await inTransmits(), ours, "Transmit's");
  assert.deepEqual(await inRavelins(), ours, "Ravelin's");
});
