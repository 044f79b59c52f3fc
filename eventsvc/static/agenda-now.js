// Keeps what is on and what comes next true while a programme is open; the server drew it as it was.
const EVERY = 30_000;
const ROW = 5 * 60_000;
const sections = [...document.querySelectorAll(".agenda-day[data-begins]")];
const panel = document.querySelector("[data-now-next]");
const { zone, several } = document.querySelector("[data-agenda]")?.dataset ?? {};

function hour(at) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

function put(time, at) {
  time.dateTime = at.toISOString();
  time.textContent = hour(at);
}

function pointTo(line, blocks, most = Infinity) {
  line.hidden = !blocks.length;
  const list = line.querySelector("span");
  list.replaceChildren();
  if (blocks.length > most) {
    const link = list.appendChild(document.createElement("a"));
    link.href = `#${blocks[0].id}`;
    link.textContent = several.replace("{number}", blocks.length);
    return;
  }
  blocks.forEach((block, number) => {
    const link = document.createElement("a");
    link.href = `#${block.id}`;
    link.textContent = block.querySelector("h3, h4, .break-title").textContent;
    const room = block.querySelector(".room")?.textContent;
    list.append(number ? ", " : "", link, room ? ` (${room})` : "");
  });
}

function look() {
  const now = new Date();
  let [running, coming] = [[], []];
  for (const section of sections) {
    const blocks = [...section.querySelectorAll(".timetable .block[data-from], .agenda-hour .block[data-from]")];
    const on = (block) => new Date(block.dataset.from) <= now && now < new Date(block.dataset.until);
    for (const block of blocks) block.classList.toggle("is-now", on(block));
    for (const slot of section.querySelectorAll(".agenda-hour")) {
      slot.querySelector(".now-word").hidden = !slot.querySelector(".block.is-now");
    }
    const line = section.querySelector(".now-line");
    const row = Math.floor((now - new Date(section.dataset.first)) / ROW) + 1;
    const isHere = row >= 1 && row <= Number(section.dataset.rows);
    if (line) {
      line.hidden = !isHere;
      if (isHere) {
        line.className = `now-line at-${row}`;
        put(line.querySelector("time"), now);
      }
    }
    if (new Date(section.dataset.begins) <= now && now < new Date(section.dataset.ends)) {
      const whole = blocks.filter((block) => !block.classList.contains("is-cancelled"));
      running = whole.filter(on);
      const later = whole.filter((block) => new Date(block.dataset.from) > now);
      const next = Math.min(...later.map((block) => new Date(block.dataset.from)));
      coming = later.filter((block) => Number(new Date(block.dataset.from)) === next);
    }
  }
  panel.hidden = !running.length && !coming.length;
  const [nowLine, nextLine] = panel.querySelectorAll("p");
  pointTo(nowLine, running);
  pointTo(nextLine, coming, 2);
  if (coming.length) put(nextLine.querySelector("time"), new Date(coming[0].dataset.from));
  document.dispatchEvent(new Event("agenda:now"));
}

if (sections.length && panel) {
  look();
  setInterval(look, EVERY);
}
