// Copyright: the iotops.aliyun contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// Calls operations with the vendor's SDK, one after the other. Input: {"address", "key", "secret", "calls": [[operation,
// params], …]} as JSON; a parameter "=N.path" is what the reply of call N has there. Output: for each call {"body"} as the
// SDK has read it, or {"error": {"code", "message", "status"}}.

"use strict";

const iot = require("@alicloud/iot20180120");
const { Config } = require("@alicloud/openapi-client");

const member = (value, path) => path.split(".").reduce((inner, name) => (inner == null ? inner : inner[name]), value);

const filled = (params, done) =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const reference = typeof value === "string" && value.match(/^=(\d+)\.(.+)$/);
      return [name, reference ? member(done[reference[1]].body, reference[2]) : value];
    })
  );

async function main() {
  const input = JSON.parse(require("fs").readFileSync(0, "utf-8"));
  const config = new Config({
    accessKeyId: input.key,
    accessKeySecret: input.secret,
    endpoint: input.address,
    protocol: "http",
  });
  const client = new iot.default(config);
  const done = [];
  for (const [operation, params] of input.calls) {
    const method = operation[0].toLowerCase() + operation.slice(1);
    try {
      const reply = await client[method](new iot[`${operation}Request`](filled(params, done)));
      done.push({ body: reply.body });
    } catch (error) {
      done.push({ error: { code: error.code, message: error.message, status: (error.data || {}).statusCode } });
    }
  }
  process.stdout.write(JSON.stringify(done));
}

main();
