// Shows published claims that are probably the same. Comparing takes longer than the page, so they come afterwards.
// Without this script, "Same as another claim" leads to the same list.
for (const place of document.querySelectorAll("[data-similar]")) {
  const answer = await fetch(place.dataset.similar);
  const list = answer.ok ? (await answer.text()).trim() : "";
  place.innerHTML = list;
  place.hidden = !list;
}
