// A headless Chromium, and a site whose pages it opens.

import { accessSync, constants, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

function isThere(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts the Chromium of this machine: CHROMIUM names another. */
export function startBrowser() {
  const program = process.env.CHROMIUM ?? PROGRAMS.find(isThere);
  if (!program) throw new Error("Chromium is missing: install it, or name it in CHROMIUM");
  // A sandbox needs rights that a container often has not; only our own pages are opened.
  return chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
}

/** A site on a free port of localhost: pages by path, what npm packages export under /packages/, and their files under
 *  /modules/. */
export async function startSite(pages) {
  const require = createRequire(import.meta.url);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    const file = /^\/packages\/([a-z0-9@/.-]+)$/.exec(pathname);
    if (file) {
      response.writeHead(200, { "content-type": "text/javascript" });
      response.end(readFileSync(require.resolve(file[1])));
      return;
    }
    const module = /^\/modules\/([a-z0-9@/-]+\.js)$/.exec(pathname);
    if (module) {
      response.writeHead(200, { "content-type": "text/javascript" });
      response.end(readFileSync(new URL(`node_modules/${module[1]}`, import.meta.url)));
      return;
    }
    const page = pages[pathname];
    response.writeHead(page === undefined ? 404 : 200, { "content-type": "text/html; charset=utf-8" });
    response.end(page ?? "");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  return {
    url: `http://localhost:${port}`,
    stop: () => new Promise((stopped) => {
      server.closeAllConnections();
      server.close(stopped);
    }),
  };
}

/** A fresh visitor: own cookies and storage; untrusted certificates do not matter. */
export function visitor(browser, options = {}) {
  return browser.newContext({ ignoreHTTPSErrors: true, ...options });
}
