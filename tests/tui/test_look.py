"""What a terminal can show decides where nobody has."""

from __future__ import annotations

import pytest

from slotui.tui.look import glyphs_for, is_dumb
from slotui.view.words import ASCII, UNICODE


@pytest.mark.parametrize(
    ("environment", "glyphs"),
    [
        pytest.param({}, UNICODE, id="no locale is named: a terminal of today"),
        pytest.param({"LANG": "C.UTF-8", "TERM": "xterm-256color"}, UNICODE, id="UTF-8"),
        pytest.param({"LANG": "de_DE.utf8@euro"}, UNICODE, id="UTF-8 with a variant"),
        pytest.param({"LANG": "C"}, ASCII, id="the C locale"),
        pytest.param({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, ASCII, id="the C locale, as Python leaves it"),
        pytest.param({"LC_CTYPE": "C.UTF-8"}, UNICODE, id="no locale, as Python leaves it"),
        pytest.param({"LANG": "en_US.ISO-8859-1"}, ASCII, id="another charset"),
        pytest.param({"LC_ALL": "POSIX", "LANG": "C.UTF-8"}, ASCII, id="LC_ALL comes first"),
        pytest.param({"TERM": "linux", "LANG": "C.UTF-8"}, ASCII, id="the console of Linux has no Braille"),
        pytest.param({"NO_COLOR": "1", "LANG": "C.UTF-8"}, UNICODE, id="NO_COLOR is about colours"),
    ],
)
def test_the_glyphs_suit_the_terminal(environment, glyphs):
    assert glyphs_for(None, environment) is glyphs
    assert glyphs_for(True, environment) is ASCII
    assert glyphs_for(False, environment) is UNICODE


def test_a_dumb_terminal_gets_lines():
    assert is_dumb({"TERM": "dumb"})
    assert not is_dumb({"TERM": "xterm"})
