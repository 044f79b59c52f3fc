// Writes an event's hours in the reader's own zone, where that shows another hour than the event's.
// <span data-starts="2022-05-30T07:30Z" data-ends="…" data-zone="Europe/Amsterdam" data-pattern="{span} in {city}" hidden>
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const city = own.split("/").pop().replaceAll("_", " ");
// English here is written as in Europe: the day before the month.
const { lang } = document.documentElement;
const language = lang === "en" ? "en-GB" : lang;

function write(at, timeZone, options) {
  return new Intl.DateTimeFormat(language, { timeZone, hourCycle: "h23", ...options }).format(at);
}

const hour = { hour: "2-digit", minute: "2-digit" };
const day = { weekday: "short", day: "numeric", month: "long" };

for (const place of document.querySelectorAll("[data-starts]")) {
  const { starts, ends, zone, pattern = "{span} ({city})", to = "–" } = place.dataset;
  const [from, until] = [new Date(starts), new Date(ends || starts)];
  const whole = (timeZone) => write(from, timeZone, { ...day, ...hour });
  if (whole(own) === whole(zone)) continue;
  const isSameDay = write(from, own, day) === write(from, zone, day) && write(from, own, day) === write(until, own, day);
  const moment = (at) => (isSameDay ? write(at, own, hour) : `${write(at, own, day)} ${write(at, own, hour)}`);
  const span = ends ? `${moment(from)} ${to} ${moment(until)}` : moment(from);
  place.textContent = pattern.replace("{span}", span).replace("{city}", city);
  place.hidden = false;
}
