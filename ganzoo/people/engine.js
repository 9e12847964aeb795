"use strict";
// What every page that people answer does: keep, say, export and import.
const $ = id => document.getElementById(id);
const data = JSON.parse($("data").textContent), questions = data.questions, known = new Map(questions.map(q => [q.id, q]));

function say(text, wrong = false) { $("status").textContent = text; $("status").classList.toggle("wrong", wrong); }
function kept(place) {
  try { return JSON.parse(localStorage.getItem(place)); }
  catch (error) { say("This browser keeps nothing: export before you close the page.", true); return null; }
}
function keep(place, state) {
  try { localStorage.setItem(place, JSON.stringify(state)); }
  catch (error) { say("This browser keeps nothing: export before you close the page.", true); }
}
function progress(count, total) {
  $("count").textContent = `${count} of ${total} answered`;
  $("bar").setAttribute("aria-valuemax", total); $("bar").setAttribute("aria-valuenow", count);
  $("bar").firstElementChild.style.width = 100 * count / total + "%";
}
function download(format, rater, content) {
  rater = rater.trim();
  const text = JSON.stringify({format, version: 1, page: data.page, rater, exported: new Date().toISOString(), ...content}, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], {type: "application/json"}));
  link.download = `answers-${data.page}${rater ? "-" + rater.replace(/[^\p{L}\p{N}]+/gu, "-") : ""}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`Exported ${content.answers.length} answers.` + (rater ? "" : " Give your name first if others judge too."));
}
async function upload(file, format, words) {
  let given;
  try { given = JSON.parse(await file.text()); } catch (error) { say(`${file.name} is no JSON file.`, true); return null; }
  if (!given || given.format !== format || !Array.isArray(given.answers)) { say(`${file.name} holds no answers.`, true); return null; }
  if (given.page !== data.page) { say(`${file.name} answers another page.`, true); return null; }
  given.answers = given.answers.filter(x => x && known.has(x.id) && words.includes(x.answer));
  return given;
}
function onKeys(act) {
  document.addEventListener("keydown", event => {
    if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const chosen = act(event.key.toLowerCase());
    if (chosen) { event.preventDefault(); chosen(); }
  });
}
