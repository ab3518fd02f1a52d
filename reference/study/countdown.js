// A clock that runs in the page: the kernel may be busy, and nothing is left running behind the cell.
// phase: "ready" -> "running" -> "done"; started_ms and used_s go to the kernel, so that a page that is loaded again goes on.
const BEAT_MS = 200;

function element(tag, name, attributes = {}) {
  const made = document.createElement(tag);
  made.className = name;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function render({ model, el }) {
  const total = model.get("seconds");
  const button = element("button", "jupyter-button widget-button course-start", { type: "button" });
  const left = element("span", "course-left", { role: "timer", "aria-label": "Time left", tabindex: "-1" });
  const track = element("span", "course-track", { "aria-hidden": "true" });
  const bar = track.appendChild(element("span", "course-bar"));
  const told = element("span", "course-told", { role: "status", "aria-live": "polite" });
  // Lab would take Enter and the arrows of a focused button for its own commands.
  const frame = element("div", "course-countdown", { role: "group", "data-lm-suppress-shortcuts": "true" });
  frame.setAttribute("aria-label", `Clock for: ${model.get("about")}`);
  frame.append(button, left, track, told);
  el.append(frame);
  let beat = null;
  let announced = total;

  const used = () => Math.min(total, Math.max(0, (Date.now() - model.get("started_ms")) / 1000));

  function change(values) {
    Object.entries(values).forEach(([key, value]) => model.set(key, value));
    model.save_changes();
  }

  function press() {
    if (model.get("phase") === "running") change({ used_s: used(), phase: "done" });
    else change({ started_ms: Date.now(), used_s: 0, phase: "running" });
  }

  function announce(seconds) {
    const mark = [10, Math.floor(total / 2)].find((each) => seconds <= each && announced > each && each > 3);
    if (mark === undefined) return;
    announced = mark;
    told.textContent = `${mark} seconds left`;
  }

  function tick() {
    const seconds = Math.ceil(total - used());
    left.textContent = `${seconds} s`;
    bar.style.width = `${(100 * (total - used())) / total}%`;
    frame.classList.toggle("course-late", seconds <= 10);
    if (used() >= total) change({ used_s: total, phase: "done" });
    else announce(seconds);
  }

  function stop() {
    clearInterval(beat);
    beat = null;
  }

  function show() {
    const phase = model.get("phase");
    const had_keyboard = document.activeElement === button;
    stop();
    frame.dataset.phase = phase;
    button.hidden = phase === "done";
    button.textContent = phase === "running" ? "I have said it" : `Start ${total} s`;
    track.hidden = phase !== "running";
    left.textContent = "";
    frame.classList.remove("course-late");
    if (phase === "running") {
      announced = total;
      told.textContent = `The clock runs: ${total} seconds. Say it aloud.`;
      tick();
      if (model.get("phase") === "running") beat = setInterval(tick, BEAT_MS);
    } else if (phase === "done") {
      const up = model.get("used_s") >= total;
      left.textContent = up ? `Time is up: ${total} s.` : `Said in ${Math.round(model.get("used_s"))} s.`;
      told.textContent = up ? "Time is up. Score yourself below." : "Score yourself below.";
      if (had_keyboard) left.focus(); // the button is gone; Tab goes on to the four items
    } else told.textContent = "";
  }

  button.addEventListener("click", press);
  model.on("change:phase", show);
  show();
  return () => {
    stop();
    model.off("change:phase", show);
  };
}

export default { render };
