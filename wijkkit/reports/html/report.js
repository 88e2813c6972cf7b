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

  // What scrolls says so and can be reached with the keyboard.
  function reach() {
    document.querySelectorAll(".figure-scroll, .table-scroll").forEach(function (part) {
      var scrolls = part.scrollWidth > part.clientWidth + 1;
      part.classList.toggle("scrolls", scrolls);
      if (!scrolls) return;
      part.dataset.scroll = document.body.dataset.scroll;
      if (part.hasAttribute("tabindex")) return;
      var whole = part.closest("figure, .table-scroll, .cell");
      var caption = whole && whole.querySelector("figcaption, caption");
      part.tabIndex = 0;
      part.setAttribute("role", "group");
      part.setAttribute("aria-label", caption ? caption.textContent : "");
    });
  }
  reach();
  // A picture that comes late, a window that is turned, a fold that opens: measured again.
  var sizes = new ResizeObserver(function () { requestAnimationFrame(reach); });
  document.querySelectorAll(".figure-scroll, .table-scroll").forEach(function (part) {
    sizes.observe(part);
    Array.from(part.children).forEach(function (child) { sizes.observe(child); });
  });

  // Tables with a caption: a button that saves the table as CSV. A number and the limits of its
  // margin get columns of their own; the first column says of which report the rows are.
  var comma = document.documentElement.lang === "nl" ? ";" : ",";
  var said = document.body.dataset;
  var margin = /^(?:[\u25b2\u25bc] )?(?:\D+ )?([+\-\u2212]?\d[\d.,]*)\s*(?:%| [a-z ]+)?\s*\(([+\-\u2212]?[\d.,\u221e]+)%?(?: tot | to |[\-\u2013])([+\-\u2212]?[\d.,\u221e]+)%?\)$/;
  var alone = /^[+\-\u2212]?\d[\d.,]*\s*(?:%| procentpunt| percentage points?)?$/;
  function plain(text) {
    return text.replace(/\s+/g, " ").trim();
  }
  function bare(text) {
    return text.replace(/\u2212/g, "-").replace(/^\+/, "").replace(/\s*(%|procentpunt|percentage points?)$/, "");
  }
  function quoted(text) {
    // A spreadsheet would run what starts with one of these marks; a number is none.
    if (/^[=@]/.test(text) || /^[+\-\u2212](?!\d)/.test(text)) text = "'" + text;
    return '"' + text.replace(/"/g, '""') + '"';
  }
  function parts(text) {
    var found = margin.exec(text);
    return found ? found.slice(1).map(bare) : [alone.test(text) ? bare(text) : text, "", ""];
  }
  function columns(table) {
    var below = [];
    var rows = Array.from(table.rows, function (row) {
      var out = [];
      function pass() {
        while (below[out.length] > 0) {
          below[out.length] -= 1;
          out.push("");
        }
      }
      Array.from(row.cells, function (one) {
        pass();
        for (var i = 0; i < one.colSpan; i += 1) {
          below[out.length] = one.rowSpan - 1;
          out.push(i ? "" : plain(one.textContent));
        }
      });
      pass();
      return out;
    });
    var head = table.tHead ? table.tHead.rows.length : 0;
    var split = rows[0].map(function (_, i) {
      return rows.slice(head).some(function (row) { return margin.test(row[i] || ""); });
    });
    var title = document.querySelector("h1");
    return rows.map(function (row, number) {
      var out = [number < head ? said.report : title ? plain(title.textContent) : ""];
      row.forEach(function (text, i) {
        if (!split[i]) out.push(text);
        else if (number < head) out.push(text, text + " " + said.lower, text + " " + said.upper);
        else out = out.concat(parts(text));
      });
      return out.map(quoted).join(comma);
    });
  }
  var page = location.pathname.split("/").pop().replace(/\.html$/, "") || "index";
  document.querySelectorAll("main table").forEach(function (table) {
    var place = table.closest("[id^=tbl-]");
    if (!place || table.closest(".searchable")) return;
    var button = document.createElement("button");
    button.type = "button";
    button.className = "get-csv";
    button.textContent = said.csv;
    button.setAttribute("aria-describedby", place.id);
    button.addEventListener("click", function () {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(
        new Blob(["\ufeff" + columns(table).join("\r\n")], { type: "text/csv" })
      );
      link.download = page + "-" + place.id + ".csv";
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
    function searched(text) {
      return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    }
    input.addEventListener("input", function () {
      var wanted = searched(input.value).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row) {
        var text = Array.from(row.cells, function (cell) { return searched(cell.textContent); });
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
