"""The page that a tab shows around the screen. All that it loads comes from this server."""

from __future__ import annotations

from string import Template

# What textual-serve's script looks for: an element with the class `textual-terminal` and the address of its socket,
# a `#start`, and a body that it gives `-first-byte` and `-closed`.
_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>slotui</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/css/xterm.css">
<style nonce="$nonce">
@font-face { font-family: "Roboto Mono"; src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf"); }
html, body { margin: 0; height: 100%; background: $ground; color: $text; font: 16px "Roboto Mono", monospace; }
.textual-terminal { width: 100vw; height: 100vh; }
.says { display: none; position: absolute; inset: 0; place-content: center; text-align: center; background: $ground; }
.says a { color: inherit; }
#start { display: none; }
body:not(.-first-byte):not(.-closed) .opening, body.-closed .closed { display: grid; }
</style>
<script nonce="$nonce">history.replaceState(null, "", "/");</script>
<script nonce="$nonce" src="/static/js/textual.js"></script>
</head>
<body>
<div class="says opening">slotui: opening the screen</div>
<div class="says closed">slotui: this screen is closed.<br><a href="/">open another</a></div>
<button id="start"></button>
<div id="terminal" class="textual-terminal" data-session-websocket-url="$socket" data-font-size="$size"></div>
</body>
</html>
""")


def page(socket: str, *, nonce: str, ground: str, text: str, size: int = 16) -> str:
    """The page whose screen is at the address `socket`; scripts and styles in it carry `nonce`."""
    return _PAGE.substitute(socket=socket, nonce=nonce, ground=ground, text=text, size=size)


def policy(nonce: str, host: str) -> str:
    """What the page may load and whom it may call: this server at `host`, and nobody else."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
        f"img-src 'self' data:; connect-src 'self' ws://{host} wss://{host}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
