"use strict";
(function () {
  // The contents are folded away where they would fill the screen, and open beside the text.
  var contents = document.querySelector("#TOC > details");
  if (contents) contents.open = window.matchMedia("(min-width: 64rem)").matches;

  // Tabs: links to panels become a tab list; without script all panels are shown.
  document.querySelectorAll(".panel-tabset").forEach(function (set) {
    var list = set.querySelector(".nav-tabs ul");
    if (!list) return;
    var tabs = Array.from(list.querySelectorAll("a"));
    var panels = Array.from(set.querySelectorAll(":scope > .tab-pane"));
    set.classList.add("live");
    list.setAttribute("role", "tablist");
    function choose(chosen, focus) {
      tabs.forEach(function (tab, i) {
        tab.setAttribute("aria-selected", String(i === chosen));
        tab.tabIndex = i === chosen ? 0 : -1;
        panels[i].classList.toggle("active", i === chosen);
      });
      if (focus) tabs[chosen].focus();
    }
    tabs.forEach(function (tab, i) {
      tab.parentElement.setAttribute("role", "presentation");
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panels[i].id);
      tab.id = panels[i].id + "-tab";
      panels[i].setAttribute("role", "tabpanel");
      panels[i].setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", function (event) {
        event.preventDefault();
        choose(i, false);
      });
      tab.addEventListener("keydown", function (event) {
        var last = tabs.length - 1;
        var to = { ArrowRight: i === last ? 0 : i + 1, ArrowLeft: i === 0 ? last : i - 1, Home: 0, End: last }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        choose(to, true);
      });
    });
    choose(0, false);
  });

  // Tables with a caption: a button that saves the table as CSV.
  var comma = document.documentElement.lang === "nl" ? ";" : ",";
  function cell(text) {
    // A spreadsheet would run what starts with one of these marks; a number is none.
    var plain = text.replace(/\s+/g, " ").trim();
    if (/^[=+\-@\u2212]/.test(plain) && !/^[+\-\u2212]?[\d.,]+\s*%?$/.test(plain)) plain = "'" + plain;
    return '"' + plain.replace(/"/g, '""') + '"';
  }
  document.querySelectorAll("main table").forEach(function (table) {
    var place = table.closest("[id^=tbl-]");
    if (!place || table.closest(".searchable")) return;
    var button = document.createElement("button");
    button.type = "button";
    button.className = "get-csv";
    button.textContent = document.body.dataset.csv;
    button.setAttribute("aria-describedby", place.id);
    button.addEventListener("click", function () {
      var rows = Array.from(table.rows, function (row) {
        return Array.from(row.cells, function (one) { return cell(one.textContent); }).join(comma);
      });
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(["\ufeff" + rows.join("\r\n")], { type: "text/csv" }));
      link.download = place.id + ".csv";
      link.click();
      URL.revokeObjectURL(link.href);
    });
    place.after(button);
  });

  // Print shows what is folded away.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (part) { part.open = true; });
  });

  // Search: a field above the list of wijken hides the rows without the words.
  document.querySelectorAll(".searchable").forEach(function (part) {
    var rows = Array.from(part.querySelectorAll("tbody tr"));
    var words = document.body.dataset;
    var form = document.createElement("div");
    var label = document.createElement("label");
    var input = document.createElement("input");
    var count = document.createElement("span");
    form.className = "search";
    input.type = "search";
    input.id = "search";
    label.htmlFor = "search";
    label.textContent = words.search;
    count.setAttribute("role", "status");
    form.append(label, input, count);
    part.prepend(form);
    function plain(text) {
      return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    }
    input.addEventListener("input", function () {
      var wanted = plain(input.value).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row) {
        var text = Array.from(row.cells, function (cell) { return plain(cell.textContent); });
        var known = text.join(" ").split(/[^\p{L}\p{N}]+/u);
        row.hidden = !wanted.every(function (word) {
          return known.some(function (other) { return other.startsWith(word); });
        });
        if (!row.hidden) shown += 1;
      });
      count.textContent = words.found.replace("#", shown);
    });
  });
})();
