// What a report is made of. What follows the "=" is JSON, so that Python can read it too. A name in braces stands for a value.

// prettier-ignore
const REPORT_TEMPLATE = {
  "style": ":root{color-scheme:light dark;--paper:#fff;--ink:#1f262b;--quiet:#59636b;--rule:#e0dcd2;--field:#faf9f5;--shade-1:#fdf0d5;--shade-2:#fbdfae;--shade-3:#f7c483}@media(prefers-color-scheme:dark){:root{--paper:#12161a;--ink:#e6e8e5;--quiet:#a0abb2;--rule:#2d353b;--field:#1a2025;--shade-1:#3a3220;--shade-2:#54421d;--shade-3:#70481c}}body{max-width:72rem;margin:0 auto;padding:1.5rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}h1{font-size:1.3rem;overflow-wrap:anywhere}h2{margin:1.5rem 0 0;font-size:1rem}p{margin:.2rem 0}.quiet{color:var(--quiet);font-size:.9rem}ol{display:grid;grid-template-columns:max-content minmax(0,1fr);column-gap:.8rem;margin:.4rem 0;padding:.5rem .8rem;list-style:none;background:var(--field);border:1px solid var(--rule);border-radius:.4rem}li{display:grid;grid-column:1/-1;grid-template-columns:subgrid;color:var(--quiet)}li>span{font-size:.85rem;line-height:1.6;text-align:right}li.here{color:var(--ink)}code{font:.85rem/1.6 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext}mark{color:inherit;border-radius:.15rem}.shade-1{background:var(--shade-1)}.shade-2{background:var(--shade-2)}.shade-3{background:var(--shade-3)}",
  "page": "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{name}</title>\n<style>{style}</style>\n<main>\n<h1>{name}</h1>\n<p>{verdict}</p>\n<p class=\"quiet\">{notes}</p>\n{findings}</main>\n</html>\n",
  "finding": "<h2>{rank}. Line {line}: {facts}</h2>\n<p class=\"quiet\">{why}</p>\n<ol>\n{lines}</ol>\n",
  "missing": "<h2>{rank}. {facts}</h2>\n<p class=\"quiet\">{why}</p>\n<ol>\n{lines}</ol>\n",
  "line": "<li><span>{number}</span><code>{text}</code></li>\n",
  "here": "<li class=\"here\"><span>{number}</span><code>{text}</code></li>\n",
  "word": "<mark class=\"shade-{shade}\">{text}</mark>"
};
