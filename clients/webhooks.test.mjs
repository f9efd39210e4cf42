// The packages `standardwebhooks` of npm and PyPI, unchanged: what a real server sends, they verify.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Webhook } from "standardwebhooks";

import { startServer } from "./server.mjs";

// The backend's calls of this file go to a certificate made for it.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

const HERE = dirname(fileURLToPath(import.meta.url));

let server;

before(async () => {
  server = await startServer({ RIGHTFUL_HOOKS__ALLOW_PRIVATE_ADDRESSES: "true" });
  const event = { action: "login", outcome: "succeeded", account: "anna", device: { id: "phone" } };
  const judged = await call("/v1/assessments", { body: event });
  assert.equal(judged.status, 200);
});

after(() => server?.stop());

const call = (path, options) =>
  server.call(path, { ...options, headers: { authorization: `Bearer ${server.keys.native.api_key}` } });

const newSecret = () => `whsec_${randomBytes(32).toString("base64")}`;

/** What a receiver has got, one after another. */
function mailbox() {
  const [got, wanted] = [[], []];
  return {
    put: (one) => (wanted.length > 0 ? wanted.shift()(one) : got.push(one)),
    next: () => (got.length > 0 ? Promise.resolve(got.shift()) : new Promise((done) => wanted.push(done))),
  };
}

/** A receiver in this process, with the package of npm. */
async function receiverInNode(secret) {
  const webhook = new Webhook(secret);
  const { put, next } = mailbox();
  const receiver = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    let verified = true;
    try {
      webhook.verify(body, request.headers);
    } catch {
      verified = false;
    }
    response.writeHead(verified ? 204 : 401).end();
    put({ verified, id: request.headers["webhook-id"], body: JSON.parse(body) });
  });
  await once(receiver.listen(0, "127.0.0.1"), "listening");
  const stop = () => {
    receiver.close();
    receiver.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${receiver.address().port}/hook`, next, stop };
}

/** A receiver in a process of its own, with the package of PyPI. */
async function receiverInPython(secret) {
  const python = process.env.WEBHOOKS_PYTHON ?? join(HERE, ".venv/bin/python");
  const child = spawn(python, [join(HERE, "receiver.py"), secret], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const [port] = await once(lines, "line");
  const { put, next } = mailbox();
  lines.on("line", (line) => put(JSON.parse(line)));
  return { url: `http://127.0.0.1:${port}/hook`, next, stop: () => child.kill() };
}

for (const [name, receiverOf] of [
  ["npm", receiverInNode],
  ["PyPI", receiverInPython],
]) {
  test(`the package of ${name} verifies what is sent, and both secrets while one is replaced`, async (context) => {
    const start = async (secret) => {
      const receiver = await receiverOf(secret);
      context.after(receiver.stop);
      return receiver;
    };
    const old = newSecret();
    const [right, wrong] = [await start(old), await start(newSecret())];
    const hook = await call("/v1/hooks", { body: { url: right.url, secret: old } });
    assert.equal(hook.status, 200, JSON.stringify(hook.body));
    const path = `/v1/hooks/${hook.body.id}`;
    context.after(() => call(path, { method: "DELETE" }));
    const sentTo = async (receiver) => {
      const changed = await call(path, { method: "PUT", body: { url: receiver.url } });
      assert.equal(changed.status, 200, JSON.stringify(changed.body));
      assert.equal((await call(`${path}/test`, {})).status, 202);
      return receiver.next();
    };

    const first = await sentTo(right);
    assert.equal(first.verified, true);
    assert.match(first.id, /^msg_/);
    assert.equal(first.body.type, "assessment.made");
    assert.equal(first.body.data.account, "anna");

    const rotated = await call(`${path}/rotate`, {});
    assert.match(rotated.body.secret, /^whsec_/);
    assert.notEqual(rotated.body.secret, old);
    assert.ok(Date.parse(rotated.body.earlier_secret_until) > Date.now());
    assert.equal((await sentTo(right)).verified, true, "who knows the old secret");
    assert.equal((await sentTo(await start(rotated.body.secret))).verified, true, "who knows the new one");
    assert.equal((await sentTo(wrong)).verified, false, "who knows another");

    // The answer is written down soon after it is given.
    let newest;
    do {
      [newest] = (await call(`${path}/deliveries?limit=1`, { method: "GET" })).body.items;
    } while (newest.status === 204);
    assert.deepEqual([newest.status, newest.delivered, newest.attempt], [401, false, 1]);
    assert.ok(newest.next_at !== null && newest.duration_ms >= 0);
  });
}
