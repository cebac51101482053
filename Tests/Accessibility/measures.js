// What the tests measure in a page. Runs before the page's own content; the pages themselves have no script.
window.preau = {
    tags: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],

    // What axe-core finds wrong, one line each.
    violations(only, done) {
        const options = {resultTypes: ["violations"], elementRef: false, ancestry: false, xpath: false};
        options.runOnly = only ? {type: "rule", values: only} : {type: "tag", values: this.tags};
        axe.run(document, options).then(
            found => done(found.violations.flatMap(rule => rule.nodes.slice(0, 5).map(
                node => `${rule.id}: ${node.target.join(" ")}: ${node.html.slice(0, 160)} ${node.failureSummary.slice(0, 300)}`))),
            error => done(["axe-core failed: " + error]));
    },

    name(element) {
        const id = element.id ? "#" + element.id : "";
        const classes = element.className && element.className.split ? "." + element.className.split(" ").join(".") : "";
        return element.localName + id + classes + " " + JSON.stringify((element.textContent || "").trim().slice(0, 40));
    },

    // Elements that make the page wider than its window.
    overflow() {
        const width = document.documentElement.clientWidth;
        if (document.scrollingElement.scrollWidth <= width) return [];
        const wide = [...document.body.querySelectorAll("*")].filter(element => {
            if (element.closest(".table, .unseen, [hidden]")) return false;
            const box = element.getBoundingClientRect();
            return box.width > 0 && box.right > width + 1 && !element.querySelector("*");
        });
        return [`page: ${document.scrollingElement.scrollWidth} in ${width}`, ...wide.slice(0, 5).map(this.name)];
    },

    // What is wrong with the outline of the page.
    outline(language) {
        const wrong = [];
        const count = selector => document.querySelectorAll(selector).length;
        const expect = (good, words) => { if (!good) wrong.push(words) };
        expect(count("main") === 1, `${count("main")} main`);
        expect(count("h1") === 1, `${count("h1")} h1`);
        expect(count("body > header") === 1 && count("body > footer") === 1, "no header or no footer");
        expect(document.documentElement.lang === language, `lang is ${document.documentElement.lang}, not ${language}`);
        expect(document.title.trim().length > 3, "no title");
        expect(document.querySelector("main h1") !== null, "the h1 is not in main");
        expect(count("script") === 0 || [...document.scripts].every(
            each => each.src.startsWith(location.origin) && (each.defer || each.type === "module")), "a script blocks or is inline");
        expect(count("[style], style") === 0, "style in the page");
        expect(count("[autofocus]") <= 1, "several autofocus");
        const skip = document.querySelector("a");
        expect(skip && skip.getAttribute("href") === "#main", "the first link does not skip to the content");
        const positive = [...document.querySelectorAll("[tabindex]")].filter(each => each.tabIndex > 0);
        expect(positive.length === 0, "a positive tabindex");
        return wrong;
    },

    // Everything that loaded: bytes in all, requests that went over the network, and what is not of this site.
    weight() {
        const page = performance.getEntriesByType("navigation")[0];
        const files = performance.getEntriesByType("resource").filter(each => !each.name.startsWith("data:"));
        return {
            bytes: page.encodedBodySize + files.reduce((sum, each) => sum + each.encodedBodySize, 0),
            decoded: page.decodedBodySize + files.reduce((sum, each) => sum + each.decodedBodySize, 0),
            requests: 1 + files.filter(each => each.transferSize > 0).length,
            foreign: files.map(each => each.name).filter(name => !name.startsWith(location.origin + "/")),
        };
    },

    // What still moves although the person asked for nothing to move.
    motion() {
        return [...document.querySelectorAll("*")].filter(element => {
            const style = getComputedStyle(element);
            const moves = text => text.split(",").some(each => parseFloat(each) > 0);
            return moves(style.transitionDuration) || (style.animationName !== "none" && moves(style.animationDuration))
                || style.scrollBehavior === "smooth";
        }).slice(0, 5).map(this.name);
    },

    // What a person with a keyboard must be able to get to. One of a group of radio buttons is enough.
    reachable() {
        const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0'], [contenteditable]");
        const groups = new Set();
        return [...all].filter(element => {
            if (element.disabled || element.type === "hidden" || element.tabIndex < 0) return false;
            if (!element.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})) return false;
            if (element.type === "radio") {
                const group = (element.form ? [...document.forms].indexOf(element.form) : "") + "/" + element.name;
                if (groups.has(group)) return false;
                groups.add(group);
            }
            return true;
        });
    },

    watchFocus() {
        this.focused = [];
        document.addEventListener("focusin", event => this.focused.push(this.seen(event.target)));
    },

    // Whether the element that has the focus shows it, and is not behind something else.
    seen(element) {
        const style = getComputedStyle(element);
        const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        const box = element.getBoundingClientRect();
        const x = Math.min(Math.max(box.left + Math.min(box.width, 40) / 2, 0), innerWidth - 1);
        const y = Math.min(Math.max(box.top + Math.min(box.height, 30) / 2, 0), innerHeight - 1);
        const above = document.elementFromPoint(x, y);
        const inside = box.bottom > 0 && box.top < innerHeight;
        const covered = above && !element.contains(above) && !above.contains(element) && !(element.labels && [...element.labels].some(label => label.contains(above)));
        return {element, outlined, hidden: !inside || Boolean(covered), name: this.name(element)};
    },

    // Whether the Tab key is back where it began.
    came_round() {
        return this.focused.length > 1 && this.focused.at(-1).element === this.focused[0].element;
    },

    // What the walk with the Tab key missed or could not see.
    focusFaults() {
        const met = this.focused.filter(each => each.element !== document.body);
        const elements = new Set(met.map(each => each.element));
        const group = element => element.type === "radio" && [...elements].some(other => other.type === "radio" && other.name === element.name && other.form === element.form);
        const missed = this.reachable().filter(element => !elements.has(element) && !group(element));
        return [
            ...missed.map(each => "not reached: " + this.name(each)),
            ...met.filter(each => !each.outlined).map(each => "focus not seen: " + each.name),
            ...met.filter(each => each.hidden).map(each => "focus behind something: " + each.name),
        ];
    },
};
