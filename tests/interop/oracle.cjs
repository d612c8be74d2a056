// Two crypto libraries written by others open what we sealed and seal the same themselves.
// One JSON document on stdin, one on stdout; an error is handed back as text, case by case.
'use strict';

const fs = require('fs');
const wecom = require('@wecom/crypto');
const WechatCrypto = require('wechat-crypto');

const libraries = {
  '@wecom/crypto': (asked) => ({
    open: (sealed) => wecom.decrypt(asked.key, sealed),
    seal: (message) => wecom.encrypt(asked.key, message, asked.receiver),
    sign: (sealed) => wecom.getSignature(asked.token, asked.timestamp, asked.nonce, sealed),
  }),
  'wechat-crypto': (asked) => {
    const own = new WechatCrypto(asked.token, asked.key, asked.receiver);
    return {
      open: (sealed) => own.decrypt(sealed),
      seal: (message) => own.encrypt(message),
      sign: (sealed) => own.getSignature(asked.timestamp, asked.nonce, sealed),
    };
  },
};

function answer(library, asked) {
  try {
    const own = library(asked);
    const opened = own.open(asked.sealed);
    const sealed = own.seal(asked.message);
    return {
      message: opened.message,
      receiver: opened.id,
      signature: own.sign(asked.sealed),
      sealed,
      sealed_signature: own.sign(sealed),
    };
  } catch (error) {
    return { error: String(error) };
  }
}

const asked = JSON.parse(fs.readFileSync(0, 'utf8'));
const found = {};
for (const name of Object.keys(libraries)) {
  found[name] = asked.map((one) => answer(libraries[name], one));
}
process.stdout.write(JSON.stringify(found));
