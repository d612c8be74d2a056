/* The phone page: draws what the control API tells, never parses HTML from the bot. */
"use strict";

(() => {
  const API = "/sandbox/api";
  const ZONE = "Asia/Shanghai";
  const FAULT = "该公众号提供的服务出现故障，请稍后再试";
  const FACES = [..."😀😃😄😁😆😅😂😉😊😋😍😘😜😝😌😏😒😔😓😢😭😥😰😱😨😠😡😖😫😴😷😳❤☀☂☎"];
  const CODES = ["[强]", "[合十]", "[玫瑰]", "[握手]", "[OK]", "[捂脸]", "[流泪]", "[抱拳]"];
  const SPOTS = [
    ["工业园东门", "宿舍区往东 300 米", 23.1312, 113.5846],
    ["社区党群服务中心", "一楼办事大厅", 23.1301, 113.5703],
    ["地铁站 B 口", "公交接驳站旁", 23.1226, 113.5618],
    ["实验小学南门", "上下学时段限行", 23.1389, 113.5655],
    ["滨江公园", "骑手休息点", 23.1178, 113.5772],
  ];
  const CENTRE = [23.13, 113.57];
  const SPAN = 0.05;
  const ICONS = {
    back: '<path d="M15 4 7 12l8 8"/>',
    dots: '<circle cx="5" cy="12" r="1.4" fill="currentColor"/><circle cx="12" cy="12" r="1.4" fill="currentColor"/><circle cx="19" cy="12" r="1.4" fill="currentColor"/>',
    keyboard: '<circle cx="12" cy="12" r="9.500"/><path d="M7.500 10h.01M10.500 10h.01M13.500 10h.01M16.500 10h.01M8.500 15h7" stroke-width="2"/>',
    menu: '<circle cx="12" cy="12" r="9.500"/><path d="M8 9.500h8M8 12.500h8M8 15.500h8"/>',
    sound: '<circle cx="12" cy="12" r="9.500"/><path d="M10 10.500a2.300 2.300 0 0 1 0 3M12.300 8.800a5 5 0 0 1 0 6.400M14.600 7.200a8 8 0 0 1 0 9.600"/>',
    face: '<circle cx="12" cy="12" r="9.500"/><path d="M8 14.200a5 5 0 0 0 8 0M9 9.500h.01M15 9.500h.01" stroke-width="1.800"/>',
    plus: '<circle cx="12" cy="12" r="9.500"/><path d="M12 7.500v9M7.500 12h9"/>',
    photo: '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m4 17 5-5 4 4 3-3 4 4"/><circle cx="15.500" cy="9.500" r="1.300"/>',
    pin: '<path d="M12 21s7-6.500 7-11.500A7 7 0 0 0 5 9.500C5 14.500 12 21 12 21z"/><circle cx="12" cy="9.500" r="2.400"/>',
    mic: '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3"/>',
    scan: '<path d="M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16"/>',
    link: '<path d="M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1"/>',
    wave: '<path d="M8 9.500a4 4 0 0 1 0 5M11.500 7a8 8 0 0 1 0 10M15 4.500a12 12 0 0 1 0 15" stroke-width="2"/>',
    robot: '<rect width="24" height="24" fill="#3b7de0" stroke="none"/><rect x="5.500" y="9" width="13" height="9.500" rx="2.500" fill="#fff" stroke="none"/><path d="M12 9V6" stroke="#fff"/><circle cx="12" cy="5.500" r="1.300" fill="#fff" stroke="none"/><circle cx="9.300" cy="13.300" r="1.300" fill="#3b7de0" stroke="none"/><circle cx="14.700" cy="13.300" r="1.300" fill="#3b7de0" stroke="none"/>',
    radio: '<path d="M1 9h2M5 7v4M9 5v6M13 3v8" stroke-width="2.400"/>',
  };
  const OUTCOMES = {
    pending: "… 等待", replied: "✓ 已回复", quiet: "✓ 不回复", fault: "✗ 故障",
    timeout: "✗ 超时", unreachable: "✗ 连不上", hostile: "! 攻击演练",
  };

  let state = null;
  let cursor = 0;
  let skew = 0;
  const chats = new Map();
  const phones = [];

  /* -- small tools ------------------------------------------------------------------------ */
  function h(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "className") node.className = value;
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return node;
  }

  function icon(name) {
    const box = new DOMParser().parseFromString(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.500" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${ICONS[name]}</svg>`,
      "image/svg+xml");
    return document.importNode(box.documentElement, true);
  }

  function svg(tag, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  async function api(verb, path, body) {
    const options = { method: verb, headers: {} };
    if (verb !== "GET") {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body || {});
    }
    const answer = await fetch(API + path, options);
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error || `HTTP ${answer.status}`);
    return found;
  }

  const now = () => (state && state.frozen ? state.now : Date.now() / 1000 + skew);
  const parts = (epoch) => Object.fromEntries(new Intl.DateTimeFormat("zh-CN", {
    timeZone: ZONE, year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(new Date(epoch * 1000)).map((p) => [p.type, p.value]));

  function stamp(epoch) {
    const at = parts(epoch);
    const clock = `${at.hour}:${at.minute}`;
    const day = (p) => `${p.year}-${p.month}-${p.day}`;
    if (day(at) === day(parts(now()))) return clock;
    if (day(at) === day(parts(now() - 86400))) return `昨天 ${clock}`;
    const year = at.year === parts(now()).year ? "" : `${at.year}年`;
    return `${year}${at.month}月${at.day}日 ${clock}`;
  }

  const account = (slug) => state.accounts.find((a) => a.slug === slug);
  const resident = (openid) => state.residents.find((r) => r.openid === openid);
  const group = (slug) => state.groups.find((g) => `group:${g.slug}` === slug);

  function outside(url, openid) {
    return `/sandbox/open?${new URLSearchParams({ openid, url })}`;
  }

  /* -- rich text: <a href> and bare addresses, nothing else --------------------------------- */
  function rich(text, phone) {
    const found = [];
    const pattern = /<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"'，。；）〕]+)/gi;
    let last = 0;
    for (const match of text.matchAll(pattern)) {
      found.push(text.slice(last, match.index));
      const href = (match[1] ?? match[2] ?? match[4] ?? "").replaceAll("&amp;", "&");
      found.push(anchor(href, match[3] ?? match[4], phone));
      last = match.index + match[0].length;
    }
    found.push(text.slice(last));
    return found;
  }

  function anchor(href, label, phone) {
    if (href.startsWith("weixin://bizmsgmenu")) {
      const query = new URLSearchParams(href.slice(href.indexOf("?") + 1));
      const content = query.get("msgmenucontent") || label;
      return h("button", { type: "button", className: "link", onclick: () => phone.act("say", { text: content, menu_id: query.get("msgmenuid") || "0" }) }, label);
    }
    if (!/^https?:/i.test(href)) return label;
    return h("a", { href: outside(href, phone.openid), target: "_blank", rel: "noopener noreferrer" }, label);
  }

  /* -- one entry of a chat ------------------------------------------------------------------ */
  const DRAW = {
    text: (c, p) => h("div", { className: "bubble" }, rich(c.text, p)),
    image: (c) => h("img", { className: "picture", src: `/sandbox/media/${c.media_id}`, alt: "图片", loading: "lazy" }),
    voice: (c) => [
      h("div", { className: "bubble voice", "aria-label": `语音 ${c.seconds || ""} 秒` }, `${c.seconds || 3}″`, icon("wave")),
      c.text ? h("p", { className: "heard" }, c.text) : null],
    video: (c) => h("div", { className: "bubble" }, `▶ 视频${c.title ? `：${c.title}` : ""}`),
    music: (c) => h("div", { className: "bubble" }, `♪ ${c.title || "音乐"}\n${c.description || ""}`),
    location: (c) => h("div", { className: "card place" },
      h("div", { className: "pad" }, h("h3", {}, (c.label || "位置").split("·").pop()),
        h("p", { className: "desc" }, (c.label || "").includes("·") ? c.label.split("·")[0] : `${c.latitude.toFixed(4)}, ${c.longitude.toFixed(4)}`)),
      miniMap()),
    link: (c, p) => h("a", { className: "card", href: outside(c.url, p.openid), target: "_blank", rel: "noopener noreferrer" },
      h("div", { className: "pad" }, h("h3", {}, c.title), h("p", { className: "desc" }, c.description || c.url))),
    news,
    msgmenu: (c, p) => h("div", { className: "bubble" }, rich(c.head, p),
      h("ul", { className: "choices" }, c.list.map((item) => h("li", {}, h("button", {
        type: "button", className: "link", onclick: () => p.act("say", { text: item.content, menu_id: item.id || "0" }),
      }, item.content)))), rich(c.tail, p)),
    miniprogrampage: (c) => h("div", { className: "card" }, h("div", { className: "pad" }, h("h3", {}, c.title), h("p", { className: "desc" }, "小程序"))),
    template: (c, p) => {
      const inside = [h("div", { className: "pad" }, h("h3", {}, c.title),
        h("dl", { className: "facts" }, c.rows.map((one) => [h("dt", {}, one.label), h("dd", {}, one.value)]))),
      c.url ? h("p", { className: "go" }, "详情") : null];
      return c.url
        ? h("a", { className: "card", href: outside(c.url, p.openid), target: "_blank", rel: "noopener noreferrer" }, inside)
        : h("div", { className: "card" }, inside);
    },
    markdown: (c, p) => h("div", { className: "bubble md" }, markdown(c.text, p)),
    markdown_v2: (c, p) => h("div", { className: "bubble md" }, markdown(c.text, p)),
  };
  const NAMES = { text: "", image: "图片", voice: "语音", video: "视频", location: "位置", link: "链接", news: "图文", msgmenu: "选择", template: "通知", markdown: "" };

  function picture(url, className, alt) {
    const img = h("img", { className, src: url, alt, loading: "lazy", referrerpolicy: "no-referrer" });
    img.addEventListener("error", () => img.remove());
    return img;
  }

  function news(content, phone) {
    const [first, ...rest] = content.articles;
    const go = (article, className, ...inner) => (article.url
      ? h("a", { className, href: outside(article.url, phone.openid), target: "_blank", rel: "noopener noreferrer" }, inner)
      : h("div", { className }, inner));
    const cut = content.cut ? h("p", { className: "cut" }, `平台截去了 ${content.cut} 条图文`) : null;
    if (!rest.length) {
      return [go(first, "card", first.picurl ? picture(first.picurl, "cover", "") : null,
        h("div", { className: "pad" }, h("h3", {}, first.title), first.description ? h("p", { className: "desc" }, first.description) : null)), cut];
    }
    return [h("div", { className: "card" },
      go(first, `lead${first.picurl ? "" : " bare"}`, first.picurl ? picture(first.picurl, "cover", "") : null, h("span", {}, first.title)),
      rest.map((article) => go(article, "more", h("span", {}, article.title), article.picurl ? picture(article.picurl, "", "") : null))), cut];
  }

  function markdown(text, phone) {
    const blocks = [];
    let list = null;
    for (const line of text.split("\n")) {
      const item = line.match(/^\s*[-*]\s+(.*)/);
      if (!item) list = null;
      const head = line.match(/^#{1,6}\s+(.*)/);
      const quote = line.match(/^>\s?(.*)/);
      if (item) {
        if (!list) blocks.push(list = h("ul"));
        list.append(h("li", {}, inline(item[1], phone)));
      } else if (head) blocks.push(h("h4", {}, inline(head[1], phone)));
      else if (quote) blocks.push(h("blockquote", {}, inline(quote[1], phone)));
      else if (line.trim()) blocks.push(h("p", {}, inline(line, phone)));
    }
    return blocks;
  }

  function inline(text, phone) {
    const pattern = /\*\*(.+?)\*\*|\[([^\]]+)\]\((https?:[^)\s]+)\)|`([^`]+)`|<font color="(info|comment|warning)">([\s\S]*?)<\/font>|<@([^>]+)>/g;
    const found = [];
    let last = 0;
    for (const match of text.matchAll(pattern)) {
      found.push(text.slice(last, match.index));
      if (match[1]) found.push(h("strong", {}, inline(match[1], phone)));
      else if (match[2]) found.push(h("a", { href: outside(match[3], ""), target: "_blank", rel: "noopener noreferrer" }, match[2]));
      else if (match[4]) found.push(h("code", {}, match[4]));
      else if (match[5]) found.push(h("span", { className: match[5] }, inline(match[6], phone)));
      else found.push(h("span", { className: "at" }, `@${match[7]}`));
      last = match.index + match[0].length;
    }
    found.push(text.slice(last));
    return found;
  }

  function avatar(entry) {
    if (entry.side === "resident") return face(resident(entry.chat));
    if (entry.side === "robot") return h("div", { className: "avatar", "aria-hidden": "true" }, icon("robot"));
    return h("div", { className: "avatar", "aria-hidden": "true" }, h("img", { src: "/sandbox/static/icon.svg", alt: "" }));
  }

  function face(person) {
    const box = h("div", { className: "avatar", "aria-hidden": "true" }, person.name.slice(0, 1));
    box.style.background = person.colour;
    return box;
  }

  function row(entry, phone) {
    const content = entry.content;
    if (entry.kind === "event") return null;
    if (entry.side === "system" || entry.kind === "fault" || entry.kind === "transfer_customer_service") {
      const words = entry.kind === "fault" ? FAULT : "正在为您转接人工客服";
      return h("li", { className: "note", title: content.reason || "" }, words);
    }
    const draw = DRAW[entry.kind] || ((c) => h("div", { className: "bubble" }, `[${entry.kind}]`));
    const mine = entry.side === "resident";
    const who = mine ? resident(entry.chat).name : entry.side === "robot" ? group(entry.chat).robot : account(resident(entry.chat).account).title;
    const wide = !mine && (entry.kind === "news" || entry.kind === "template");
    const mention = (content.mentioned || []).map((name) => h("span", { className: "at" }, name === "@all" ? "@所有人 " : `@${name} `));
    const shown = h("div", { className: "stack" },
      entry.side === "robot" ? h("p", { className: "who" }, who, h("span", { className: "tag" }, "机器人")) : h("span", { className: "sr" }, `${who}：${NAMES[entry.kind] || ""}`),
      draw(content, phone));
    if (mention.length) shown.querySelector(".bubble").prepend(...mention);
    return h("li", { className: `row${mine ? " mine" : ""}${wide ? " wide" : ""}` }, avatar(entry), shown);
  }

  /* -- maps --------------------------------------------------------------------------------- */
  function drawing(width, height) {
    const road = (d, w) => svg("path", { d, stroke: "#fff", "stroke-width": w, fill: "none" });
    return [
      svg("rect", { width, height, fill: "#f1ede4" }),
      svg("path", { d: `M${width * .1} ${height * .12}h${width * .2}v${height * .22}h-${width * .2}z M${width * .66} ${height * .66}h${width * .22}v${height * .24}h-${width * .22}z`, fill: "#cfe6c3" }),
      svg("path", { d: `M0 ${height * .86}Q${width * .3} ${height * .7} ${width * .52} ${height * .9}T${width} ${height * .8}`, stroke: "#a9d3ea", "stroke-width": height * .07, fill: "none" }),
      road(`M0 ${height * .48}H${width}`, 9), road(`M${width * .48} 0V${height}`, 9),
      road(`M0 ${height * .22}H${width}`, 4), road(`M${width * .2} 0V${height}`, 4), road(`M${width * .78} 0V${height}`, 4), road(`M0 ${height * .68}L${width} ${height * .34}`, 5),
    ];
  }

  function pin(x, y) {
    return svg("g", { transform: `translate(${x} ${y})` },
      svg("path", { d: "M0 0C-10-13-11-17-11-21A11 11 0 0 1 11-21C11-17 10-13 0 0z", fill: "#e64340" }), svg("circle", { cx: 0, cy: -21, r: 4, fill: "#fff" }));
  }

  function miniMap() {
    return svg("svg", { viewBox: "0 0 232 96", preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" }, ...drawing(232, 96), pin(116, 56));
  }

  /* -- one phone ---------------------------------------------------------------------------- */
  class Phone {
    constructor(chat) {
      this.chat = chat;
      this.mode = "menu";
      this.panel = "";
      this.drafts = new Map();
      this.owner = h("p", { className: "owner" });
      this.title = h("h2", { "aria-live": "polite" });
      this.back = h("button", { type: "button", "aria-label": "聊天列表", onclick: () => this.showList() });
      this.log = h("ol", { className: "log", role: "log", "aria-live": "polite", tabindex: "0", "aria-label": "聊天记录" });
      this.foot = h("footer", { className: "foot" });
      this.clock = h("span");
      this.root = h("section", { className: "phone" },
        h("div", { className: "status-bar", "aria-hidden": "true" }, this.clock, h("span", {}, "5G ▮▮▮ 86%")),
        h("header", { className: "bar" }, this.back, this.title, h("button", { type: "button", className: "right", "aria-label": "更多", onclick: () => this.showProfile() }, icon("dots"))),
        this.log, this.foot);
      this.slot = h("div", { className: "phone-slot" }, this.owner, this.root);
      this.open(chat);
    }

    get openid() { return this.chat.startsWith("group:") ? "" : this.chat; }
    get person() { return this.openid ? resident(this.openid) : null; }

    open(chat) {
      this.chat = chat;
      this.mode = "menu";
      this.panel = "";
      this.closeSheet();
      this.forget();
      this.footKey = "";
      this.refresh();
      const whose = this.person ? `${this.person.name}的手机` : "群里任一成员的手机";
      this.owner.textContent = whose;
      this.root.setAttribute("aria-label", whose);
      this.back.replaceChildren(icon("back"), this.person ? this.person.name : "微信");
      remember();
    }

    forget() {
      this.shown = 0;
      this.lastAt = 0;
      this.log.replaceChildren();
    }

    refresh() {
      const person = this.person;
      const here = group(this.chat);
      const typing = person && person.typing_s > 0 && now() < person.typing_until;
      const title = person ? (typing ? "对方正在输入…" : account(person.account).title) : `${here.title}(${here.members})`;
      if (this.title.textContent !== title) this.title.textContent = title;
      const at = parts(now());
      this.clock.textContent = `${at.hour}:${at.minute}`;
      this.append();
      this.drawFoot();
    }

    append() {
      const fresh = (chats.get(this.chat) || []).filter((entry) => entry.seq > this.shown);
      if (!fresh.length) return;
      for (const entry of fresh) {
        this.shown = entry.seq;
        const line = row(entry, this);
        if (!line) continue;
        if (entry.at - this.lastAt > 300) this.log.append(h("li", { className: "time" }, stamp(entry.at)));
        this.lastAt = entry.at;
        this.log.append(line);
      }
      this.scroll();
      this.log.querySelectorAll("img").forEach((img) => img.complete || img.addEventListener("load", () => this.scroll(), { once: true }));
    }

    scroll() { this.log.scrollTop = this.log.scrollHeight; }

    async act(action, body = {}) {
      if (!this.openid) return null;
      try {
        const answer = await api("POST", `/residents/${encodeURIComponent(this.openid)}/${action}`, body);
        if (answer.next && answer.next.url) window.open(outside(answer.next.url, this.openid), "_blank", "noopener");
        return answer;
      } catch (error) {
        this.log.append(h("li", { className: "note", role: "alert" }, error.message));
        this.scroll();
        return null;
      }
    }

    /* bottom */
    drawFoot() {
      const person = this.person;
      const menu = person ? account(person.account).menu : [];
      const key = JSON.stringify([this.chat, person && person.followed, menu, this.mode, this.panel]);
      if (key === this.footKey) return;
      this.footKey = key;
      if (!person) this.foot.replaceChildren(h("div", { className: "ask" }, h("p", {}, "群机器人只发消息，不看群里的话")));
      else if (!person.followed) {
        this.foot.replaceChildren(h("div", { className: "ask" }, h("p", {}, "还没有关注这个公众号"), h("button", { type: "button", className: "primary", onclick: () => this.act("follow") }, "关注公众号")));
      } else if (menu.length && this.mode === "menu") this.foot.replaceChildren(this.menuBar(menu));
      else this.foot.replaceChildren(...this.composer(menu));
      this.scroll();
    }

    switchTo(mode, panel = "") {
      this.mode = mode;
      this.panel = panel;
      this.drawFoot();
    }

    menuBar(menu) {
      const close = () => this.foot.querySelectorAll(".sub").forEach((node) => { node.previousElementSibling.setAttribute("aria-expanded", "false"); node.remove(); });
      const slot = (button, index) => {
        const box = h("div", { className: "slot" });
        const subs = button.sub_button || [];
        const main = h("button", { type: "button", className: subs.length ? "folds" : "", "aria-haspopup": subs.length ? "menu" : null, "aria-expanded": subs.length ? "false" : null,
          onclick: () => {
            const opened = box.querySelector(".sub");
            close();
            if (!subs.length) this.tapMenu(button, [index]);
            else if (!opened) {
              const list = h("ul", { className: "sub" }, subs.map((sub, at) => h("li", {}, h("button", { type: "button", onclick: () => { close(); main.focus(); this.tapMenu(sub, [index, at]); } }, sub.name))));
              list.addEventListener("keydown", (event) => { if (event.key === "Escape") { close(); main.focus(); } });
              box.append(list);
              main.setAttribute("aria-expanded", "true");
              list.querySelector("button").focus({ preventScroll: true });
            }
          } }, button.name);
        box.append(main);
        return box;
      };
      return h("nav", { className: "menu-bar", "aria-label": "公众号菜单" },
        h("button", { type: "button", className: "toggle", "aria-label": "切换到键盘", onclick: () => { this.switchTo("keys"); this.foot.querySelector("textarea").focus(); } }, icon("keyboard")),
        menu.map(slot));
    }

    tapMenu(button, path) {
      if (button.type === "location_select") this.showMap((place) => this.act("menu", { path, ...place }));
      else if (button.type.startsWith("scancode")) this.showDictate("扫到的内容", "", (text) => this.act("menu", { path, result: text }), false);
      else if (button.type.startsWith("pic_")) { this.act("menu", { path }); this.switchTo("keys", "extras"); } else this.act("menu", { path });
    }

    composer(menu) {
      const box = h("textarea", { rows: "1", "aria-label": "输入消息", maxlength: "4000", autocomplete: "off" });
      const send = h("button", { type: "button", className: "send", hidden: true }, "发送");
      const plus = h("button", { type: "button", className: "tool", "aria-label": "更多功能", "aria-expanded": String(this.panel === "extras"), onclick: () => this.switchTo("keys", this.panel === "extras" ? "" : "extras") }, icon("plus"));
      const grow = () => {
        this.drafts.set(this.chat, box.value);
        const some = box.value.trim() !== "";
        send.hidden = !some;
        plus.hidden = some;
        box.style.height = "38px";
        box.style.height = `${Math.min(110, box.scrollHeight)}px`;
      };
      const go = () => {
        const text = box.value;
        if (!text.trim()) return;
        box.value = "";
        grow();
        this.act("say", { text });
        box.focus();
      };
      box.value = this.drafts.get(this.chat) || "";
      box.addEventListener("input", grow);
      box.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); go(); } });
      send.addEventListener("click", go);
      const speaking = this.mode === "voice";
      const line = h("div", { className: "compose" },
        menu.length ? h("button", { type: "button", className: "tool", "aria-label": "切换到菜单", onclick: () => this.switchTo("menu") }, icon("menu")) : null,
        h("button", { type: "button", className: "tool", "aria-label": speaking ? "切换到键盘" : "语音", onclick: () => this.switchTo(speaking ? "keys" : "voice") }, icon(speaking ? "keyboard" : "sound")),
        speaking ? h("button", { type: "button", className: "speak", onclick: () => this.dictate() }, "按住 说话") : box,
        h("button", { type: "button", className: "tool", "aria-label": "表情", "aria-expanded": String(this.panel === "faces"), onclick: () => this.switchTo("keys", this.panel === "faces" ? "" : "faces") }, icon("face")),
        speaking ? plus : [send, plus]);
      queueMicrotask(grow);
      return [line, this.panel === "faces" ? this.faces(box, grow) : null, this.panel === "extras" ? this.extras() : null].filter(Boolean);
    }

    faces(box, grow) {
      return h("div", { className: "panel faces", "aria-label": "表情" }, FACES.map((one) => h("button", { type: "button", "aria-label": `表情 ${one}`, onclick: () => { box.value += one; grow(); box.focus(); } }, one)),
        CODES.map((one) => h("button", { type: "button", className: "code", onclick: () => { box.value += one; grow(); box.focus(); } }, one)));
    }

    extras() {
      const file = h("input", { type: "file", accept: "image/png,image/jpeg,image/gif", onchange: () => this.sendPicture(file.files[0]) });
      const one = (name, label, onclick) => h("button", { type: "button", onclick }, h("i", {}, icon(name)), label);
      return h("div", { className: "panel extras" },
        h("label", {}, file, h("i", {}, icon("photo")), "照片"),
        one("pin", "位置", () => this.showMap((place) => this.act("location", place))),
        one("mic", "语音输入", () => this.dictate()),
        one("scan", "扫一扫", () => this.showDictate("二维码里的场景值", "", (text) => this.act("scan", { scene: text }), false)));
    }

    sendPicture(file) {
      if (!file) return;
      const reader = new FileReader();
      reader.addEventListener("load", () => this.act("image", { base64: String(reader.result).split(",")[1], file_name: file.name }));
      reader.readAsDataURL(file);
      this.switchTo("keys");
    }

    /* sheets */
    closeSheet() { this.root.querySelectorAll(".sheet, .dictate").forEach((node) => node.remove()); }

    sheet(title, body, right = null, className = "") {
      this.closeSheet();
      const before = document.activeElement;
      const shut = () => { box.remove(); if (before && before.isConnected) before.focus(); };
      const box = h("div", { className: `sheet ${className}`, role: "dialog", "aria-label": title },
        h("div", { className: "bar" }, h("button", { type: "button", onclick: shut }, "取消"), h("h2", {}, title), right || h("span")), body);
      box.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(); });
      this.root.append(box);
      box.querySelector("button").focus();
      return box;
    }

    dictate() { this.showDictate("说的话（语音识别成的文字）", "", (text, recognised) => this.act("voice", { text, recognised }), true); }

    showDictate(title, value, done, spoken) {
      this.closeSheet();
      const box = h("textarea", { "aria-label": title });
      box.value = value;
      const blank = h("input", { type: "checkbox" });
      const shut = () => panel.remove();
      const go = () => { if (box.value.trim()) { shut(); done(box.value.trim(), !blank.checked); } };
      const panel = h("div", { className: "dictate", role: "dialog", "aria-label": title }, h("p", {}, title), box,
        spoken ? h("label", {}, blank, " 识别不出来（Recognition 为空）") : null,
        h("div", { className: "acts" }, h("button", { type: "button", className: "plain", onclick: shut }, "取消"), h("button", { type: "button", className: "primary", onclick: go }, "发送")));
      panel.addEventListener("keydown", (event) => {
        if (event.key === "Escape") shut();
        if (event.key === "Enter" && event.target === box && !event.isComposing) { event.preventDefault(); go(); }
      });
      this.root.append(panel);
      box.focus();
    }

    showMap(done) {
      const W = 360; const H = 260;
      const place = { latitude: CENTRE[0], longitude: CENTRE[1], label: "" };
      const mark = svg("g", {});
      const map = svg("svg", { class: "map", viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: "none", role: "img", "aria-label": "示意地图，点一下选位置，也可以在下面选地点或填经纬度" }, ...drawing(W, H), mark);
      const lat = h("input", { inputmode: "decimal", "aria-label": "纬度" });
      const lon = h("input", { inputmode: "decimal", "aria-label": "经度" });
      const spots = h("div", { className: "spots" });
      const set = (latitude, longitude, label) => {
        Object.assign(place, { latitude, longitude, label });
        lat.value = latitude.toFixed(5);
        lon.value = longitude.toFixed(5);
        draw();
      };
      const draw = () => {
        const x = (place.longitude - CENTRE[1]) / SPAN * W + W / 2;
        const y = (CENTRE[0] - place.latitude) / SPAN * H + H / 2;
        mark.replaceChildren(pin(Math.min(W - 8, Math.max(8, x)), Math.min(H - 4, Math.max(30, y))));
        spots.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.name === place.label)));
      };
      for (const [name, note, latitude, longitude] of SPOTS) {
        spots.append(h("button", { type: "button", "data-name": name, onclick: () => set(latitude, longitude, name) }, name, h("small", {}, note)));
      }
      map.addEventListener("click", (event) => {
        const area = map.getBoundingClientRect();
        set(CENTRE[0] - ((event.clientY - area.top) / area.height - .5) * SPAN, CENTRE[1] + ((event.clientX - area.left) / area.width - .5) * SPAN, "");
      });
      for (const field of [lat, lon]) {
        field.addEventListener("input", () => {
          const values = [Number(lat.value), Number(lon.value)];
          if (values.every(Number.isFinite)) { Object.assign(place, { latitude: values[0], longitude: values[1], label: "" }); draw(); }
        });
      }
      const send = h("button", { type: "button", className: "ok", onclick: () => {
        box.remove();
        this.switchTo(this.mode === "menu" ? "menu" : "keys");
        done({ ...place, label: place.label ? `广东省广州市增城区·${place.label}` : "广东省广州市增城区" });
      } }, "发送");
      const box = this.sheet("位置", h("div", { className: "coords" }, h("label", {}, "纬度", lat), h("label", {}, "经度", lon)), send);
      box.insertBefore(map, box.lastChild);
      box.append(spots);
      set(SPOTS[0][2], SPOTS[0][3], SPOTS[0][0]);
    }

    showProfile() {
      if (!this.person) { this.showList(); return; }
      const person = this.person;
      const its = account(person.account);
      const flip = person.followed ? "unfollow" : "follow";
      const body = h("div", { className: "body" },
        h("div", { className: "profile" }, h("div", { className: "avatar" }, h("img", { src: "/sandbox/static/icon.svg", alt: "" })),
          h("div", {}, h("h3", {}, its.title), h("p", {}, `公众号 · ${its.gh_id}`), h("p", {}, `${person.name} · ${person.followed ? "已关注" : "未关注"}`), h("p", {}, `现在还能收 ${person.sends_left} 条客服消息`))),
        h("button", { type: "button", className: "block", onclick: () => this.closeSheet() }, "发消息"),
        h("button", { type: "button", className: `block${person.followed ? " warn" : ""}`, onclick: () => { this.closeSheet(); this.act(flip); } }, person.followed ? "不再关注" : "关注公众号"),
        h("button", { type: "button", className: "block", onclick: () => { this.closeSheet(); openDrawer(); } }, "平台设置（时钟、故障、记录）"));
      this.sheet("详细资料", body);
    }

    showList() {
      const line = (chat, picture, name, note, at) => h("button", {
        type: "button", className: "list-row", "aria-current": chat === this.chat ? "true" : null, onclick: () => this.open(chat),
      }, picture, h("span", { className: "words" }, h("p", {}, h("b", {}, name)), h("p", {}, note)), h("span", { className: "when" }, at ? stamp(at) : ""));
      const last = (chat) => (chats.get(chat) || []).filter((e) => e.kind !== "event").at(-1);
      const preview = (entry) => (entry ? (entry.content.text || (entry.kind === "fault" ? FAULT : `[${NAMES[entry.kind] || "消息"}]`)).replace(/<[^>]+>|[*#>]/g, "").replace(/\s+/g, " ").slice(0, 40) : "还没有消息");
      const name = h("input", { placeholder: "姓名，如 王婶", "aria-label": "新居民的姓名", maxlength: "12" });
      const which = h("select", { "aria-label": "公众号" }, state.accounts.map((a) => h("option", { value: a.slug }, a.title)));
      const add = async () => {
        if (!name.value.trim()) { name.focus(); return; }
        const made = await api("POST", "/residents", { name: name.value.trim(), account: which.value, followed: false });
        if (!resident(made.openid)) state.residents.push(made);
        this.open(made.openid);
      };
      const body = h("div", { className: "body" }, h("p", { className: "section" }, "居民的手机"),
        state.residents.map((r) => line(r.openid, face(r), r.name, `${account(r.account).title}：${preview(last(r.openid))}`, last(r.openid)?.at)),
        h("p", { className: "section" }, "企业微信群"),
        state.groups.map((g) => line(`group:${g.slug}`, h("div", { className: "avatar", "aria-hidden": "true" }, icon("robot")), g.title, g.removed ? "机器人已被移出" : `${g.robot}：${preview(last(`group:${g.slug}`))}`, last(`group:${g.slug}`)?.at)),
        h("p", { className: "section" }, "添加居民"),
        h("form", { className: "inline", onsubmit: (event) => { event.preventDefault(); add(); } }, name, state.accounts.length > 1 ? which : null, h("button", { className: "primary" }, "添加")),
        h("button", { type: "button", className: "block", onclick: () => { this.closeSheet(); openDrawer(); } }, "平台设置（时钟、故障、记录）"));
      this.sheet("微信", body);
    }
  }

  /* -- platform drawer ---------------------------------------------------------------------- */
  const drawer = document.getElementById("drawer");
  const openers = () => document.querySelectorAll("[data-open-drawer]");

  function openDrawer() {
    drawer.hidden = false;
    openers().forEach((node) => node.setAttribute("aria-expanded", "true"));
    drawDrawer();
  }

  function closeDrawer() {
    drawer.hidden = true;
    openers().forEach((node) => { node.setAttribute("aria-expanded", "false"); node.focus(); });
  }

  const button = (label, onclick) => h("button", { type: "button", className: "plain", onclick }, label);

  async function drawDrawer() {
    drawer.replaceChildren(
      h("header", {}, h("h2", {}, "平台"), button("关闭", closeDrawer)),
      h("div", { id: "drawer-url" }), h("div", { id: "drawer-clock" }), h("div", { id: "drawer-chaos" }), h("div", { id: "drawer-robots" }),
      h("h3", {}, "推送记录（平台 → 机器人）"), h("div", { id: "drawer-pushes" }),
      h("h3", {}, "接口调用（机器人 → 平台）"), h("div", { id: "drawer-calls" }));
    drawer.querySelector("button").focus();
    drawChaos();
    refreshDrawer();
  }

  async function refreshDrawer() {
    if (drawer.hidden) return;
    const into = (id, ...nodes) => document.getElementById(id)?.replaceChildren(...nodes.flat());
    into("drawer-url", h("h3", {}, "服务器地址"), state.accounts.map((a) => h("div", {},
      h("p", {}, `${a.title}（${a.slug}，${{ secure: "安全模式", compatible: "兼容模式", plaintext: "明文模式" }[a.mode]}） `, h("code", {}, a.callback_url)),
      h("p", { className: a.url_state === "failed" ? "bad" : "dim" }, urlWords(a)),
      button("重新验证", () => api("POST", `/accounts/${a.slug}/verify`)))));
    const clock = document.getElementById("drawer-clock");
    if (!clock.firstChild) drawClock(clock);
    clock.querySelector("[data-now]").textContent = clockWords();
    clock.querySelector("[data-freeze]").textContent = state.frozen ? "继续走" : "停住";
    into("drawer-robots", h("h3", {}, "群机器人"), state.groups.map((g) => h("p", { className: "set" }, `${g.title} · ${g.robot} `, button(g.removed ? "放回群里" : "移出群", () => api("PATCH", `/groups/${g.slug}`, { removed: !g.removed })))));
    const [pushes, calls] = await Promise.all([api("GET", "/deliveries?limit=30"), api("GET", "/calls?limit=30")]);
    const opened = new Set([...drawer.querySelectorAll("details[open]")].map((node) => node.dataset.id));
    into("drawer-pushes", pushes.deliveries.length ? pushes.deliveries.reverse().map((d) => pushLine(d, opened)) : h("p", { className: "dim" }, "还没有"));
    into("drawer-calls", calls.calls.length ? calls.calls.reverse().map((c) => h("p", { className: c.errcode ? "bad" : "" }, `${stamp(c.at)} `, h("code", {}, c.path), ` ${c.errcode === 0 ? "ok" : `✗ ${c.errcode} ${c.note}`}`)) : h("p", { className: "dim" }, "还没有"));
  }

  const urlWords = (a) => ({ verified: "✓ 已验证", failed: `✗ 未通过：${a.url_reason}`, unknown: "还没有验证" }[a.url_state]);
  const clockWords = () => `${new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, dateStyle: "medium", timeStyle: "short" }).format(new Date(now() * 1000))}${state.frozen ? "（停住）" : ""}`;

  function pushLine(d, opened) {
    const name = resident(d.openid)?.name || d.openid;
    const took = d.attempts.filter((a) => a.number > 0).map((a) => `${a.took_ms} ms`).join("，");
    const bad = !["replied", "quiet", "pending"].includes(d.outcome);
    return h("details", { "data-id": String(d.id), open: opened.has(String(d.id)) },
      h("summary", { className: bad ? "bad" : "" }, `${stamp(d.at)} ${name} ${d.kind} ${OUTCOMES[d.outcome]} ${took}`),
      h("pre", {}, d.xml),
      d.attempts.map((a) => [h("p", {}, `第 ${a.number} 次：${OUTCOMES[a.outcome]} ${a.status ?? ""} ${a.reason}`), a.answer ? h("pre", {}, a.answer) : null]));
  }

  function drawClock(box) {
    const move = (body) => () => api("POST", "/clock", body);
    const when = h("input", { type: "datetime-local", "aria-label": "设定时间" });
    box.append(h("h3", {}, "时钟"), h("p", { "data-now": "" }),
      h("p", { className: "set" }, button("+1 分", move({ advance_s: 60 })), button("+1 小时", move({ advance_s: 3600 })), button("+1 天", move({ advance_s: 86400 })), button("+2 天", move({ advance_s: 172800 })),
        h("button", { type: "button", className: "plain", "data-freeze": "", onclick: () => api("POST", "/clock", { frozen: !state.frozen }) }, "停住"), button("回到现在", move({ real: true }))),
      h("p", { className: "set" }, when, button("设定", () => when.value && api("POST", "/clock", { set: when.value }))));
  }

  function drawChaos() {
    const box = document.getElementById("drawer-chaos");
    const line = (s) => {
      const amount = h("input", { type: "number", step: "any", value: String(s.value), "aria-label": `${s.label} 的数值`, hidden: s.value === 0 });
      const times = h("select", { "aria-label": s.label }, [["0", "关"], ["1", "下一次"], ["3", "后 3 次"], ["-1", "一直"]].map(([value, label]) => h("option", { value, selected: Number(value) === s.times }, label)));
      const put = () => api("PUT", "/chaos", { [s.name]: { times: Number(times.value), value: Number(amount.value) } });
      times.addEventListener("change", put);
      amount.addEventListener("change", put);
      return h("div", { className: `switch${s.times ? " armed" : ""}`, "data-switch": s.name }, h("span", {}, s.label), amount.hidden ? h("span") : amount, times);
    };
    box.replaceChildren(h("h3", {}, "故障开关"), ...state.chaos.map(line),
      h("p", { className: "set" }, button("全部关", () => api("PUT", "/chaos", { clear: true }).then(() => update(0)).then(drawChaos)), button("灌 1000 条回执", () => api("POST", "/burst", { count: 1000 }))));
  }

  function syncChaos() {
    for (const s of state.chaos) {
      const line = drawer.querySelector(`[data-switch="${s.name}"]`);
      if (!line) continue;
      line.classList.toggle("armed", s.times !== 0);
      const select = line.querySelector("select");
      if (document.activeElement !== select) select.value = [0, 1, 3, -1].includes(s.times) ? String(s.times) : "1";
    }
  }

  /* -- life ---------------------------------------------------------------------------------- */
  function remember() {
    try { localStorage.setItem("sandbox-phones", JSON.stringify(phones.map((p) => p.chat))); } catch { /* private mode */ }
  }

  function startPhones() {
    let wanted = [];
    try { wanted = JSON.parse(localStorage.getItem("sandbox-phones") || "[]"); } catch { /* damaged */ }
    const asked = new URLSearchParams(location.search).getAll("chat");
    const known = (chat) => resident(chat) || group(chat);
    const chosen = [...new Set([...asked, ...wanted, ...state.residents.map((r) => r.openid), ...state.groups.map((g) => `group:${g.slug}`)])].filter(known).slice(0, 3);
    const area = document.getElementById("phones");
    for (const chat of chosen) {
      const phone = new Phone(chat);
      phones.push(phone);
      area.append(phone.slot);
      phone.scroll();
    }
  }

  async function update(wait) {
    const fresh = await api("GET", `/updates?since=${cursor}&wait=${wait}`);
    if (state && fresh.generation !== state.generation && cursor > 0) {
      chats.clear();
      cursor = 0;
      phones.forEach((phone) => phone.forget());
      state = fresh;
      await update(0);
      return;
    }
    state = fresh;
    skew = fresh.now - Date.now() / 1000;
    for (const person of fresh.residents) person.typing_until = fresh.now + person.typing_s;
    cursor = fresh.cursor;
    for (const entry of fresh.entries) {
      const log = chats.get(entry.chat) || [];
      if (!log.some((known) => known.seq === entry.seq)) log.push(entry);
      chats.set(entry.chat, log.slice(-400));
    }
    const first = fresh.accounts[0];
    const chip = document.getElementById("url-chip");
    chip.textContent = `服务器地址：${urlWords(first)}`;
    chip.classList.toggle("bad", first.url_state === "failed");
  }

  function tick() {
    document.getElementById("clock-chip").textContent = clockWords();
    phones.forEach((phone) => phone.refresh());
  }

  async function run() {
    for (;;) {
      try {
        await update(phones.length ? 20 : 0);
        document.getElementById("lost").hidden = true;
        if (!phones.length) startPhones();
        tick();
        syncChaos();
        await refreshDrawer();
      } catch {
        document.getElementById("lost").hidden = false;
        await new Promise((wake) => setTimeout(wake, 1500));
      }
    }
  }

  document.querySelectorAll("[data-open-drawer]").forEach((node) => node.addEventListener("click", () => (drawer.hidden ? openDrawer() : closeDrawer())));
  document.querySelectorAll("[data-open-list]").forEach((node) => node.addEventListener("click", () => phones[0]?.showList()));
  drawer.addEventListener("keydown", (event) => { if (event.key === "Escape") closeDrawer(); });
  setInterval(() => { if (state) tick(); }, 1000);
  run();
})();
