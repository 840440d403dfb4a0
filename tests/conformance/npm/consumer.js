// Copyright: the iotops.aliyun contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// A consumer of a consumer group with rhea, connected as the vendor's sample does. The first line of the input is JSON:
// {"options" (of the connection), "credit", "outcome" (accept, release, reject, modify; empty if the consumer does not
// acknowledge by itself), "role", "links" (their number)}. Each other line is an outcome for all messages that are not
// acknowledged, or "drop", which closes the socket without closing the connection. Lines of the output are events.

"use strict";

const readline = require("readline");

const rhea = require("rhea");

let outcome;
let socket;
let open = [];

function write(event, details = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...details })}\n`);
}

function acknowledge(delivery, how) {
  if (how === "modify") {
    delivery.modified({ delivery_failed: true });
  } else {
    delivery[how]();
  }
}

function describe(error) {
  return error ? { condition: error.condition, description: error.description || String(error) } : {};
}

const container = rhea.create_container();
container.on("connection_open", ({ connection }) => {
  socket = connection.socket;
  write("opened", { idle: connection.remote.open.idle_time_out });
});
container.on("receiver_open", () => write("attached"));
container.on("message", ({ message, delivery }) => {
  const { topic, messageId, generateTime } = message.application_properties;
  const body = Buffer.from(message.body.content).toString("base64");
  write("message", { topic, messageId, generateTime, body, id: message.message_id });
  if (outcome) {
    acknowledge(delivery, outcome);
  } else {
    open.push(delivery);
  }
});
container.on("connection_error", ({ connection, error }) => {
  // A refused authentication has no error of the connection.
  write("error", describe(connection.error || error));
});
container.on("receiver_error", ({ receiver }) => write("refused", describe(receiver.error)));
container.on("sender_error", ({ sender }) => write("refused", describe(sender.error)));
// Errors of connections are reported with "disconnected" as well.
container.on("disconnected", ({ error }) => write("disconnected", describe(error)));
container.on("error", (error) => write("failed", describe(error)));

function connect(settings) {
  outcome = settings.outcome;
  const connection = container.connect({ reconnect: false, ...settings.options });
  if (settings.role === "sender") {
    connection.open_sender("anything");
    return;
  }
  for (let number = 0; number < settings.links; number += 1) {
    connection.open_receiver({ credit_window: settings.credit, autoaccept: false });
  }
}

const input = readline.createInterface({ input: process.stdin });
input.once("line", (first) => {
  connect(JSON.parse(first));
  input.on("line", (line) => {
    if (line === "drop") {
      socket.destroy();
      return;
    }
    const deliveries = open;
    open = [];
    deliveries.forEach((delivery) => acknowledge(delivery, line));
  });
});
input.on("close", () => process.exit(0));
