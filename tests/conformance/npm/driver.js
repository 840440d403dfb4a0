// Copyright: the iotops.aliyun contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// Calls operations with the vendor's SDK, one after the other. Each line of the input is a call as JSON, {"address", "key",
// "secret", "operation", "params"}, with the API's own names; a line of the output is what came of it: {"reply", "sent"},
// the reply as the SDK has read it and as it came, or {"error": {"code", "message", "status"}}.

"use strict";

const readline = require("readline");

const iot = require("@alicloud/iot20180120");
const { Config } = require("@alicloud/openapi-client");
const { cast } = require("@alicloud/tea-typescript");

/** The SDK's client, which also keeps a reply as it was before the SDK's models took what they know of it. */
class Client extends iot.default {
  async callApi(...given) {
    const answer = await super.callApi(...given);
    this.sent = answer.body;
    return answer;
  }
}

const methods = new Map(Object.getOwnPropertyNames(iot.default.prototype).map((name) => [name.toLowerCase(), name]));

async function called({ address, key, secret, operation, params }) {
  const config = { accessKeyId: key, accessKeySecret: secret, endpoint: address, protocol: "http" };
  const client = new Client(new Config(config));
  const Request = iot[`${operation}Request`]; // none where there is nothing to ask with
  const request = Request ? [cast(params, new Request({}))] : [];
  try {
    const { body } = await client[methods.get(operation.toLowerCase())](...request);
    return { reply: body.toMap(), sent: client.sent };
  } catch (error) {
    const status = error.data && error.data.statusCode;
    return { error: { code: error.code, message: error.message, status } };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await called(JSON.parse(line)))}\n`);
  }
}

main();
