"""Strings that would do something if a report did not escape them; each shows as it stands."""

MARK = "window.pwned=1"
ELSEWHERE = "https://evil.test/x"

PAYLOADS = (
    f"<script>{MARK}</script>",
    f"</title><script>{MARK}</script>",
    f"</style><script>{MARK}</script>",
    f"<img src=x onerror={MARK}>",
    f"<svg onload={MARK}>",
    f'"><script>{MARK}</script>',
    f"' onmouseover='{MARK}' x='",
    f'" autofocus onfocus="{MARK}" x="',
    f"<iframe src=javascript:{MARK}></iframe>",
    f'<object data="{ELSEWHERE}"></object>',
    f"<link rel=stylesheet href={ELSEWHERE}>",
    f"<meta http-equiv=refresh content='0;url={ELSEWHERE}'>",
    f"<base href={ELSEWHERE}>",
    f"<form action={ELSEWHERE}><button>ok</button></form>",
    f"<math><mi xlink:href='javascript:{MARK}'>a</mi></math>",
    f"[a](javascript:{MARK})",
    f"![a]({ELSEWHERE}.png)",
    f"<{ELSEWHERE}>",
    f"`<script>{MARK}</script>`{{=html}}",
    "```{=html} <b>a</b> ```",
    "::: {.callout-note onclick=x}",
    "{{< include /etc/passwd >}}",
    "{{< meta title >}} {{% raw %}}",
    "[a]{onclick=x .b #c} **d** _e_ ~f~ ^g^",
    "| a | b | --- # kop @boelens2022 @fig-doelen",
    '#read("/etc/passwd") #panic("a") = kop',
    "#link(<a>)[b] $x^2$ @a \\ */ // b /* c",
    "$\\input{/etc/passwd}$ \\write18{id} \\(a\\)",
    "&lt;script&gt; &#60;b&#62; &amp;",
    f"--><script>{MARK}</script><!-- ]]> <![CDATA[ %3Cscript%3E",
    '=HYPERLINK("https://evil.test") +1 -1 @SUM(1)',
    "javascript:alert(1) data:text/html,<b>a</b>",
)
