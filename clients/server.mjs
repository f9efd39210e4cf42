// A real server for one test file: its own data folder, its own certificate, its own application; gone afterwards.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const BINARY = resolve(process.env.RIGHTFUL_BIN ?? join(HERE, "../target/debug/rightful"));

/** Starts a server that speaks TLS on a free port of 127.0.0.1, with one test application and further variables. */
export async function startServer(more = {}) {
  const folder = mkdtempSync(join(tmpdir(), "rightful-clients-"));
  const data = join(folder, "data");
  const certificate = join(folder, "certificate.pem");
  const key = join(folder, "key.pem");
  certify(certificate, key);
  const environment = {
    ...process.env,
    RIGHTFUL_SERVER__LISTEN: "127.0.0.1:0",
    RIGHTFUL_SERVER__METRICS_LISTEN: "",
    RIGHTFUL_SERVER__TLS_CERTIFICATE: certificate,
    RIGHTFUL_SERVER__TLS_KEY: key,
    RIGHTFUL_LOG__FORMAT: "text",
    RIGHTFUL_LOG__LEVEL: "info",
    ...more,
  };
  const child = spawn(BINARY, ["serve", "--data", data], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const log = [];
  const host = await listening(child, log);
  const createApplication = (name) =>
    JSON.parse(execFileSync(BINARY, ["app", "create", name, "--test", "--json", "--data", data], { encoding: "utf8" }));
  const keys = createApplication("clients");
  return {
    host,
    keys,
    log,
    data,
    /** One more application; its keys. */
    createApplication,
    /** Calls the API as a backend does. */
    call: (path, options = {}) => call(`https://${host}${path}`, options),
    async stop() {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A certificate for 127.0.0.1 that nobody trusts: browsers and backends here are told not to mind. */
function certify(certificate, key) {
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
      ...["-keyout", key, "-out", certificate],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
}

/** Waits until the server says where it listens. */
function listening(child, log) {
  return new Promise((found, failed) => {
    const read = (line) => {
      log.push(line);
      const address = /listening on https?:\/\/([0-9.:]+)/.exec(line);
      if (address) found(address[1]);
    };
    createInterface({ input: child.stdout }).on("line", read);
    createInterface({ input: child.stderr }).on("line", read);
    child.once("exit", (code) => failed(new Error(`the server ended with ${code}:\n${log.join("\n")}`)));
  });
}

async function call(url, { method = "POST", body, headers = {} }) {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}
