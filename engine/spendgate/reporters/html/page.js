"use strict";
// Sorting and filtering. Without it every table is complete and in its best order.
(function () {
  function order(cell) {
    const stated = cell.getAttribute("data-order");
    const value = stated === null ? cell.textContent.trim() : stated;
    const number = Number(value.replace(/^(-?)Infinity$/, "$11e300"));
    return value !== "" && !Number.isNaN(number) ? number : value;
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "en", { numeric: true });
  }

  function sort(table, column, heading) {
    const down = heading.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = Array.from(table.tBodies[0].rows).map((row) => [order(row.cells[column]), row]);
    rows.sort((one, two) => (down ? -1 : 1) * compare(one[0], two[0]));
    table.tBodies[0].append(...rows.map((entry) => entry[1]));
  }

  function filterable(table) {
    const rows = Array.from(table.tBodies[0].rows);
    const groups = Array.from(new Set(rows.map((row) => row.getAttribute("data-group"))));
    const words = document.createElement("input");
    words.type = "search";
    words.placeholder = "Filter by any text";
    words.setAttribute("aria-label", "Filter rows by text");
    const choice = document.createElement("select");
    choice.setAttribute("aria-label", "Show one kind");
    choice.append(new Option("all", ""));
    groups.forEach((group) => choice.append(new Option(group, group)));
    const count = document.createElement("small");
    count.setAttribute("role", "status");
    function apply() {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row) => {
        const text = row.textContent.toLowerCase();
        const fits = wanted.every((word) => text.includes(word));
        row.hidden = !fits || (choice.value !== "" && row.getAttribute("data-group") !== choice.value);
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = shown + " of " + rows.length + " rows";
    }
    words.addEventListener("input", apply);
    choice.addEventListener("change", apply);
    const controls = document.createElement("div");
    controls.className = "controls";
    controls.append(words, choice, count);
    table.parentElement.before(controls);
    apply();
  }

  document.querySelectorAll("table").forEach((table) => {
    table.querySelectorAll("thead th").forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      button.addEventListener("click", () => sort(table, column, heading));
      heading.replaceChildren(button);
    });
    if (table.hasAttribute("data-filter")) filterable(table);
  });
})();
