/** The look of the page: GitHub's colours, light and dark. */
export const style = `
:root { color-scheme: light dark; --bg: #f6f8fa; --card: #fff; --text: #1f2328; --muted: #59636e; --line: #d1d9e0;
  --link: #0969da; --code: #818b981f; --head: #f6f8fa; --open: #1a7f37; --merged: #8250df; --closed: #cf222e;
  --add: #dafbe1; --del: #ffebe9; --hunk: #ddf4ff; --change: #fff8c5; }
@media (prefers-color-scheme: dark) { :root { --bg: #010409; --card: #0d1117; --text: #f0f6fc; --muted: #9198a1;
  --line: #3d444d; --link: #4493f8; --code: #656c7633; --head: #151b23; --open: #238636; --merged: #8957e5;
  --closed: #da3633; --add: #12261e; --del: #25171c; --hunk: #121d2f; --change: #272115; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0; background: var(--bg); color: var(--text); font: 14px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
.bar { background: var(--card); border-bottom: 1px solid var(--line); padding: 16px 24px; font-size: 20px; }
.bar b { font-weight: 600; } .bar span { color: var(--muted); }
main { max-width: 1012px; margin: 0 auto; padding: 24px 16px 96px; }
h2.part { font-size: 20px; margin: 32px 0 12px; font-weight: 600; }
.count { background: var(--code); border-radius: 2em; padding: 2px 8px; font-size: 12px; font-weight: 500; vertical-align: middle; }
.list, .box { background: var(--card); border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
.row { padding: 10px 16px; display: flex; gap: 10px; align-items: baseline; } .row + .row { border-top: 1px solid var(--line); }
.row .grow { flex: 1; min-width: 0; } .row .title { font-weight: 600; color: var(--text); } .row small, .meta { color: var(--muted); font-size: 12px; }
.empty { padding: 24px; text-align: center; color: var(--muted); }
.state { color: #fff; border-radius: 2em; padding: 3px 10px; font-size: 12px; font-weight: 500; white-space: nowrap; }
.state.open { background: var(--open); } .state.merged { background: var(--merged); } .state.closed { background: var(--closed); } .state.done { background: var(--merged); }
.label { border-radius: 2em; padding: 1px 8px; font-size: 12px; font-weight: 500; border: 1px solid #8884; white-space: nowrap; }
article { margin-top: 56px; scroll-margin-top: 16px; }
article > header { border-bottom: 1px solid var(--line); padding-bottom: 12px; margin-bottom: 16px; }
article > header h2 { font-size: 26px; font-weight: 400; margin: 0 0 8px; line-height: 1.25; overflow-wrap: anywhere; } article > header h2 span { color: var(--muted); }
.branch { background: var(--hunk); color: var(--link); border-radius: 6px; padding: 2px 6px; font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.comment { display: flex; gap: 12px; margin: 16px 0; scroll-margin-top: 16px; }
.avatar { flex: none; width: 36px; height: 36px; border-radius: 50%; display: grid; place-items: center; color: #fff; font-weight: 600; text-transform: uppercase; }
.avatar.bot { border-radius: 8px; }
.comment .box { flex: 1; min-width: 0; } .comment .box > header { background: var(--head); border-bottom: 1px solid var(--line); padding: 8px 16px; color: var(--muted); }
.comment .box > header b { color: var(--text); } .tag { border: 1px solid var(--line); border-radius: 2em; padding: 0 6px; font-size: 12px; color: var(--muted); }
.event { margin: 16px 0 16px 48px; color: var(--muted); }
.body { padding: 16px; overflow-wrap: break-word; } .body > :first-child { margin-top: 0; } .body > :last-child { margin-bottom: 0; }
.body h1, .body h2, .body h3, .body h4 { margin: 24px 0 12px; line-height: 1.25; font-weight: 600; } .body h1 { font-size: 2em; } .body h2 { font-size: 1.5em; } .body h3 { font-size: 1.25em; } .body h4 { font-size: 1em; }
.body h1, .body h2 { border-bottom: 1px solid var(--line); padding-bottom: .3em; }
.body p, .body ul, .body ol, .body table, .body pre, .body blockquote, .body details { margin: 0 0 16px; } .body ul, .body ol { padding-left: 2em; } .body li.task { list-style: none; margin-left: -1.4em; }
.body table { border-collapse: collapse; display: block; max-width: 100%; width: max-content; overflow-x: auto; } .body th, .body td { border: 1px solid var(--line); padding: 6px 13px; } .body tr:nth-child(2n) { background: var(--head); }
.body blockquote { border-left: .25em solid var(--line); color: var(--muted); padding: 0 1em; } .body summary { cursor: pointer; } .body details > :nth-child(2) { margin-top: 8px; }
.body blockquote.alert { color: inherit; } .alert.note { border-color: var(--link); } .alert.tip { border-color: var(--open); } .alert.important { border-color: var(--merged); } .alert.warning { border-color: #bf8700; } .alert.caution { border-color: var(--closed); }
.body hr { border: 0; border-top: 4px solid var(--line); margin: 24px 0; }
code, pre { font: 12px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; } code { background: var(--code); border-radius: 6px; padding: .2em .4em; }
pre { background: var(--head); border-radius: 6px; padding: 16px; overflow-x: auto; } pre code { background: none; padding: 0; display: block; width: max-content; min-width: 100%; } pre.diff { padding: 8px 0; } pre.diff .line { padding: 0 16px; }
.drawing { max-width: 100%; }
kbd { border: 1px solid var(--line); border-radius: 6px; padding: 2px 5px; font: 11px ui-monospace, monospace; }
.line { display: block; min-width: 100%; } .line.add { background: var(--add); } .line.del { background: var(--del); } .line.hunk { background: var(--hunk); color: var(--muted); } .line.change { background: var(--change); } .line.note { color: var(--muted); }
.files { margin: 16px 0 16px 48px; } .files > summary { cursor: pointer; color: var(--muted); } .file { margin-top: 8px; } .file > summary { padding: 8px 16px; background: var(--head); cursor: pointer; font: 12px ui-monospace, monospace; overflow-wrap: anywhere; } .file pre { margin: 0; border-radius: 0; background: none; padding: 0; } .file .line { padding: 0 16px; }
.plus { color: var(--open); } .minus { color: var(--closed); }
@media (max-width: 600px) { .avatar { display: none; } .files, .event { margin-left: 0; } }
`;
