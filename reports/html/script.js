"use strict";
(function () {
  var form = document.getElementById("filter");
  if (!form) return;
  var cards = Array.prototype.slice.call(document.querySelectorAll(".card"));
  var told = document.getElementById("filter-told");
  var rank = { critical: 5, high: 4, medium: 3, low: 2, info: 1 };
  var total = cards.reduce(function (sum, card) { return sum + Number(card.dataset.n); }, 0);
  form.hidden = false;

  function words(node) {
    if (node.words === undefined) node.words = node.textContent.toLowerCase();
    return node.words;
  }
  function apply() {
    var text = form.elements.text.value.trim().toLowerCase();
    var least = rank[form.elements.severity.value] || 0;
    var group = form.elements.group.value;
    var status = form.elements.status.value;
    var left = 0, shown = 0;
    cards.forEach(function (card) {
      var data = card.dataset;
      var fits = (rank[data.severity] || 0) >= least && (!group || data.group === group)
        && (!status || data.status === status);
      var number = 0;
      if (fits) {
        var whole = !text || words(card.querySelector(".about")).indexOf(text) >= 0;
        card.querySelectorAll(".row").forEach(function (row) {
          var match = whole || words(row).indexOf(text) >= 0;
          row.hidden = !match;
          if (match) number += Number(row.dataset.n);
        });
        if (whole) number = Number(data.n);
      }
      card.hidden = number === 0;
      if (text && number > 0 && !card.open) { card.open = true; card.byFilter = true; }
      if (!text && card.byFilter) { card.open = false; card.byFilter = false; }
      if (number > 0) { shown += 1; left += number; }
    });
    document.querySelectorAll(".batch").forEach(function (batch) {
      batch.hidden = !batch.querySelector(".card:not([hidden])");
    });
    var said = left === total ? form.dataset.all
      : shown === 1 ? form.dataset.someOne : form.dataset.some;
    told.textContent = said.replace("{left}", left).replace("{total}", total).replace("{shown}", shown);
  }
  function jump() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target && target.classList.contains("card")) {
      if (target.hidden) { form.reset(); apply(); }
      target.open = true;
      target.scrollIntoView();
    }
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  document.getElementById("open-all").addEventListener("click", function (event) {
    var open = event.target.getAttribute("aria-pressed") !== "true";
    cards.forEach(function (card) { card.open = open; card.byFilter = false; });
    event.target.setAttribute("aria-pressed", String(open));
    event.target.textContent = open ? form.dataset.close : form.dataset.open;
  });
  window.addEventListener("beforeprint", function () {
    cards.forEach(function (card) { if (!card.open) { card.open = true; card.forPrint = true; } });
  });
  window.addEventListener("afterprint", function () {
    cards.forEach(function (card) { if (card.forPrint) { card.open = false; card.forPrint = false; } });
  });
  window.addEventListener("hashchange", jump);
  apply();
  jump();
})();
