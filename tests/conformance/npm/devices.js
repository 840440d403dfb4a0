// Copyright: the iotops.aliyun contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// Runs devices with the vendor's device SDKs. Each line of the input is a command as JSON; `commands` lists them. Lines of
// the output are {"number", "result"}, the result of the command with this number, and {"device", "event", "values"}, a
// call of a function that a device was given.

"use strict";

const readline = require("readline");

const devices = new Map();

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Returns a callback that prints its first argument as the result of a command. */
function resultOf({ number }) {
  return (value) => print({ number, result: value === undefined ? null : value });
}

/** Prints the events of a device: those of the SDK, and the granted subscriptions, which the SDK does not report. */
function watch(name, device) {
  devices.set(name, device);
  for (const event of ["connect", "error", "close"]) {
    device.on(event, (...values) => print({ device: name, event, values: values.map(String) }));
  }
  device.on("message", (topic, payload) => {
    if (payload !== undefined) {
      print({ device: name, event: "message", values: [topic, payload.toString()] });
    }
  });
  return device;
}

const commands = {
  /** Creates and connects a device or a gateway. */
  create({ name, sdk, kind, config, number }) {
    const device = watch(name, require(sdk)[kind](config));
    device.mqttClient.on("packetreceive", (packet) => {
      if (packet.cmd === "suback") {
        print({ device: name, event: "suback", values: packet.granted });
      }
    });
    print({ number, result: null });
  },

  /** Calls a method; with `waits`, the result is what the SDK passes to a callback. */
  call({ name, method, args, waits, number }) {
    const device = devices.get(name);
    if (waits) {
      device[method](...args, resultOf({ number }));
    } else {
      device[method](...args);
      print({ number, result: null });
    }
  },

  /** Gives a device a function that prints its arguments; with `answer`, it also answers a service call. */
  listen({ name, method, args, answer, number }) {
    devices.get(name)[method](...args, (value, reply) => {
      print({ device: name, event: [method, ...args].join(" "), values: [value] });
      if (answer) {
        reply({ id: value.id, code: 200, data: answer.data }, answer.mode);
      }
    });
    print({ number, result: null });
  },

  /** Connects a sub-device through a gateway. The SDK emits its events only after the login. */
  login({ name, gateway, config, number }) {
    watch(name, devices.get(gateway).login(config, resultOf({ number })));
  },

  /** Registers a device with its product secret over HTTP. */
  register({ sdk, config, number }) {
    require(sdk).register(config, resultOf({ number }));
  },
};

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    commands[command.command](command);
  }
  process.exit(0); // connected devices would keep the process alive
}

main();
