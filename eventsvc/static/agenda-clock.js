// Lets the reader see every time of a programme on their own clock, all at once; the event's stands small beside it.
const tools = document.querySelector("[data-agenda]");
const toggle = tools?.querySelector("[data-clock]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const place = own.split("/").pop().replaceAll("_", " ");
const KEY = "eventsvc.clock";
// English here is written as in Europe: the day before the month.
const { lang } = document.documentElement;
const language = lang === "en" ? "en-GB" : lang;

function write(at, timeZone, options = { hour: "2-digit", minute: "2-digit" }) {
  return new Intl.DateTimeFormat(language, { timeZone, hourCycle: "h23", ...options }).format(at);
}

function dayOf(at, timeZone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(at);
}

function offset(at, timeZone) {
  const [day, hour] = [dayOf(at, timeZone), write(at, timeZone)];
  return (new Date(`${day}T${hour}:00Z`) - at) / 60_000;
}

function fill(pattern, words) {
  return Object.entries(words).reduce((text, [name, value]) => text.replace(`{${name}}`, value), pattern);
}

function start() {
  const { zone, city, there, said, later, earlier, ahead, behind, hours, hoursAndMinutes, myTime } = tools.dataset;
  const times = () => document.querySelectorAll(".agenda time[datetime], .now-next time[datetime]");
  const moment = (time) => new Date(time.dateTime);
  const differs = [...times()].some((time) => write(moment(time), own) !== write(moment(time), zone));
  if (!differs) return;
  const [theirs, mine] = toggle.querySelectorAll("button");
  const line = document.querySelector("[data-zone-line]");
  const before = line.textContent;

  // "Wed 6 July (+1 day)" where the reader's date is not that of the programme's day.
  function shift(at, section) {
    const day = section?.dataset.day;
    const number = day ? Math.round((new Date(dayOf(at, own)) - new Date(day)) / 86_400_000) : 0;
    if (!number) return "";
    return `(${fill(number > 0 ? later : earlier, { days: Math.abs(number) })})`;
  }

  function date(at) {
    return write(at, own, { weekday: "short", day: "numeric", month: "long" });
  }

  function note(element, at, isMine, text) {
    element.textContent = isMine ? text : (element.dataset.before ?? "");
  }

  function show(isMine) {
    const seen = isMine ? own : zone;
    for (const time of times()) time.textContent = write(moment(time), seen);
    for (const header of document.querySelectorAll(".agenda-hour > header")) {
      const [time, small] = [header.querySelector("time"), header.querySelector(".note")];
      if (!time) continue;
      small.dataset.before ??= small.textContent;
      const at = moment(time);
      const moved = shift(at, header.closest("[data-day]"));
      const event = fill(there, { hour: write(at, zone), city });
      note(small, at, isMine, moved ? `${date(at)} ${moved} · ${event}` : event);
    }
    for (const tick of document.querySelectorAll(".tick > span")) {
      const small = tick.querySelector("small") ?? tick.appendChild(document.createElement("small"));
      const at = moment(tick.querySelector("time"));
      small.textContent = isMine ? [write(at, zone), shift(at, tick.closest("[data-day]"))].join(" ") : "";
    }
    for (const clock of document.querySelectorAll(".block .clock")) {
      clock.querySelector("small")?.remove();
      const moved = isMine && shift(moment(clock.querySelector("time")), clock.closest("[data-day]"));
      if (moved) clock.appendChild(document.createElement("small")).textContent = ` ${moved}`;
    }
    for (const whole of document.querySelectorAll("[data-whole]")) {
      whole.dataset.before ??= whole.textContent;
      const ends = [whole.dataset.from, whole.dataset.until].map((iso) => new Date(iso));
      note(whole, null, isMine, ends.map((at) => `${date(at)} ${write(at, own)}`).join(" – "));
    }
    line.textContent = isMine ? `${fill(said, { zone: `${place} (${zoneName()})` })} ${difference()}` : before;
    theirs.setAttribute("aria-pressed", String(!isMine));
    mine.setAttribute("aria-pressed", String(isMine));
  }

  function zoneName() {
    const parts = new Intl.DateTimeFormat(language, { timeZone: own, timeZoneName: "short" }).formatToParts(first());
    return parts.find((part) => part.type === "timeZoneName").value;
  }

  function first() {
    return moment([...times()][0]);
  }

  function difference() {
    const minutes = offset(first(), own) - offset(first(), zone);
    const [apart, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    const span = fill(!apart ? tools.dataset.minutes : rest ? hoursAndMinutes : hours, { hours: apart, minutes: rest });
    return minutes ? fill(minutes > 0 ? ahead : behind, { span, city }) : "";
  }

  function choose(isMine) {
    show(isMine);
    try {
      localStorage.setItem(KEY, isMine ? "mine" : "event");
    } catch {
      // A browser that keeps nothing shows the event's time again next time.
    }
  }

  mine.textContent = fill(myTime, { city: place });
  theirs.addEventListener("click", () => choose(false));
  mine.addEventListener("click", () => choose(true));
  document.addEventListener("agenda:now", () => show(mine.getAttribute("aria-pressed") === "true"));
  toggle.hidden = false;
  let kept = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    // As above.
  }
  if (kept === "mine") show(true);
}

if (toggle) start();
